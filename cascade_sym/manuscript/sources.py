"""The files of a manuscript: a .tex, a folder, or an archive as arXiv gives it, and which of them is the root.

Nothing outside the manuscript's folder is read, links are followed before that is asked, an archive is never unpacked
onto the disk, and all sizes are bounded.
"""

from __future__ import annotations

import gzip
import io
import os
import posixpath
import re
import tarfile
from collections.abc import Iterator, Mapping
from os.path import isdir, isfile
from pathlib import Path
from typing import IO

from cascade_sym.errors import FormulaError, did_you_mean, listing
from cascade_sym.manuscript.tokens import Source

ENDINGS = (".tex", ".ltx", ".sty", ".cls", ".def", ".cfg", ".clo", ".tikz", ".latex")
MAX_BYTES = 4_000_000  # of all files together
MAX_ARCHIVE = 200_000_000  # bytes of an archive, packed or not
MAX_MEMBERS = 5_000  # files of an archive
_ROOT = re.compile(r"\\(?:documentclass|documentstyle)(?![A-Za-z])")
_BEGIN = re.compile(r"\\begin\s*\{document\}")
_INPUTS = re.compile(r"\\(?:input|include|subfile|import|subimport|ExecuteMetaData)(?![A-Za-z])")
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")
_ENCODING = re.compile(rb"\\usepackage\s*\[([^\]]*)\]\s*\{inputenc\}")
_ENCODINGS = {"latin1": "latin-1", "latin9": "iso8859-15", "ansinew": "cp1252", "cp1252": "cp1252"}
_CHINESE = re.compile(rb"\\(?:usepackage|documentclass)[^{}]*\{(?:CJK|ctex)|GBK")
OUTSIDE = "is outside the manuscript's folder and was not read."
MISSING = "was not found and not read."


class Files:
    """What can be read of a manuscript, by path below its root; `base` is the folder of the main file there."""

    MAX_FILES = 256

    def __init__(self, folder: Path | None, texts: Mapping[str, bytes], base: str = "") -> None:
        self.folder, self.texts, self.base = folder, dict(texts), base
        self.shown: dict[str, str] = {}
        self._left = MAX_BYTES
        self._encoding = "latin-1"
        self._folders: dict[str, str] = {}  # of a file that was imported: from where its own inputs are taken

    @staticmethod
    def of_texts(texts: Mapping[str, str]) -> Files:
        return Files(None, {k: v.encode() for k, v in texts.items()})

    def source(self, key: str) -> Source:
        """The text of a file. Raises FormulaError where it can't be read."""
        shown = self.shown.get(key, key)
        raw = self.texts[key] if key in self.texts else _read(self._path(key), shown, self._left)
        self._left -= len(raw)
        if self._left < 0:
            raise FormulaError(f"{shown}: a manuscript of more than {MAX_BYTES} bytes is not read; split it.")
        return Source(shown, self._text(raw, shown), key)

    def _text(self, raw: bytes, shown: str) -> str:
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise FormulaError(f"{shown} is UTF-16, not UTF-8 text; convert it first.")
        if b"\0" in raw:
            raise FormulaError(f"{shown} is a binary file; give a .tex file.")
        if m := _ENCODING.search(raw):
            self._encoding = _ENCODINGS.get(m[1].decode("latin-1").strip(), self._encoding)
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:  # what is no ASCII is not read in a formula, so a wrong guess does no harm there
            text = raw.decode("gb18030" if _CHINESE.search(raw) else self._encoding, errors="replace")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _path(self, key: str) -> Path:
        return (self.folder or Path()) / key

    def find(self, name: str, includer: str, folder: str, relative: bool) -> tuple[str, str]:
        """The file that a manuscript means by its path below the root, or '' and the words of why it is not read."""
        here = self._folders.get(includer)
        if folder:
            places = [posixpath.join((here if relative and here is not None else self.base), folder)]
        else:
            places = [p for p in (here, self.base, posixpath.dirname(includer)) if p is not None]
        outside = False
        for place in dict.fromkeys(places):
            for ending in ("", ".tex") if posixpath.splitext(name)[1] else (".tex", ""):
                key = posixpath.normpath(posixpath.join(place, name + ending))
                found = self._there(key)
                outside = outside or found is None
                if found:
                    return key, ""
        return "", OUTSIDE if outside else MISSING

    def _there(self, key: str) -> bool | None:
        """Whether a file is there; None where it lies outside the root."""
        if key.startswith(("/", "../")) or key == "..":
            return None
        if self.folder is None:
            return key in self.texts
        try:
            full = (self.folder / key).resolve()
            if not full.is_relative_to(self.folder.resolve()):
                return None
            return full.is_file()
        except (OSError, ValueError, RuntimeError):  # names that no file can have, circles of links
            return False

    def imported(self, key: str, folder: str) -> None:
        r"""A file that \import reads takes its own inputs from its folder."""
        if folder:
            self._folders[key] = posixpath.dirname(key)


def opened(path: str | Path, main: str | None = None, root: str | Path | None = None) -> tuple[Files, str, list[str]]:
    """The files of a manuscript, its main file, and notes on what was left out.

    Raises FormulaError for what is missing, too large or no manuscript.
    """
    place = Path(path)
    try:
        place.resolve()
    except (OSError, RuntimeError, ValueError) as err:  # a circle of links, a name that no file can have
        raise FormulaError(f"{path!s} can't be found: {err}; give a .tex file.") from err
    if isdir(place):
        if root is not None:
            raise FormulaError("--root is the folder above a .tex file; a folder is its own root.")
        files = Files(place, {})
        return files, _based(files, _main(dict(_folder_texts(place)), main, str(path))), []
    if not isfile(place):
        raise FormulaError(f"{path!s} is not there, or no ordinary file; give a .tex file, a folder or a .tar.gz.")
    if _is_archive(place):
        if root is not None:
            raise FormulaError("--root is the folder above a .tex file; an archive is its own root.")
        texts, notes = _unpacked(place)
        files = Files(None, texts)
        return files, _based(files, _main(_decoded(texts), main, str(path))), notes
    if main is not None:
        raise FormulaError("--main names the root of a folder or an archive; a .tex file is its own.")
    folder = place.resolve().parent if root is None else Path(root).resolve()
    if not isdir(folder):
        raise FormulaError(f"--root {root!s} is no folder.")
    if not place.resolve().is_relative_to(folder):
        raise FormulaError(f"{path!s} does not lie below --root {root!s}; give a folder above it.")
    files = Files(folder, {})
    key = place.resolve().relative_to(folder).as_posix()
    files.shown[key] = str(path)
    return files, _based(files, key), []


def _based(files: Files, key: str) -> str:
    files.base = posixpath.dirname(key)
    return key


def _main(texts: Mapping[str, str], named: str | None, shown: str) -> str:
    r"""The root: named, or the file with \documentclass and \begin{document} that has the most inputs."""
    if named is not None:
        wanted = posixpath.normpath(named)
        for key in (wanted, f"{wanted}.tex"):
            if key in texts:
                return key
        raise FormulaError(f"{shown} has no file {named!r} for --main.{did_you_mean([wanted], texts)}")
    if not texts:
        raise FormulaError(f"{shown} holds no .tex file; give a .tex file, or a folder or archive with one.")
    found: list[tuple[int, int, bool, str]] = []
    for key, text in texts.items():
        bare = _COMMENT.sub(r"\1", text)
        if _ROOT.search(bare) and _BEGIN.search(bare):
            found.append((-len(_INPUTS.findall(bare)), key.count("/"), posixpath.basename(key) != "main.tex", key))
    if found:
        return min(found)[-1]
    if len(texts) == 1:
        return next(iter(texts))
    raise FormulaError(f"{shown}: no file has \\documentclass and \\begin{{document}}; name the root with --main, one "
                       f"of {listing(list(texts)[:8])}.")  # fmt: skip


def _folder_texts(folder: Path) -> Iterator[tuple[str, str]]:
    """The .tex files of a folder, by path below it; hidden folders and links are left out."""
    count = 0
    left = 10 * MAX_BYTES
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(names):
            file = Path(place) / name
            count += 1
            if count > 20 * MAX_MEMBERS:
                raise FormulaError(f"{folder} holds more than {20 * MAX_MEMBERS} files; give the manuscript's own.")
            if file.suffix not in (".tex", ".ltx", ".latex") or file.is_symlink() or not file.is_file():
                continue
            left -= file.stat().st_size
            if left < 0:
                raise FormulaError(f"{folder} holds more than {10 * MAX_BYTES} bytes of .tex files; name one of them.")
            yield file.relative_to(folder).as_posix(), file.read_bytes().decode("utf-8", errors="replace")


def _decoded(texts: Mapping[str, bytes]) -> dict[str, str]:
    return {k: v.decode("utf-8", errors="replace") for k, v in texts.items() if k.endswith((".tex", ".ltx", ".latex"))}


def _read(file: Path, shown: str, limit: int) -> bytes:
    if isdir(file):  # names that no file can have are no folder, not an error
        raise FormulaError(f"{shown} is a folder; give a .tex file.")
    if not isfile(file):
        raise FormulaError(f"{shown} is not there, or no ordinary file; give a .tex file.")
    try:
        with file.open("rb") as f:
            return f.read(max(limit, 0) + 1)
    except OSError as err:
        raise FormulaError(f"can't read {shown}: {err.strerror}.") from err


def _is_archive(path: Path) -> bool:
    with path.open("rb") as f:
        start = f.read(512)
    return start[:2] == b"\x1f\x8b" or start[257:262] == b"ustar" or path.suffix in (".tar", ".tgz", ".gz")


class _Bounded(io.RawIOBase):
    """A stream that ends with an error behind MAX_ARCHIVE bytes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._left = stream, MAX_ARCHIVE

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size if size >= 0 else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise FormulaError(f"the archive holds more than {MAX_ARCHIVE} bytes; unpack it and give its folder.")
        return data


def _unpacked(path: Path) -> tuple[dict[str, bytes], list[str]]:
    """The texts of an archive by path, and notes on members that are no ordinary files inside it."""
    texts: dict[str, bytes] = {}
    notes: list[str] = []
    left = 10 * MAX_BYTES
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream = _Bounded(gzip.GzipFile(fileobj=raw) if packed else raw)  # type: ignore[arg-type]
            head = stream.read(512)
            if head[257:262] != b"ustar" and packed and head.strip(b"\0"):  # one file, packed, as arXiv gives it too
                return {
                    f"{path.name.removesuffix('.gz').removesuffix('.tex')}.tex": head + stream.read(MAX_BYTES + 1)
                }, notes
            joined = io.BufferedReader(_Joined(head, stream))  # type: ignore[arg-type]
            with tarfile.open(fileobj=joined, mode="r|") as tar:
                for n, member in enumerate(tar):
                    if n >= MAX_MEMBERS:
                        raise FormulaError(f"{path} has more than {MAX_MEMBERS} members; unpack it.")
                    key = posixpath.normpath(member.name)
                    if member.isdir():
                        continue
                    if not member.isreg() or key.startswith(("/", "..")) or "\\" in key:
                        notes.append(f"{path.name}: {member.name!r} is no ordinary file inside the archive; not read.")
                        continue
                    if not key.endswith(ENDINGS):
                        continue
                    left -= member.size
                    if left < 0:
                        raise FormulaError(f"{path} holds more than {10 * MAX_BYTES} bytes of text.")
                    content = tar.extractfile(member)
                    texts[key] = content.read() if content else b""
    except (tarfile.TarError, EOFError, OSError, gzip.BadGzipFile, ValueError) as err:
        if isinstance(err, FormulaError):
            raise
        raise FormulaError(f"{path} can't be read as an archive: {err}.") from err
    return texts, notes[:50]


class _Joined(io.RawIOBase):
    """What was read of a stream already, and the rest."""

    def __init__(self, head: bytes, rest: _Bounded) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(data) :] if self._head else b""
        buffer[: len(data)] = data
        return len(data)
