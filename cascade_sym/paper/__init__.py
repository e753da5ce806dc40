"""A paper's equations: printed as data, derived from parts, compared by the checker alone."""

from cascade_sym.paper.folder import Folder, load_folder
from cascade_sym.paper.ledger import Entry, run_ledger
from cascade_sym.paper.model import Declared, Figure, Leading, Model, PowerLaw, Result

__all__ = [
    "Declared",
    "Entry",
    "Figure",
    "Folder",
    "Leading",
    "Model",
    "PowerLaw",
    "Result",
    "load_folder",
    "run_ledger",
    "verify",
]


def verify(folder: str, only: tuple[str, ...] = ()) -> tuple[Entry, ...]:
    """The ledger of a paper's folder (see `cascade_sym.paper.ledger.run_ledger`)."""
    return run_ledger(load_folder(folder), only)
