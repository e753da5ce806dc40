"""What to cite: the toolkit, the paper of a folder, and the methods behind a result."""

from cascade_sym.citations.cite import METHODS, Reference, citation, references

__all__ = ["METHODS", "Reference", "citation", "references"]
