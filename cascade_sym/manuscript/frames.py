r"""The files and tokens that are being read: a stack of sources and of what macros have put before them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cascade_sym.errors import FormulaError
from cascade_sym.manuscript.macros import argument, optional
from cascade_sym.manuscript.sources import Files
from cascade_sym.manuscript.tokens import Scanner, Source, Token, Unreadable, name_of, spelled

MAX_STEPS = 4_000_000  # tokens that are looked at, those that are put back counted again
MAX_NOTES = 200  # about what could not be followed: nobody reads more
_CLASS = re.compile(r"^[^%\n]*\\document(?:class|style)(?![A-Za-z])", re.M)
_BODY = re.compile(r"^[^%\n]*?\\(begin|end)\s*\{document\}", re.M)


def _body(text: str) -> list[tuple[int, int]] | None:
    """Where the body of a document stands in its text; None for what is no document."""
    if not (head := _CLASS.search(text)) or not (start := _BODY.search(text, head.end())):
        return None
    end = _BODY.search(text, start.end())
    return [(start.end(), end.start(1) - 1 if end else len(text))]


class Frames:
    """Unexpanded tokens over a manuscript's files; `prose` says that only commands, braces and dollars count."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.notes: list[str] = []
        self.sources: list[Source] = []
        self.frames: list[Scanner | list[Token]] = []
        self.included: list[tuple[str, int]] = []  # the files that are open, and their first conditional
        self.conditions: list[bool | None] = []  # of the conditionals that are open: which branch this is
        self.steps = self.pending = self.inputs = self._read = 0
        self.prose = True
        self.last: Token | None = None  # what was taken last

    def raw(self) -> Token | None:
        """The next token as it is written; None at the end."""
        self._read += 1
        if self._read > MAX_STEPS:
            raise FormulaError(f"the manuscript needs more than {MAX_STEPS} steps to be read; split it.")
        while self.frames:
            frame = self.frames[-1]
            if isinstance(frame, Scanner):
                t = frame.next(self.prose)
                if t is not None:
                    self.steps = 0
                    self.last = t
                    return t
                self.frames.pop()
                _, depth = self.included.pop()
                del self.conditions[depth:]  # no conditional goes on behind its file
            elif frame:
                self.pending -= 1
                self.last = frame.pop()
                return self.last
            else:
                self.frames.pop()
        return None

    def push(self, tokens: Sequence[Token]) -> None:
        """Puts tokens back, to be read next."""
        if tokens:
            self.frames.append(list(reversed(tokens)))
            self.pending += len(tokens)

    def open(self, source: Source, internal: bool, spans: Sequence[tuple[int, int]] | None = None) -> None:
        """Reads a source next, or spans of it; of a part that is a document of its own only its body."""
        if spans is None and self.sources and not internal:
            spans = _body(source.text)
        self.sources.append(source)
        for start, end in reversed(spans or [(0, len(source.text))]):
            self.frames.append(Scanner(source, start, end, internal))
            self.included.append((source.key, len(self.conditions)))

    def note(self, text: str) -> None:
        """Says what could not be followed."""
        if text not in self.notes and len(self.notes) < MAX_NOTES:
            self.notes.append(text)

    @property
    def here(self) -> str:
        """The file that is read, by its path below the root."""
        return self.included[-1][0] if self.included else ""

    @property
    def in_package(self) -> bool:
        """Whether what is read stands in a package."""
        return next((f.internal for f in reversed(self.frames) if isinstance(f, Scanner)), False)

    def end_file(self) -> None:
        r"""\endinput."""
        while self.frames:
            frame = self.frames.pop()
            if isinstance(frame, Scanner):
                self.included.pop()
                return
            self.pending -= len(frame)

    def letters(self, internal: bool) -> None:
        r"""\makeatletter and \makeatother."""
        for frame in reversed(self.frames):
            if isinstance(frame, Scanner):
                frame.internal = internal
                return

    def label(self, name: str) -> str:
        """The argument of a label or a tag."""
        self.prose = False
        try:
            return name_of(argument(self, name, long=False))
        except Unreadable:
            return ""

    def accepts(self, text: str) -> bool:
        """Takes the token that comes next, with no space before it, where it is this one."""
        self.prose = False
        t = self.raw()
        if t is not None and t.text != text:
            self.push([t])
        return t is not None and t.text == text

    def bracketed(self) -> str | None:
        """The text of brackets that stand here, taken; None where there are none."""
        self.prose = False
        try:
            found = optional(self, "\\begin")
        except Unreadable:
            return None
        return None if found is None else spelled(found)
