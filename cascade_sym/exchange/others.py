"""A system for other programs: QuTiP objects, and text for QuantumCumulants in Julia and for Mathematica."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import sympy as sp
from sympy import Expr

from cascade_sym.compose import System, white_system
from cascade_sym.derive.master_equation import master_equation
from cascade_sym.errors import ParameterError, UnknownName, listing
from cascade_sym.exchange.statespace import numbers_of
from cascade_sym.extras import require
from cascade_sym.operators import OperatorPolynomial, as_operator
from cascade_sym.symbols import free_name


def to_qutip(
    system: System, levels: int | Mapping[str, int] = 10, values: Mapping[Any, Any] | None = None
) -> tuple[Any, list[Any]]:
    """(H, c_ops) for QuTiP's solvers, from the master equation of a part, cascade or LinearSystem at `values`.

    Each mode is a factor of the tensor product, in the order of `system.modes`, cut at `levels` (a number, or one a
    mode). Raises MissingLibrary without QuTiP, MissingParameter, UnknownName for a mode that is not there,
    ParameterError for fewer than two levels.

    >>> from cascade_sym.parts import Cavity
    >>> H, c_ops = to_qutip(Cavity("c", kappa=4), 3)
    >>> H.shape, [c.shape for c in c_ops]
    ((3, 3), [(3, 3)])
    """
    require("operators of QuTiP", "qutip")
    import qutip

    s = numbers_of(system, values)
    if isinstance(levels, Mapping) and (bad := set(levels) ^ set(s.modes)):
        raise UnknownName(f"levels are given for other modes than there are ({listing(bad)}); give {listing(s.modes)}.")
    sizes = [levels[m] if isinstance(levels, Mapping) else levels for m in s.modes]
    if any(not isinstance(n, int) or n < 2 for n in sizes):
        raise ParameterError(f"levels are {levels!r}; give whole numbers of at least 2.")
    one = qutip.tensor([qutip.qeye(n) for n in sizes])
    down = {
        m: qutip.tensor([qutip.destroy(n) if k == j else qutip.qeye(n) for j, n in enumerate(sizes)])
        for k, m in enumerate(s.modes)
    }

    def made(p: OperatorPolynomial) -> Any:
        total = one * 0
        for word, c in p.terms.items():
            product = one
            for o in word:
                product = product * (down[o.name].dag() if o.dag else down[o.name])
            total = total + complex(c) * product
        return total

    equation = master_equation(s)
    return made(equation.H), [complex(sp.sqrt(j.rate)) * made(as_operator(j.operator)) for j in equation.jumps]


def to_julia(system: System) -> str:
    """Text for QuantumCumulants.jl: Hilbert space, operators, Hamiltonian `H`, jump operators `J` and their `rates`.

    >>> from cascade_sym.parts import Cavity
    >>> print(to_julia(Cavity("c", kappa="kappa", detuning="Delta")))
    using QuantumCumulants
    hilbert = FockSpace(:c)
    @cnumbers Delta kappa
    c = Destroy(hilbert, :c)
    H = Delta*c'*c
    J = [c]
    rates = [kappa]
    """
    s, equation = white_system(system), master_equation(system)
    taken = {"H", "J", "rates", "hilbert", "im", "pi"}
    modes = _identifiers(s.modes, taken)
    symbols = _identifiers([p.name for p in s.parameters], taken | set(modes.values()))
    spaces = [f"FockSpace(:{n})" for n in modes.values()]
    several = len(spaces) > 1
    lines = ["using QuantumCumulants", f"hilbert = {' ⊗ '.join(spaces)}"]
    lines += [f"@cnumbers {' '.join(symbols.values())}"] if symbols else []
    lines += [f"{n} = Destroy(hilbert, :{n}{f', {k}' if several else ''})" for k, n in enumerate(modes.values(), 1)]

    def written(p: OperatorPolynomial) -> str:
        terms = [
            _times(_julia(c, symbols), [modes[o.name] + ("'" if o.dag else "") for o in w]) for w, c in p.terms.items()
        ]
        return " + ".join(terms) or "0"

    jumps = [written(as_operator(j.operator)) for j in equation.jumps]
    rates = [_julia(j.rate, symbols) for j in equation.jumps]
    return "\n".join(
        [*lines, f"H = {written(equation.H)}", f"J = [{', '.join(jumps)}]", f"rates = [{', '.join(rates)}]"]
    )


def to_mathematica(system: System) -> str:
    """Text for Mathematica: a StateSpaceModel of the doubled-up matrices, in a_1, a_1^+, a_2, ...

    >>> from cascade_sym.parts import Cavity
    >>> print(to_mathematica(Cavity("c", kappa=4)))
    StateSpaceModel[{{{-2, 0}, {0, -2}}, {{-2, 0}, {0, -2}}, {{2, 0}, {0, 2}}, {{1, 0}, {0, 1}}}]
    """
    s = white_system(system)
    names = _identifiers([p.name for p in s.parameters], {"I", "E", "N", "C", "D", "O", "K", "Pi"}, joint="$")
    new = {p: sp.Symbol(names[p.name]) for p in s.parameters}
    matrices = (getattr(s, k).xreplace(new) for k in "ABCD")
    return f"StateSpaceModel[{{{', '.join(sp.mathematica_code(m) for m in matrices)}}}]"


def _identifiers(names: Iterable[str], taken: set[str], joint: str = "_") -> dict[str, str]:
    """Names that the other language can have, each its own."""
    used, out = set(taken), {}
    for name in names:
        plain = re.sub(r"\W", "", name.replace("+", "p").replace("-", "m")).replace("_", joint)
        plain = plain if plain and not plain[0].isdigit() else f"x{plain}"
        out[name] = free_name(plain, used).replace("_", joint) if joint != "_" else free_name(plain, used)
        used.add(out[name])
    return out


def _julia(e: Expr, names: Mapping[str, str]) -> str:
    new = {s: sp.Symbol(names[s.name]) for s in e.free_symbols}
    text = sp.julia_code(e.xreplace(new)) if new else sp.julia_code(e)
    return str(text).replace(".*", "*").replace("./", "/").replace(".^", "^")


def _times(c: str, operators: list[str]) -> str:
    if not operators:
        return c
    if c == "1":
        return "*".join(operators)
    return "*".join([f"({c})" if re.search(r"[ +-]", c) else c, *operators])
