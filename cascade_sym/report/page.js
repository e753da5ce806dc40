"use strict";
// The only script of the page. Without it there are no buttons, and what scrolls is scrolled by a pointer.

// buttons that copy the LaTeX of a form
const copied = (text) => navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject();
const selected = (source) => {
  source.closest("details").open = true;
  getSelection().selectAllChildren(source);
  return document.execCommand("copy");
};
for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const source = document.getElementById(button.dataset.source), word = button.textContent;
    const say = (what) => { button.textContent = what; setTimeout(() => { button.textContent = word; }, 1500); };
    copied(source.textContent).then(() => say("Copied"), () => say(selected(source) ? "Copied" : "Select it below"));
  });
}

// what is wider than its place can be reached, and then scrolled, by keys
const SCROLLING =
  ".formula, .scroll, .highlight, .output_subarea, pre, p, li, dd, table, figcaption, .note, .correction, .pdoc-code, .attr";
const reach = () => {
  for (const place of document.querySelectorAll(SCROLLING)) {
    const wide = place.scrollWidth > place.clientWidth && getComputedStyle(place).overflowX === "auto";
    if (wide) place.tabIndex = 0; else if (place.tagName !== "PRE") place.removeAttribute("tabindex");
  }
};
document.fonts.ready.then(reach);
addEventListener("resize", reach);
addEventListener("toggle", reach, true);
