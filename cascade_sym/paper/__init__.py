"""A paper's equations: printed as data, derived from parts, compared by the checker alone."""

from pathlib import Path

from cascade_sym.paper.folder import Folder, load_folder
from cascade_sym.paper.ledger import Entry, run_ledger
from cascade_sym.paper.model import Bound, Declared, Figure, Leading, Model, PowerLaw, Result
from cascade_sym.shown import Listing

__all__ = [
    "Bound", "Declared", "Entry", "Figure", "Folder", "Leading", "Model", "PowerLaw", "Result", "load_folder",
    "run_ledger", "verify",
]  # fmt: skip


def verify(folder: str | Path, only: tuple[str, ...] = ()) -> tuple[Entry, ...]:
    """The ledger of a paper's folder: every equation, or those of the ids in `only`, derived, compared and judged.

    Each entry has the printed equation, its verdict, the derivation and the evidence. Raises FolderError for a folder
    that is missing or malformed, UnknownName for an id that it does not have.

    >>> import tempfile
    >>> from cascade_sym.paper.folder import new_folder
    >>> with tempfile.TemporaryDirectory() as place:
    ...     [(e.printed.id, e.verdict) for e in verify(new_folder(place + "/mine"), ("1", "2"))]
    [('1', 'definition'), ('2', 'exact')]
    """
    return Listing(run_ledger(load_folder(folder), only))
