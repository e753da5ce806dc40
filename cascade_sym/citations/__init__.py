"""What to cite: the toolkit, the paper of a folder, and the methods behind a result."""

from cascade_sym.citations.cite import citation, references
from cascade_sym.citations.references import METHODS, Reference

__all__ = ["METHODS", "Reference", "citation", "references"]
