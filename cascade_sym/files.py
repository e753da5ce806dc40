"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cascade_sym.errors import CascadeError


@contextmanager
def said_of(file: Path) -> Iterator[None]:
    """What goes wrong while `file` is written, as a CascadeError that names it."""
    try:
        yield
    except (OSError, ValueError) as err:  # ValueError: a name that no file can have
        why = getattr(err, "strerror", None) or err
        raise CascadeError(f"can't write {file}: {why}; choose another place.") from err


def require_place(file: Path) -> Path:
    """A new, empty file beside `file` in a folder that is made where it is missing.

    CascadeError where that can't be, and for a `file` that is there and is no ordinary one (a folder, a device, a
    pipe, a link), which is left as it is.
    """
    part = file.with_name(f".{os.getpid()}.tmp")
    with said_of(file):
        if file.is_symlink() or (file.exists() and not file.is_file()):
            raise CascadeError(f"{file} is no ordinary file and is left as it is; choose another place.")
        file.parent.mkdir(parents=True, exist_ok=True)
        part.touch()
    return part


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A place to write to: what was written there becomes `file` when nothing went wrong, else all is as it was."""
    part = require_place(file)
    with said_of(file):
        try:
            yield part
            os.replace(part, file)
        finally:
            part.unlink(missing_ok=True)


def write(file: Path, content: str | bytes) -> None:
    """Writes a file, text as UTF-8.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     write(Path(place) / "new" / "a.txt", "a")
    ...     [p.name for p in (Path(place) / "new").iterdir()]
    ['a.txt']
    """
    with replacing(file) as part:
        part.write_bytes(content.encode() if isinstance(content, str) else content)


def filled(file: Path, size: int, head: bytes) -> None:
    """A new file of `size` bytes, `head` first. OSError where there is no room: now, not when it is written to.

    Where the system can't set room aside (macOS, Windows) the file is only made that long.
    """
    with file.open("wb") as out:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(out.fileno(), 0, size)
        else:
            out.truncate(size)
        out.write(head)


def reserve(file: Path, size: int, head: bytes = b"") -> None:
    """A new file, see `filled`; CascadeError where there is no room for it, and nothing is left."""
    require_place(file).unlink()
    with said_of(file):
        try:
            filled(file, size, head)
        except OSError:
            file.unlink(missing_ok=True)
            raise
