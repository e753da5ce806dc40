"""From a calculation to real operations: complex values become pairs of real nodes, which every backend can run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Expr

from cascade_sym.program.builder import Builder
from cascade_sym.program.calculation import Calculation, Definitions, read
from cascade_sym.program.nodes import Output, Program
from cascade_sym.program.pairs import Pairs, Value


def read_program(defs: Definitions, outputs: Mapping[str, Expr], scaled: bool = False) -> Program:
    """The program that computes `outputs` over `defs`, node by node as the definitions stand.

    `scaled` keeps complex numbers of any size from overflowing in between (see `Pairs`), and costs more.

    Raises OutsideExactDomain for anything without a numerical meaning (see `read`).

    >>> import sympy as sp
    >>> from cascade_sym.definitions import Definitions
    >>> x, y = sp.symbols("x y")
    >>> p = read_program(Definitions(((y, x + 1),)), {"z": y**2 + x})
    >>> p.nodes
    (('const', Fraction(1, 1)), ('param', 'x', 're'), ('add', 0, 1), ('mul', 2, 2), ('add', 1, 3))
    """
    asked = tuple(outputs.values())
    return lowered(read(*asked, definitions=defs.needed(*asked)), tuple(outputs), scaled)


def lowered(calculation: Calculation, names: Sequence[str], scaled: bool = False) -> Program:
    """The real program of a calculation whose outputs are called `names`."""
    x = Pairs(scaled)
    b = x.b
    every = calculation.every(x)(Parameters(b, calculation))
    for i, name in calculation.labels.items():
        value = every[i]
        if isinstance(value, int):
            b.labels.setdefault(value, name)
        else:
            b.labels.setdefault(value[0], f"re_{name}")
            b.labels.setdefault(value[1], f"im_{name}")
    outs = []
    for name, i in zip(names, calculation.outputs, strict=True):
        re, im = x.split(every[i])
        outs.append(Output(name, re, None if im == b.zero else im))
    return b.finish(outs)


class Parameters(dict[str, Value]):
    """The nodes of parameters, made when they are first met."""

    def __init__(self, b: Builder, calculation: Calculation) -> None:
        super().__init__()
        self._b = b
        self._complex = {n[1] for n in calculation.nodes if n[0] == "symbol" and n[2] == "complex"}

    def __missing__(self, name: str) -> Value:
        re = self._b.param(name)
        self[name] = (re, self._b.param(name, "im")) if name in self._complex else re
        return self[name]
