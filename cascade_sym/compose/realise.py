"""A network from a state space: matrices over quadratures that obey the laws of quantum mechanics.

    dx/dt = A x + B u,   y = C x + D u,   x = (X_1, P_1, X_2, ...),   [x, x^T] = i J

Source: James, Nurdin, Petersen, IEEE Trans. Autom. Control 53, 1787 (2008), theorem 3.4.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from cascade_sym.errors import ParameterError, UnphysicalError
from cascade_sym.operators import LinearForm, linear_sum, quadratures
from cascade_sym.system import VACUUM, Inputs, LinearSystem, Port
from cascade_sym.system.coefficients import vanishes
from cascade_sym.system.values import declared, matrix, real


def realise(A: Any, B: Any, C: Any, D: Any, *, name: str = "system") -> LinearSystem:
    """The system with the state space (A, B, C, D) in the quadratures of its modes, inputs and outputs.

    All are in the order (X_1, P_1, X_2, ...). The modes are called <name>1, <name>2, ..., the ports "1", "2", ... (one
    alone: <name>, "light"); the inputs are in vacuum. H and the couplings are those of `master_equation`. Raises
    ParameterError for shapes that don't fit, and UnphysicalError where A J + J A^T + B J B^T, J C^T + B J D^T or
    D J D^T - J does not vanish, with the element that is furthest from zero.

    >>> k = sp.Symbol("kappa")
    >>> I, r = sp.eye(2), sp.sqrt(k)
    >>> realise(-k/2*I, -r*I, r*I, I, name="c").equation("c").terms
    {Op(name='c', dag=False): -kappa/2, Op(name='c.in', dag=False): -sqrt(kappa)}
    """
    a, b, c, d = (_matrix(m, n) for m, n in ((A, "A"), (B, "B"), (C, "C"), (D, "D")))
    n, ins, outs = a.rows, b.cols, c.rows
    shapes = {"A": (a, (n, n)), "B": (b, (n, ins)), "C": (c, (outs, n)), "D": (d, (outs, ins))}
    if wrong := [f"{k} is {m.shape}, expected {s}" for k, (m, s) in shapes.items() if m.shape != s]:
        raise ParameterError(f"the shapes don't fit: {'; '.join(wrong)}.")
    if odd := [k for k, m in (("modes", n), ("inputs", ins), ("outputs", outs)) if m % 2]:
        raise ParameterError(f"an odd number of quadratures of {', '.join(odd)}; give X and P of each.")
    J, J_in, J_out = _form(n), _form(ins), _form(outs)
    _require(a * J + J * a.T + b * J_in * b.T, "A J + J A^T + B J B^T", "the commutators of the modes")
    _require(J * c.T + b * J_in * d.T, "J C^T + B J D^T", "the modes commute with outputs that have left")
    _require(d * J_in * d.T - J_out, "D J D^T - J", "the commutators of the outputs")
    modes = [name] if n == 2 else [f"{name}{k + 1}" for k in range(n // 2)]
    labels = [[""] if m == 2 else [str(k + 1) for k in range(m // 2)] for m in (ins, outs)]
    enter, leave = ([f"{name}.{end}{x}" for x in found] for end, found in zip(("in", "out"), labels, strict=True))
    q, u = ([x.linear() for m in names for x in quadratures(m)] for names in (modes, enter))

    def rows(of_modes: sp.Matrix, of_light: sp.Matrix, k: int) -> LinearForm:
        """(X + i P)/sqrt2 of the k-th pair of rows."""
        weights = [(1, 2 * k), (sp.I, 2 * k + 1)]
        terms = [(q[j], of_modes[i, j] * w) for w, i in weights for j in range(n)]
        terms += [(u[j], of_light[i, j] * w) for w, i in weights for j in range(ins)]
        total = linear_sum(f.scaled(e / sp.sqrt(2)) for f, e in terms if e != 0)
        return total.map_coefficients(sp.expand)

    return LinearSystem(
        tuple(modes), {m: rows(a, b, k) for k, m in enumerate(modes)}, Inputs(dict.fromkeys(enter, VACUUM)),
        {f: rows(c, d, k) for k, f in enumerate(leave)},
        in_ports=tuple(Port(x or "light", {"": f}) for x, f in zip(labels[0], enter, strict=True)),
        out_ports=tuple(Port(x or "light", {"": f}) for x, f in zip(labels[1], leave, strict=True)),
        domains=declared([list(m) for m in (A, B, C, D)]),
    )  # fmt: skip


def _matrix(given: Any, name: str) -> sp.Matrix:
    return matrix(given, name).applyfunc(lambda e: real(e, f"an element of {name}"))


def _form(size: int) -> sp.Matrix:
    return sp.diag(*[sp.Matrix([[0, 1], [-1, 0]])] * (size // 2)) if size else sp.zeros(0, 0)


def _require(m: sp.Matrix, what: str, law: str) -> None:
    bad = [(i, j) for i in range(m.rows) for j in range(m.cols) if not vanishes(*sp.Add.make_args(sp.expand(m[i, j])))]
    if bad:
        numbers = [p for p in bad if m[p].is_number]
        i, j = max(numbers, key=lambda p: abs(m[p])) if numbers else bad[0]
        raise UnphysicalError(
            f"not physically realisable: ({what})[{i + 1}, {j + 1}] = {sp.expand(m[i, j])}, expected 0 ({law}); "
            f"{len(bad)} of its elements fail. Add the noise inputs that the damping needs."
        )
