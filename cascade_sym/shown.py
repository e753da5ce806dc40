"""What values show in Jupyter."""

from __future__ import annotations


class Shown:
    """A value that shows itself as LaTeX in the fallback notation."""

    __slots__ = ()

    def _repr_latex_(self) -> str:
        from cascade_sym.latex.show import value_latex

        return value_latex(self)
