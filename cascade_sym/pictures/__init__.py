"""Pictures of networks and of results."""

from cascade_sym.pictures.draw import Drawing, draw

__all__ = ["Drawing", "draw"]
