"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cascade_sym.errors import CascadeError


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A place to write to: what was written there becomes `file` when nothing went wrong, else all is as it was.

    Folders are made where they are missing. CascadeError where the file can't be written, and for a `file` that is
    there and is no ordinary one (a folder, a device, a pipe, a link).
    """
    part = file.with_name(f".{os.getpid()}.tmp")
    try:
        if file.is_symlink() or (file.exists() and not file.is_file()):
            raise CascadeError(f"{file} is no ordinary file and is left as it is; choose another place.")
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield part
            os.replace(part, file)
        finally:
            part.unlink(missing_ok=True)
    except (OSError, ValueError) as err:  # ValueError: a name that no file can have
        why = getattr(err, "strerror", None) or err
        raise CascadeError(f"can't write {file}: {why}; choose another place.") from err


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
