r"""The tokens of a manuscript as TeX would see them: macros expanded, conditionals decided, files followed, in order.

Each macro has at each place the meaning that it has there: groups and environments end what was defined in them. What
is not decided here (\ifnum, \ifx, ...) is passed on, all branches, as `unsure`. Work is bounded: a macro that does not
end is given up alone, with the reason as `trouble`.
"""

from __future__ import annotations

from dataclasses import replace

from cascade_sym.errors import FormulaError
from cascade_sym.manuscript.defining import DEFINERS
from cascade_sym.manuscript.frames import Frames
from cascade_sym.manuscript.macros import (
    Environment,
    Macro,
    Meaning,
    Original,
    Scopes,
    Setter,
    Switch,
    arguments,
    substituted,
)
from cascade_sym.manuscript.sources import Files
from cascade_sym.manuscript.tex_commands import HANDLERS, LAYOUT, coloured
from cascade_sym.manuscript.tokens import Scanner, Token, Unreadable, spelled, tokens_of

MAX_EXPANSIONS = 2_000  # for one command of the manuscript
MAX_PENDING = 40_000  # tokens that macros have made and that are not read yet
MAX_MADE = 1_500_000  # tokens that macros make in a manuscript
MAX_MACROS = 20_000  # that a manuscript may define, far above the longest there is
VERBATIM = frozenset(
    ("verbatim", "verbatim*", "Verbatim", "lstlisting", "comment", "filecontents", "filecontents*", "minted", "alltt",
     "luacode", "luacode*", "tikzpicture")
)  # fmt: skip
_CONDITIONALS = frozenset(
    "\\if" + x
    for x in ("", *"x num dim cat case odd mmode vmode hmode inner void hbox vbox eof defined csname fontchar".split(),
              *"pdf xetex luatex tutex draft".split())
)  # fmt: skip


def _is_internal(meaning: Meaning) -> bool:
    body = meaning.body if isinstance(meaning, Macro) else ()
    body += (*meaning.opening.body, *meaning.closing) if isinstance(meaning, Environment) else ()
    return any(x.is_command and ("@" in x.text or x.text in ("\\csname", "\\ifmmode")) for x in body)


class Expander(Frames):
    """A stream of tokens over a manuscript's files."""

    def __init__(self, files: Files, main: str) -> None:
        super().__init__(files)
        self.scopes = Scopes()
        self.trouble = ""  # why a macro was given up since this was last looked at
        self._made = 0
        self._ended = False
        self.emitted = ["", ""]
        self._outside = True
        self.open(files.source(main), internal=False)

    @property
    def unsure(self) -> bool:
        """Whether what is read stands in a conditional that was not decided."""
        return None in self.conditions

    # expanded tokens

    def next(self, prose: bool = False) -> Token | None:
        """The next token after expansion; None at the end of the document."""
        self.prose = self._outside = prose
        while not self._ended and (t := self.raw()) is not None:
            if not t.is_command:
                if t.text == "{":
                    if not prose and coloured(self):
                        continue
                    self.scopes.enter("{")
                elif t.text == "}":
                    self.scopes.leave("{")
                self.emitted = [self.emitted[1], t.text]
                return t
            self.prose = False  # arguments are taken token by token
            try:
                found = self._command(t)
            except Unreadable as err:
                self.trouble = self.trouble or str(err)
                found = None
            self.prose = prose
            if found is not None:
                self.emitted = [self.emitted[1], found.text]
                return found
        return None

    def _command(self, t: Token) -> Token | None:
        """What a command gives: itself, or nothing where it was carried out."""
        meaning = self.scopes.known.get(t.text)
        name = t.text
        if isinstance(meaning, Original):
            name, meaning = meaning.name, None
            t = t._replace(text=name)
            if not t.is_command:
                return t
        if name.startswith(("\\begin{", "\\end{")):
            return self._environment(t)
        if meaning is not None:
            return self._meant(t, meaning)
        if name.startswith("\\endgroup{"):
            self.scopes.leave(name[10:-1])
            return None
        if name in _CONDITIONALS:
            self.conditions.append(None)
            return None
        if (handler := HANDLERS.get(name)) is not None:
            return handler(self, t)
        if name in DEFINERS:
            self._define(t)
            return None
        if name in LAYOUT:
            arguments(self, LAYOUT[name], name, long=True)
            return None
        return t

    def _meant(self, t: Token, meaning: Meaning) -> Token | None:
        if isinstance(meaning, Switch):
            self.conditional(meaning.value)
        elif isinstance(meaning, Setter):
            self.scopes.define(meaning.switch, Switch(None if self.unsure else meaning.value))
        elif isinstance(meaning, Macro):
            self._expand(t, meaning)
        return None

    def _expand(self, t: Token, macro: Macro) -> None:
        if macro.unsure:
            self.trouble = self.trouble or macro.unsure
        self.steps += 1
        given = arguments(self, macro, t.text, long=False)
        ends = [x.end for tokens in given for x in tokens[-1:] if x.source is t.source and x.at >= t.at]
        end = max([t.end, *ends])
        if ends and t.source.text[end : end + 1] in ("}", "]"):
            end += 1
        last = self.last
        if macro.slots and macro.slots[-1].kind == "d" and last and last.source is t.source:
            end = max(end, last.end)
        here = [
            tuple(x if x.source is t.source and x.at >= t.at else Token(x.text, t.source, t.at, end) for x in tokens)
            for tokens in given  # a default stands at the call, too
        ]
        body = list(substituted(macro, here, t, end))
        self._made += len(body)
        too_many = self.steps > MAX_EXPANSIONS or self.pending + len(body) > MAX_PENDING
        if too_many or self._made > MAX_MADE:
            self._give_up(f"the macros of the formula do not end (after {self.steps} expansions, at {t.text!r}).")
            return
        self.push(body)

    def _give_up(self, why: str) -> None:
        """Drops all that macros have made and that is not read yet."""
        while self.frames and not isinstance(self.frames[-1], Scanner):
            self.pending -= len(self.frames.pop())  # type: ignore[arg-type]
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
        if opens and (name == "comment" or (self._outside and name in VERBATIM)):
            frame = self.frames[-1] if self.frames else None
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

    def conditional(self, value: bool | None) -> None:
        if value is False:
            self._skip(to_else=True)
        else:
            self.conditions.append(value)

    def _skip(self, to_else: bool) -> None:
        r"""Goes behind the \fi (or \else) of the branch that is not taken."""
        depth = 0
        before, self.prose = self.prose, True
        while (t := self.raw()) is not None:
            if t.text in _CONDITIONALS or t.text in ("\\iftrue", "\\iffalse") or self._is_switch(t):
                depth += 1
            elif t.text == "\\fi":
                if depth == 0:
                    break
                depth -= 1
            elif t.text == "\\else" and depth == 0 and to_else:
                self.conditions.append(True)
                break
        self.prose = before

    def _is_switch(self, t: Token) -> bool:
        return isinstance(self.scopes.known.get(t.text), Switch)

    def otherwise(self, t: Token) -> None:
        r"""\else behind a branch that was taken: the other one is skipped."""
        if self.conditions and self.conditions[-1] is not None:
            self.conditions.pop()
            self._skip(to_else=False)

    def finish(self, t: Token) -> None:
        r"""\fi."""
        if self.conditions:
            self.conditions.pop()

    # files


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
