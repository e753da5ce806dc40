r"""The tokens of a manuscript as TeX would see them: macros expanded, conditionals decided, files followed, in order.

Each macro has at each place the meaning that it has there: groups and environments end what was defined in them. What
is not decided here (\ifnum, \ifx, ...) is passed on, all branches, as `unsure`. Work is bounded: a macro that does not
end is given up alone, with the reason as `trouble`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from cascade_sym.errors import FormulaError
from cascade_sym.manuscript.files import Files
from cascade_sym.manuscript.macros import (
    DEFINERS,
    FALSE,
    NO_VALUE,
    TRUE,
    Environment,
    Macro,
    Meaning,
    Original,
    Scopes,
    Setter,
    Slot,
    Switch,
    argument,
    arguments,
    optional,
    raw_group,
    skip_spaces,
    substituted,
)
from cascade_sym.manuscript.tokens import Scanner, Source, Token, Unreadable, name_of, spelled, tokens_of

MAX_EXPANSIONS = 2_000  # for one command of the manuscript
MAX_PENDING = 40_000  # tokens that macros have made and that are not read yet
MAX_MADE = 1_500_000  # tokens that macros make in a manuscript
MAX_MACROS = 20_000
MAX_STEPS = 4_000_000  # tokens that are looked at, those that are put back counted again
MAX_INPUTS, MAX_NOTES = 2_000, 200
VERBATIM = frozenset(
    ("verbatim", "verbatim*", "Verbatim", "lstlisting", "comment", "filecontents", "filecontents*", "minted", "alltt",
     "luacode", "luacode*", "tikzpicture")
)  # fmt: skip
_CONDITIONALS = frozenset(
    "\\if" + x
    for x in ("", *"x num dim cat case odd mmode vmode hmode inner void hbox vbox eof defined csname fontchar".split(),
              *"pdf xetex luatex tutex draft".split())
)  # fmt: skip
_TAGS = re.compile(r"%<(\*|/)([\w.-]+)>")
_TAKING = frozenset(
    "frac dfrac tfrac cfrac sqrt hat tilde bar vec check breve widehat widetilde mathring mathrm mathit mathbf mathcal "
    "mathsf boldsymbol text textrm rm it dot ddot operatorname overline underline".split()
)  # a group behind these is an argument
_DOCUMENT = re.compile(
    r"^[^%\n]*\\document(?:class|style)(?![A-Za-z]).*?^[^%\n]*\\begin\s*\{document\}(.*?)(?:^[^%\n]*\\end\s*\{document\}|\Z)",
    re.S | re.M,
)
_Handler = Callable[["Expander", Token], "Token | None"]
_LAYOUT = {
    "\\color": Macro((), (Slot("o"), Slot())), "\\pagecolor": Macro((), (Slot("o"), Slot())),
    **{name: Macro((), (Slot(),)) for name in ("\\phantom", "\\hphantom", "\\vphantom", "\\thispagestyle")},
    **{name: Macro(()) for name in (
        "\\relax", "\\protect", "\\xspace", "\\ignorespaces", "\\unskip", "\\strut", "\\centering", "\\noindent",
        "\\small", "\\footnotesize", "\\scriptsize", "\\normalsize", "\\tiny", "\\long", "\\outer",
        "\\displaybreak", "\\IEEEeqnarraynumspace", "\\allowdisplaybreaks", "\\leavevmode", "\\global",
    )},
}  # fmt: skip
_SECOND = ("\\textcolor", "\\mathcolor", "\\colorbox")  # of a colour and a formula
_BARE = ("\\boxed", "\\fbox", "\\framebox", "\\ensuremath", "\\lefteqn", "\\smash", "\\highlight", "\\hl", "\\Aboxed")


def _is_internal(meaning: Meaning) -> bool:
    body = meaning.body if isinstance(meaning, Macro) else ()
    body += (*meaning.opening.body, *meaning.closing) if isinstance(meaning, Environment) else ()
    return any(x.is_command and ("@" in x.text or x.text in ("\\csname", "\\ifmmode")) for x in body)


class Expander:
    """A stream of tokens over a manuscript's files."""

    def __init__(self, files: Files, main: str) -> None:
        self.files, self.scopes = files, Scopes()
        self.notes: list[str] = []
        self.trouble = ""  # why a macro was given up since this was last looked at
        self.sources: list[Source] = []
        self._frames: list[Scanner | list[Token]] = []
        self._conditions: list[bool | None] = []  # of the conditionals that are open: which branch this is
        self._steps = self._made = self._read = self._pending = self._inputs = 0
        self._ended = False
        self._included: list[tuple[str, int]] = []  # the files that are open, and their first conditional
        self._emitted = ["", ""]
        self.prose = True
        self.last: Token | None = None  # what was taken last
        self._open(files.source(main), internal=False)

    @property
    def unsure(self) -> bool:
        """Whether what is read stands in a conditional that was not decided."""
        return None in self._conditions

    # unexpanded tokens

    def raw(self) -> Token | None:
        """The next token as it is written; None at the end."""
        self._read += 1
        if self._read > MAX_STEPS:
            raise FormulaError(f"the manuscript needs more than {MAX_STEPS} steps to be read; split it.")
        while self._frames:
            frame = self._frames[-1]
            if isinstance(frame, Scanner):
                t = frame.next(self.prose)
                if t is not None:
                    self._steps = 0
                    self.last = t
                    return t
                self._frames.pop()
                _, depth = self._included.pop()
                del self._conditions[depth:]  # no conditional goes on behind its file
            elif frame:
                self._pending -= 1
                self.last = frame.pop()
                return self.last
            else:
                self._frames.pop()
        return None

    def push(self, tokens: Sequence[Token]) -> None:
        """Puts tokens back, to be read next."""
        if tokens:
            self._frames.append(list(reversed(tokens)))
            self._pending += len(tokens)

    def _open(self, source: Source, internal: bool, spans: Sequence[tuple[int, int]] | None = None) -> None:
        if spans is None and self.sources and not internal and (body := _DOCUMENT.search(source.text)):
            spans = [body.span(1)]  # a part that is a document of its own
        self.sources.append(source)
        for start, end in reversed(spans or [(0, len(source.text))]):
            self._frames.append(Scanner(source, start, end, internal))
            self._included.append((source.key, len(self._conditions)))

    # expanded tokens

    def next(self, prose: bool = False) -> Token | None:
        """The next token after expansion; None at the end of the document."""
        self.prose = prose
        while not self._ended and (t := self.raw()) is not None:
            if not t.is_command:
                if t.text == "{":
                    if not prose and self._coloured():
                        continue
                    self.scopes.enter("{")
                elif t.text == "}":
                    self.scopes.leave("{")
                self._emitted = [self._emitted[1], t.text]
                return t
            self.prose = False  # arguments are taken token by token
            try:
                found = self._command(t)
            except Unreadable as err:
                self.trouble = self.trouble or str(err)
                found = None
            self.prose = prose
            if found is not None:
                self._emitted = [self._emitted[1], found.text]
                return found
        return None

    def _coloured(self) -> bool:
        r"""Opens a group that colours a term with its sign, as a {\color{red}{}+ b}: it is no group of the formula."""
        before, last = self._emitted
        if last in ("^", "_", "}", "]") or last[1:] in _TAKING or (last == " " and before in ("^", "_")):
            return False
        t = self.raw()
        if t is None or t.text != "\\color" or t.text in self.scopes.known:
            self.push([t] if t is not None else [])
            return False
        taken = [t]
        depth = 0
        while (t := self.raw()) is not None:
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
            self.push(taken)
            return False
        self.push(rest[:-1])
        return True

    def _command(self, t: Token) -> Token | None:
        """What a command gives: itself, or nothing where it was carried out."""
        meaning = self.scopes.known.get(t.text)
        name = t.text
        if isinstance(meaning, Original):
            name, meaning = meaning.name, None
            t = t._replace(text=name)
            if not t.is_command:
                return t
        if meaning is not None:
            return self._meant(t, meaning)
        if name.startswith(("\\begin{", "\\end{")):
            return self._environment(t)
        if name.startswith("\\endgroup{"):
            self.scopes.leave(name[10:-1])
            return None
        if name in _CONDITIONALS:
            self._conditions.append(None)
            return None
        if (handler := _HANDLERS.get(name)) is not None:
            return handler(self, t)
        if name in DEFINERS:
            self._define(t)
            return None
        if name in _LAYOUT:
            arguments(self, _LAYOUT[name], name, long=True)
            return None
        return t

    def _meant(self, t: Token, meaning: Meaning) -> Token | None:
        if isinstance(meaning, Switch):
            self._conditional(meaning.value)
        elif isinstance(meaning, Setter):
            self.scopes.define(meaning.switch, Switch(None if self.unsure else meaning.value))
        elif isinstance(meaning, Macro):
            self._expand(t, meaning)
        return None

    def _expand(self, t: Token, macro: Macro) -> None:
        if macro.unsure:
            self.trouble = self.trouble or macro.unsure
        self._steps += 1
        given = arguments(self, macro, t.text, long=False)
        ends = [x.end for tokens in given for x in tokens[-1:] if x.source is t.source and x.at >= t.at]
        end = max([t.end, *ends])
        if ends and t.source.text[end : end + 1] in ("}", "]"):
            end += 1
        body = list(substituted(macro, given, t, end))
        self._made += len(body)
        too_many = self._steps > MAX_EXPANSIONS or self._pending + len(body) > MAX_PENDING
        if too_many or self._made > MAX_MADE:
            self._give_up(f"the macros of the formula do not end (after {self._steps} expansions, at {t.text!r}).")
            return
        self.push(body)

    def _give_up(self, why: str) -> None:
        """Drops all that macros have made and that is not read yet."""
        while self._frames and not isinstance(self._frames[-1], Scanner):
            self._pending -= len(self._frames.pop())  # type: ignore[arg-type]
        raise Unreadable(why)

    # definitions

    def _define(self, t: Token) -> None:
        for name, meaning in DEFINERS[t.text](self, t.text):
            known = self.scopes.known.get(name)
            if t.text.startswith("\\provide") and known is not None:
                continue
            if isinstance(meaning, Original) and meaning.name in self.scopes.known:
                meaning = self.scopes.known[meaning.name]
            if _is_internal(meaning):  # a package that builds on LaTeX's inside: the name stays what it is called
                meaning = Original(name)
            if t.text in ("\\edef", "\\xdef") and isinstance(meaning, Macro) and self._uses_macros(meaning):
                meaning = replace(meaning, unsure=f"the macro {name} is expanded where it is defined (\\edef).")
            if self.unsure and isinstance(meaning, Macro) and known is not None and known != meaning:
                why = f"the macro {name} is defined in a conditional that is not decided here."
                meaning = replace(meaning, unsure=why)
            if len(self.scopes.known) >= MAX_MACROS:
                raise FormulaError(f"the manuscript defines more than {MAX_MACROS} macros.")
            self.scopes.define(name, meaning, everywhere=t.text in ("\\gdef", "\\xdef"))

    def _uses_macros(self, macro: Macro) -> bool:
        return any(x.text in self.scopes.known for x in macro.body)

    # environments and conditionals

    def _environment(self, t: Token) -> Token | None:
        opens = t.text.startswith("\\begin{")
        name = t.text[t.text.index("{") + 1 : -1]
        made = self.scopes.known.get(f"\\begin{{{name}}}")
        if isinstance(made, Environment):
            if opens:
                self.scopes.enter(name)
                self._expand(t, made.opening)
            else:
                self.push([*(x._replace(source=t.source, at=t.at, end=t.end) for x in made.closing),
                           t._replace(text=f"\\endgroup{{{name}}}")])  # fmt: skip
            return None
        if opens and name in VERBATIM:
            frame = self._frames[-1] if self._frames else None
            if isinstance(frame, Scanner):
                frame.skip_to(f"\\end{{{name}}}")
            return None
        if not opens and name == "document":
            self._ended = True
            return None
        if opens:
            self.scopes.enter(name)
        else:
            self.scopes.leave(name)
        return t

    def _conditional(self, value: bool | None) -> None:
        if value is False:
            self._skip(to_else=True)
        else:
            self._conditions.append(value)

    def _skip(self, to_else: bool) -> None:
        r"""Goes behind the \fi (or \else) of the branch that is not taken."""
        depth = 0
        before, self.prose = self.prose, True
        while (t := self.raw()) is not None:
            if t.text in _CONDITIONALS or isinstance(self.scopes.known.get(t.text), Switch):
                depth += 1
            elif t.text == "\\fi":
                if depth == 0:
                    break
                depth -= 1
            elif t.text == "\\else" and depth == 0 and to_else:
                self._conditions.append(True)
                break
        self.prose = before

    def otherwise(self, t: Token) -> None:
        r"""\else behind a branch that was taken: the other one is skipped."""
        if self._conditions and self._conditions[-1] is not None:
            self._conditions.pop()
            self._skip(to_else=False)

    def finish(self, t: Token) -> None:
        r"""\fi."""
        if self._conditions:
            self._conditions.pop()

    # files

    @property
    def _here(self) -> str:
        return self._included[-1][0] if self._included else ""

    @property
    def _in_package(self) -> bool:
        return next((f.internal for f in reversed(self._frames) if isinstance(f, Scanner)), False)

    def include(self, t: Token, folder: str, name: str, relative: bool = False) -> None:
        """Reads a file here, or notes why not."""
        where = f"{t.source.path}, line {t.source.line(t.at)}"
        self._inputs += 1
        if self._inputs > MAX_INPUTS:
            self.note(f"further inputs were not read; at most {MAX_INPUTS} are.")
            return
        key, why = self.files.find(name, self._here, folder, relative)
        if key in (k for k, _ in self._included):
            why = "is included again in itself and was not read there."
        elif key and len(self.sources) >= self.files.MAX_FILES:
            why = f"was not read; at most {self.files.MAX_FILES} files are."
        if not why:
            found = self._source(key)
            if isinstance(found, Source):
                self.files.imported(key, folder)
                self._open(found, internal=False)
                return
            why = found
        if not self._in_package:  # what a package takes in is LaTeX's, or of no account
            self.note(f"{where}: {name!r} {why}")

    def _source(self, key: str) -> Source | str:
        """A file's text, or the words of why it is not read."""
        try:
            return self.files.source(key)
        except FormulaError as err:
            return f"was not read: {err}"

    def package(self, t: Token, name: str, ending: str) -> None:
        """Reads the definitions of a package that lies beside the manuscript; others are LaTeX's."""
        self._inputs += 1
        if self._inputs > MAX_INPUTS:
            return
        key, why = self.files.find(name + ending, self._here, "", False)
        if key and key not in (s.key for s in self.sources) and len(self.sources) < self.files.MAX_FILES:
            found = self._source(key)
            if isinstance(found, Source):
                self._open(found, internal=True)
            else:
                why = found
        if why and "/" in name:
            self.note(f"{t.source.path}, line {t.source.line(t.at)}: {name!r} {why}")

    def tagged(self, t: Token, name: str, tag: str) -> None:
        """Reads the parts of a file between %<*tag> and %</tag>."""
        self._inputs += 1
        key, why = self.files.find(name, self._here, "", False)
        found = self._source(key) if not why and self._inputs <= MAX_INPUTS else why or "was not read."
        if isinstance(found, str):
            self.note(f"{t.source.path}, line {t.source.line(t.at)}: {name!r} {found}")
            return
        spans: list[tuple[int, int]] = []
        start = None
        for m in _TAGS.finditer(found.text):
            if m[2] == tag:
                if m[1] == "/" and start is not None:
                    spans.append((start, m.start()))
                start = m.end() if m[1] == "*" else None
        if spans:
            self._open(found, internal=False, spans=spans)
        else:
            self.note(f"{t.source.path}, line {t.source.line(t.at)}: {name!r} has no part {tag!r}.")

    def note(self, text: str) -> None:
        if text not in self.notes and len(self.notes) < MAX_NOTES:
            self.notes.append(text)

    def end_file(self) -> None:
        r"""\endinput."""
        while self._frames:
            frame = self._frames.pop()
            if isinstance(frame, Scanner):
                self._included.pop()
                return
            self._pending -= len(frame)

    def letters(self, internal: bool) -> None:
        r"""\makeatletter and \makeatother."""
        for frame in reversed(self._frames):
            if isinstance(frame, Scanner):
                frame.internal = internal
                return

    def label(self, name: str) -> str:
        """The argument of a label or a tag."""
        before, self.prose = self.prose, False
        try:
            return name_of(argument(self, name, long=False))
        except Unreadable:
            return ""
        finally:
            self.prose = before

    def accepts(self, text: str) -> bool:
        """Takes the token that comes next, with no space before it, where it is this one."""
        t = self.raw()
        if t is not None and t.text != text:
            self.push([t])
        return t is not None and t.text == text

    def bracketed(self) -> str | None:
        """The text of brackets that stand here, taken; None where there are none."""
        try:
            found = optional(self, "\\begin")
        except Unreadable:
            return None
        return None if found is None else spelled(found)


def _names(x: Expander, t: Token) -> list[str]:
    optional(x, t.text)
    return [n.strip() for n in spelled(argument(x, t.text)).split(",") if n.strip()]


def _input(x: Expander, t: Token) -> None:
    first = skip_spaces(x)
    if first is None:
        return
    if first.text == "{":
        x.push([first])
        x.include(t, "", name_of(argument(x, t.text)))
        return
    word = [first]
    closing = '"' if first.text == '"' else None
    while (c := x.raw()) is not None and not (c.text == closing or (closing is None and c.text.isspace())):
        if c.is_command or c.text in "{}":
            x.push([c])
            break
        word.append(c)
    x.include(t, "", name_of(word))


def _include(x: Expander, t: Token) -> None:
    optional(x, t.text)
    x.include(t, "", name_of(argument(x, t.text)))


def _import(x: Expander, t: Token) -> None:
    folder, name = (name_of(argument(x, t.text, k)) for k in (1, 2))
    x.include(t, folder, name, relative=t.text.startswith("\\sub"))


def _if_file(x: Expander, t: Token) -> None:
    name, there, missing = (argument(x, t.text, k) for k in (1, 2, 3))
    known = bool(x.files.find(name_of(name), "", "", False)[0])
    x.push(there if known else missing)
    if known and t.text == "\\InputIfFileExists":
        x.include(t, "", name_of(name))


def _package(x: Expander, t: Token) -> None:
    for name in _names(x, t):
        x.package(t, name, ".cls" if t.text in ("\\documentclass", "\\LoadClass", "\\documentstyle") else ".sty")


def _tagged(x: Expander, t: Token) -> None:
    name = spelled(optional(x, t.text) or ())
    for tag in _names(x, t):
        x.tagged(t, name, tag)


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


def _group(kind: str, opens: bool) -> _Handler:
    def handler(x: Expander, t: Token) -> None:
        x.scopes.enter(kind) if opens else x.scopes.leave(kind)

    return handler


def _chosen(test: Callable[[str], bool], branches: int) -> _Handler:
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
    inside = argument(x, t.text, 2)
    x.push(_placed(x, t, ("\\mbox", "{", *_texts(inside), "}")))


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


_HANDLERS: dict[str, _Handler] = {
    "\\ifthenelse": _either,
    "\\iftrue": lambda x, t: x._conditional(True), "\\iffalse": lambda x, t: x._conditional(False),
    "\\else": Expander.otherwise, "\\or": lambda x, t: None, "\\fi": Expander.finish,
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


def expanded(latex: str, macros: str = "") -> str:
    r"""`latex` with the macros that `macros` defines expanded.

    Raises Unreadable where that does not end or an argument is missing.

    >>> expanded(r"\half\g x", r"\newcommand\half{\frac12} \def\g{\gamma}")
    '\\frac12\\gamma x'
    """
    stream = Expander(Files.of_texts({"m.tex": f"{macros}\n"}), "m.tex")
    while stream.next() is not None:
        pass
    stream.push(tokens_of(latex))
    out = list(iter(stream.next, None))
    if stream.trouble:
        raise Unreadable(stream.trouble)
    return spelled(out)
