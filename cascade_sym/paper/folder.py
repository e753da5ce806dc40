"""A paper is a folder: printed.toml (what is printed) and derived.py (what the toolkit derives)."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from os.path import isdir
from pathlib import Path

from cascade_sym.deadline import own_python
from cascade_sym.errors import FolderError
from cascade_sym.paper.model import Model
from cascade_sym.paper.printed import Printed, read_printed


@dataclass(frozen=True)
class Folder:
    """A paper's folder, both sides loaded."""

    path: Path
    printed: Printed
    model: Model


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
    stamp = digest(path.parent, path.parent.rglob("*.py"))
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
    module.__dict__["__stamp__"] = stamp
    return model


def digest(base: Path, files: Iterable[Path], *more: str) -> str:
    """A hash of files, with their places below `base`, and of some words."""
    h = hashlib.sha256("\0".join(more).encode())
    for file in sorted(files):
        h.update(str(file.relative_to(base)).encode() + b"\0" + file.read_bytes() + b"\0")
    return h.hexdigest()
