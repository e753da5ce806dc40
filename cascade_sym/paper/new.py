"""A new paper's folder from the template that comes with the package."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from cascade_sym.errors import FolderError, ParameterError

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
FILES = ("printed.toml", "derived.py", "README.md")
PLACE = "@NAME@"


def new_folder(path: str | Path) -> Path:
    """Make the folder `path` with a small paper in it (an oscillator cooled by light) that verifies at once.

    Its name may have letters, digits, "_" and "-" and begins with a letter; folders above it are made as needed.
    Raises ParameterError for another name, FolderError when something of that name exists (nothing is overwritten) or
    the folder can't be made.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     sorted(p.name for p in new_folder(place + "/mine2026").iterdir())
    ['README.md', 'derived.py', 'printed.toml']
    """
    root = Path(path)
    place = root.resolve()
    name = place.name
    if not NAME.fullmatch(name):
        raise ParameterError(
            f"{name!r} can't be a folder's name here; use letters, digits, '_' and '-', beginning with a letter."
        )
    texts = {f: template(f).replace(PLACE, name) for f in FILES}
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.mkdir()
        for f, text in texts.items():
            (place / f).write_text(text, encoding="utf-8")
    except FileExistsError as err:
        raise FolderError(f"{root} exists already and is left as it is; give a new name.") from err
    except OSError as err:
        raise FolderError(f"can't make {root}: {err.strerror}; give a place that can be written to.") from err
    return root


def template(name: str) -> str:
    """A file of the template, as text."""
    return (files("cascade_sym.paper") / "template" / name).read_text(encoding="utf-8")
