r"""What the commands of LaTeX do to the stream of a manuscript's tokens: files, conditionals, boxes, spaces."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cascade_sym.errors import FormulaError
from cascade_sym.manuscript.macros import FALSE, NO_VALUE, TRUE, Macro, Slot, argument, optional, raw_group, skip_spaces
from cascade_sym.manuscript.tokens import Source, Token, name_of, spelled

if TYPE_CHECKING:
    from cascade_sym.manuscript.expander import Expander

MAX_INPUTS = 2_000  # files that one manuscript may ask for
Handler = Callable[["Expander", Token], "Token | None"]
_TAGS = re.compile(r"%<(\*|/)([\w.-]+)>")
LAYOUT = {
    "\\color": Macro((), (Slot("o"), Slot())), "\\pagecolor": Macro((), (Slot("o"), Slot())),
    **{name: Macro((), (Slot(),)) for name in ("\\phantom", "\\hphantom", "\\vphantom", "\\thispagestyle")},
    **{name: Macro(()) for name in (
        "\\relax", "\\protect", "\\xspace", "\\ignorespaces", "\\unskip", "\\strut", "\\centering", "\\noindent",
        "\\small", "\\footnotesize", "\\scriptsize", "\\normalsize", "\\tiny", "\\long", "\\outer",
        "\\displaybreak", "\\IEEEeqnarraynumspace", "\\allowdisplaybreaks", "\\leavevmode", "\\global",
    )},
}  # fmt: skip
_SECOND = ("\\textcolor", "\\mathcolor", "\\colorbox")  # of a colour and a formula
_BARE = tuple(
    "\\" + word
    for word in "boxed fbox framebox ensuremath lefteqn smash highlight hl Aboxed tcboxmath tcbox shadowbox doublebox "
    "ovalbox mathclap mathllap mathrlap".split()
)
_TAKING = frozenset(
    "frac dfrac tfrac cfrac sqrt hat tilde bar vec check breve widehat widetilde mathring mathrm mathit mathbf mathcal "
    "mathsf boldsymbol text textrm rm it dot ddot operatorname overline underline".split()
)  # a group behind these is an argument


def _follow(x: Expander, t: Token, folder: str, name: str, relative: bool = False) -> None:
    """Reads a file here, or notes why not."""
    where = f"{t.source.path}, line {t.source.line(t.at)}"
    x.inputs += 1
    if x.inputs > MAX_INPUTS:
        x.note(f"further inputs were not read; at most {MAX_INPUTS} are.")
        return
    key, why = x.files.find(name, x.here, folder, relative)
    if key in (k for k, _ in x.included):
        why = "is included again in itself and was not read there."
    elif key and len(x.sources) >= x.files.MAX_FILES:
        why = f"was not read; at most {x.files.MAX_FILES} files are."
    if not why:
        found = _source(x, key)
        if isinstance(found, Source):
            x.files.imported(key, folder)
            x.open(found, internal=False)
            return
        why = found
    if not x.in_package:  # what a package takes in is LaTeX's, or of no account
        x.note(f"{where}: {name!r} {why}")


def _source(x: Expander, key: str) -> Source | str:
    """A file's text, or the words of why it is not read."""
    try:
        return x.files.source(key)
    except FormulaError as err:
        return f"was not read: {err}"


def _take_package(x: Expander, t: Token, name: str, ending: str) -> None:
    """Reads the definitions of a package that lies beside the manuscript; others are LaTeX's."""
    x.inputs += 1
    if x.inputs > MAX_INPUTS:
        return
    key, why = x.files.find(name + ending, x.here, "", False)
    if key and key not in (s.key for s in x.sources) and len(x.sources) < x.files.MAX_FILES:
        found = _source(x, key)
        if isinstance(found, Source):
            x.open(found, internal=True)
        else:
            why = found
    if why and "/" in name:
        x.note(f"{t.source.path}, line {t.source.line(t.at)}: {name!r} {why}")


def _take_tagged(x: Expander, t: Token, name: str, tag: str) -> None:
    """Reads the parts of a file between %<*tag> and %</tag>."""
    x.inputs += 1
    key, why = x.files.find(name, x.here, "", False)
    found = _source(x, key) if not why and x.inputs <= MAX_INPUTS else why or "was not read."
    if isinstance(found, str):
        x.note(f"{t.source.path}, line {t.source.line(t.at)}: {name!r} {found}")
        return
    spans: list[tuple[int, int]] = []
    start = None
    for m in _TAGS.finditer(found.text):
        if m[2] == tag:
            if m[1] == "/" and start is not None:
                spans.append((start, m.start()))
            start = m.end() if m[1] == "*" else None
    if spans:
        x.open(found, internal=False, spans=spans)
    else:
        x.note(f"{t.source.path}, line {t.source.line(t.at)}: {name!r} has no part {tag!r}.")


def _names(x: Expander, t: Token) -> list[str]:
    optional(x, t.text)
    return [n.strip() for n in spelled(argument(x, t.text)).split(",") if n.strip()]


def _input(x: Expander, t: Token) -> None:
    first = skip_spaces(x)
    if first is None:
        return
    if first.text == "{":
        x.push([first])
        _follow(x, t, "", name_of(argument(x, t.text)))
        return
    word = [first]
    closing = '"' if first.text == '"' else None
    while (c := x.raw()) is not None and not (c.text == closing or (closing is None and c.text.isspace())):
        if c.is_command or c.text in "{}":
            x.push([c])
            break
        word.append(c)
    _follow(x, t, "", name_of(word))


def _include(x: Expander, t: Token) -> None:
    optional(x, t.text)
    _follow(x, t, "", name_of(argument(x, t.text)))


def _import(x: Expander, t: Token) -> None:
    folder, name = (name_of(argument(x, t.text, k)) for k in (1, 2))
    _follow(x, t, folder, name, relative=t.text.startswith("\\sub"))


def _if_file(x: Expander, t: Token) -> None:
    name, there, missing = (argument(x, t.text, k) for k in (1, 2, 3))
    known = bool(x.files.find(name_of(name), "", "", False)[0])
    x.push(there if known else missing)
    if known and t.text == "\\InputIfFileExists":
        _follow(x, t, "", name_of(name))


def _package(x: Expander, t: Token) -> None:
    for name in _names(x, t):
        _take_package(x, t, name, ".cls" if t.text in ("\\documentclass", "\\LoadClass", "\\documentstyle") else ".sty")


def _tagged(x: Expander, t: Token) -> None:
    name = spelled(optional(x, t.text) or ())
    for tag in _names(x, t):
        _take_tagged(x, t, name, tag)


def _second(x: Expander, t: Token) -> None:
    optional(x, t.text)
    argument(x, t.text)
    _bare(x, t)


def _bare(x: Expander, t: Token) -> None:
    """What is in a box: a group where it is a term, the formula itself where it is that."""
    optional(x, t.text)
    inside = argument(x, t.text)
    whole = any(s.text == "=" or s.text.startswith("\\begin{") for s in inside)
    x.push(inside if whole else _placed(x, t, ("{", *_texts(inside), "}")))


def _texts(tokens: Sequence[Token]) -> list[str]:
    return [t.text for t in tokens]


def _placed(x: Expander, t: Token, texts: Sequence[str]) -> list[Token]:
    """Tokens in place of a command and of what was taken behind it."""
    end = max(t.end, x.last.end) if x.last is not None and x.last.source is t.source else t.end
    return [Token(text, t.source, t.at, end) for text in texts]


def _group(kind: str, opens: bool) -> Handler:
    def handler(x: Expander, t: Token) -> None:
        x.scopes.enter(kind) if opens else x.scopes.leave(kind)

    return handler


def _chosen(test: Callable[[str], bool], branches: int) -> Handler:
    def handler(x: Expander, t: Token) -> None:
        given = spelled(argument(x, t.text))
        taken = [argument(x, t.text, k) for k in range(2, 2 + branches)]
        if branches == 2:
            x.push(taken[0] if test(given) else taken[1])
        elif test(given):
            x.push(taken[0])

    return handler


def _box(x: Expander, t: Token) -> Token | None:
    r"""A box with nothing but a formula in dollars is that formula; any other stays what it is."""
    taken = raw_group(x)
    sizes = (" ", "\\tiny", "\\scriptsize", "\\footnotesize", "\\small")
    bare = [s for s in _texts(taken[1:-1]) if s not in sizes]
    if len(bare) > 2 and bare[0] == bare[-1] == "$" and bare.count("$") == 2:
        x.push(_placed(x, t, ("{", *bare[1:-1], "}")))
        return None
    x.push(taken)
    return t


def _raised(x: Expander, t: Token) -> None:
    """A box that is moved or scaled: what is in it."""
    for _ in range(2 if t.text == "\\resizebox" else 1):
        argument(x, t.text)
    while optional(x, t.text) is not None:
        pass
    inside = _texts(argument(x, t.text, 2))
    boxed = inside[:1] and inside[0] in ("\\text", "\\mbox", "\\textrm", "\\hbox", "\\ensuremath")
    x.push(_placed(x, t, (*(() if boxed else ("\\mbox",)), "{", *inside, "}")))


def _operator_word(x: Expander, t: Token) -> Token | None:
    r"""\mathop{\rm div} is \operatorname{div}; any other is what it holds."""
    inside = _texts(argument(x, t.text))
    core = list(inside)
    while core and core[0] in (" ", "\\rm", "\\mathrm", "\\hbox", "\\textrm", "\\text", "{"):
        core.pop(0)
    while core and core[-1] in (" ", "}", "\\nolimits"):
        core.pop()
    word = "".join(core)
    if word.isascii() and word.isalpha() and len(word) > 1:
        x.push(_placed(x, t, ("\\operatorname", "{", *word, "}")))
    else:
        after = x.raw()
        bare = after is None or after.text not in ("_", "^", "\\limits", "\\nolimits")
        x.push([after] if after is not None else [])
        x.push(_placed(x, t, inside if bare else ("{", *inside, "}")))
    return None


def _space(x: Expander, t: Token) -> Token | None:
    r"""\hspace{1cm} is a wide space, a short one a thin space, a negative one nothing."""
    x.accepts("*")
    m = re.fullmatch(r"\s*(\d*\.?\d*)\s*(em|ex|pt|mm|cm|in|mu|pc|bp|\\\w+)?\s*", spelled(argument(x, t.text)))
    unit = {"em": 10.0, "ex": 4.3, "pt": 1.0, "mm": 2.85, "cm": 28.5, "in": 72.0, "mu": 0.56, "pc": 12.0, "bp": 1.0}
    if m is None:
        return None
    wide = float(m[1]) * unit.get(m[2] or "", 100.0) >= 8 if m[1].strip(".") else True
    return _placed(x, t, ("\\quad" if wide else "\\,",))[0]


def _either(x: Expander, t: Token) -> None:
    r"""\ifthenelse: both branches, neither of them decided."""
    argument(x, t.text)
    marks = [t._replace(text=w) for w in ("\\ifcase", "\\or", "\\fi")]
    x.push([marks[0], *argument(x, t.text, 2), marks[1], *argument(x, t.text, 3), marks[2]])


HANDLERS: dict[str, Handler] = {
    "\\ifthenelse": _either,
    "\\iftrue": lambda x, t: x.conditional(True), "\\iffalse": lambda x, t: x.conditional(False),
    "\\else": lambda x, t: x.otherwise(t), "\\or": lambda x, t: None, "\\fi": lambda x, t: x.finish(t),
    "\\begingroup": _group("group", True), "\\endgroup": _group("group", False),
    "\\bgroup": _group("group", True), "\\egroup": _group("group", False),
    "\\input": _input, "\\include": _include, "\\subfile": _include, "\\subfileinclude": _include,
    **dict.fromkeys(("\\import", "\\subimport", "\\includefrom", "\\subincludefrom", "\\inputfrom"), _import),
    "\\InputIfFileExists": _if_file, "\\IfFileExists": _if_file, "\\ExecuteMetaData": _tagged,
    **dict.fromkeys(
        ("\\usepackage", "\\RequirePackage", "\\documentclass", "\\LoadClass", "\\documentstyle"), _package
    ),
    "\\endinput": lambda x, t: x.end_file(),
    "\\makeatletter": lambda x, t: x.letters(True), "\\makeatother": lambda x, t: x.letters(False),
    **dict.fromkeys(_SECOND, _second), **dict.fromkeys(_BARE, _bare),
    **dict.fromkeys(("\\mbox", "\\hbox", "\\text", "\\textrm", "\\textnormal"), _box),
    **dict.fromkeys(("\\raisebox", "\\scalebox", "\\resizebox"), _raised),
    "\\mathop": _operator_word, "\\hspace": _space, "\\mspace": _space,
    "\\IfBooleanTF": _chosen(lambda s: s == TRUE, 2), "\\IfBooleanT": _chosen(lambda s: s == TRUE, 1),
    "\\IfBooleanF": _chosen(lambda s: s == FALSE, 1),
    "\\IfNoValueTF": _chosen(lambda s: s == NO_VALUE, 2), "\\IfValueTF": _chosen(lambda s: s != NO_VALUE, 2),
    "\\IfNoValueT": _chosen(lambda s: s == NO_VALUE, 1), "\\IfValueT": _chosen(lambda s: s != NO_VALUE, 1),
    "\\IfNoValueF": _chosen(lambda s: s != NO_VALUE, 1), "\\IfValueF": _chosen(lambda s: s == NO_VALUE, 1),
    "\\pdfstringdefDisableCommands": lambda x, t: (argument(x, t.text), None)[1],
    "\\texorpdfstring": lambda x, t: x.push((lambda a, b: a)(argument(x, t.text), argument(x, t.text, 2))),
}  # fmt: skip


def coloured(x: Expander) -> bool:
    r"""Opens a group that colours a term with its sign, as a {\color{red}{}+ b}: it is no group of the formula."""
    before, last = x.emitted
    if last in ("^", "_", "}", "]") or last[1:] in _TAKING or (last == " " and before in ("^", "_")):
        return False
    t = x.raw()
    if t is None or t.text != "\\color" or t.text in x.scopes.known:
        x.push([t] if t is not None else [])
        return False
    taken = [t]
    depth = 0
    while (t := x.raw()) is not None:
        taken.append(t)
        depth += (t.text == "{") - (t.text == "}")
        if depth < 0:
            break
    rest = taken[next((n for n, x in enumerate(taken) if x.text == "}"), len(taken)) + 1 :]  # behind the colour
    if [x.text for x in rest[:2]] == ["{", "}"]:
        rest = rest[2:]
    while rest and rest[0].text == " ":
        rest = rest[1:]
    if depth >= 0 or not rest or rest[0].text not in ("+", "-"):
        x.push(taken)
        return False
    x.push(rest[:-1])
    return True
