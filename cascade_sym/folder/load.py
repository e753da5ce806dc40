"""A paper is a folder: printed.toml (what is printed) and derived.py (what the toolkit derives)."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from os.path import isdir
from pathlib import Path

from cascade_sym.deadline import own_python
from cascade_sym.errors import FolderError, ParameterError
from cascade_sym.files import write
from cascade_sym.folder.model import Model
from cascade_sym.folder.printed import Printed, read_printed
from cascade_sym.shown import Card, Shown, card
from cascade_sym.stamps import digest, files_in


@dataclass(frozen=True)
class Folder(Shown):
    """A paper's folder, both sides loaded."""

    path: Path
    printed: Printed
    model: Model


@card.register
def _(value: Folder) -> Card:
    return Card(f"Folder {value.printed.name}: {value.printed.title}", {}, "its ledger: cs.verify(folder)")


def load_folder(path: str | Path) -> Folder:
    """Load a paper's folder. Raises FolderError when it is missing, malformed or inconsistent.

    `derived.py` is the user's own Python and is run, as a test file is by pytest; nothing else is executed.
    """
    root = Path(path)
    if not isdir(root):  # false, too, for names that no folder can have
        raise FolderError(f"{root} is not a folder; give a paper's folder, such as derivations/huang2018.")
    printed = read_printed(root / "printed.toml")
    model = _load_model(root / "derived.py")
    ids = [e.id for e in printed.equations]
    if missing := [i for i in ids if i not in model.equations]:
        raise FolderError(f"printed.toml has {missing} but derived.py derives {list(model.equations)}.")
    if extra := [i for i in model.equations if i not in ids]:
        raise FolderError(f"derived.py derives {extra}, which printed.toml does not have.")
    return Folder(root, printed, model)


def _load_model(path: Path) -> Model:
    if not path.is_file():
        raise FolderError(f"{path} is missing; a paper's folder needs derived.py with `model = Model(...)`.")
    name = f"cascade_paper_{abs(hash(str(path.resolve())))}"
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=[str(path.parent)])
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    stamp = digest(path.parent, files_in(path.parent))
    if getattr(sys.modules.get(name), "__stamp__", None) == stamp:
        return sys.modules[name].model
    for old in [m for m in sys.modules if m.startswith(f"{name}.")]:
        del sys.modules[old]  # edited since: read anew, and registered on a new model
    sys.modules[name] = module
    with own_python(path.name):
        spec.loader.exec_module(module)
        model = getattr(module, "model", None)
        if not isinstance(model, Model):
            raise FolderError(f"{path.name} defines no `model = Model(...)`.")
        model.require_sound()
    module.__dict__["__stamp__"] = stamp
    return model


NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
FILES = ("printed.toml", "derived.py", "README.md")
PLACE = "@NAME@"


def new_folder(path: str | Path, files: Mapping[str, str] | None = None) -> Path:
    """Make the folder `path` with `files`, else a small paper (an oscillator cooled by light) that verifies at once.

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
    texts = {f: text.replace(PLACE, name) for f, text in (files or {f: template(f) for f in FILES}).items()}
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.mkdir()
        for f, text in texts.items():
            write(place / f, text)
    except FileExistsError as err:
        raise FolderError(f"{root} exists already and is left as it is; give a new name.") from err
    except OSError as err:
        raise FolderError(f"can't make {root}: {err.strerror}; give a place that can be written to.") from err
    return root


def template(name: str) -> str:
    """A file of the template, as text."""
    return (files("cascade_sym.folder") / "template" / name).read_text(encoding="utf-8")
