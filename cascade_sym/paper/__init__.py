"""A paper's equations: printed as data, derived from parts, compared by the checker alone.

The door for folders and programs: what a `derived.py` is written with, and what is asked of a folder. What only asks
is loaded when it is first used, so that a folder is read without the checker.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cascade_sym.folder.derived_values import Bound, Declared, Figure, Leading, PowerLaw, Result
from cascade_sym.folder.load import Folder, load_folder, new_folder
from cascade_sym.folder.model import Model
from cascade_sym.shown import Listing

if TYPE_CHECKING:
    from cascade_sym.declared.computed import evaluate_declared, objective, sweep_declared
    from cascade_sym.ledger.entries import Entry, run_ledger
    from cascade_sym.ledger.typeset import notation_of

LATER = {
    "Entry": "ledger.entries", "evaluate_declared": "declared.computed", "notation_of": "ledger.typeset",
    "objective": "declared.computed", "run_ledger": "ledger.entries", "sweep_declared": "declared.computed",
}  # fmt: skip

__all__ = [
    "Bound", "Declared", "Entry", "Figure", "Folder", "Leading", "Model", "PowerLaw", "Result", "evaluate_declared",
    "load_folder", "new_folder", "notation_of", "objective", "run_ledger", "sweep_declared", "verify",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in LATER:
        return getattr(import_module(f"cascade_sym.{LATER[name]}"), name)
    from cascade_sym.errors import did_you_mean

    raise AttributeError(f"cascade_sym.paper has no {name!r}.{did_you_mean([name], __all__)}", name=name)


def verify(folder: str | Path, only: tuple[str, ...] = ()) -> "tuple[Entry, ...]":
    """The ledger of a paper's folder: every equation, or those of the ids in `only`, derived, compared and judged.

    Each entry has the printed equation, its verdict, the derivation and the evidence. Raises FolderError for a folder
    that is missing or malformed, UnknownName for an id that it does not have.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     [(e.printed.id, e.verdict) for e in verify(new_folder(place + "/mine"), ("1", "2"))]
    [('1', 'definition'), ('2', 'exact')]
    """
    from cascade_sym.ledger.entries import run_ledger

    return Listing(run_ledger(load_folder(folder), only))
