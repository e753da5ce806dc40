"use strict";
// The only script of the page: buttons that copy the LaTeX of a form. Without scripts there are no buttons.
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
