"""Systems at one frequency, and whether loops are stable whose damping depends on it.

A mechanical oscillator alone is passive: friction gamma(w) >= 0 takes energy out at every frequency. A loop through
others is followed along the frequency axis (Nyquist), which takes numbers for all parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import ParameterError, UnstableError, listing
from cascade_sym.operators import LinearForm, Op
from cascade_sym.solve.complex_pairs import drift_entry, pair
from cascade_sym.solve.naming import Naming
from cascade_sym.solve.nyquist import turns
from cascade_sym.solve.stability import block_conditions
from cascade_sym.symbols import expression
from cascade_sym.system import VACUUM, LinearSystem
from cascade_sym.system.coloured import FREQUENCY
from cascade_sym.system.sectors import flow_order

Node = tuple[str, str]  # a mode, and which of its quadratures


def at_frequency(s: LinearSystem, w: Expr) -> LinearSystem:
    """A system as it is at one frequency: itself, where nothing in it depends on that."""
    if not s.remembering and not s.inputs.coloured:
        return s
    return replace(s.mapped(lambda e: e.xreplace({FREQUENCY: w})), inputs=s.inputs.at(w), domains=s.domains)


def noise_conditions(s: LinearSystem, w: Expr) -> tuple[Expr, ...]:
    """What must not be negative for coloured noise to be noise; ParameterError for a number that is."""
    out = []
    forces = {o.name for m in s.brownian for o, c in s.drift[m] if s.drift[m][o.dagger()] == c}
    for f in s.inputs.coloured:
        least = sp.S.Zero if f in forces else VACUUM
        for at in (w, -w):
            size = sp.expand(s.inputs[f].xreplace({FREQUENCY: at}) - least)
            if size.is_number and size.is_negative:
                raise ParameterError(f"the noise of {f!r} at the frequency {at} is {size} beyond what must be there.")
            out += [size] if size.free_symbols else []
    return tuple(dict.fromkeys(out))


def loop_conditions(
    s: LinearSystem, modes: Sequence[Op], inside: Mapping[Op, LinearForm], w: Expr, naming: Naming
) -> list[Expr]:
    """Expressions that are positive where a loop with damping that remembers is stable.

    Its quadratures fall into smaller loops, each of them without memory, one passive oscillator, or all numbers.
    """
    nodes: list[Node] = [(m, q) for m in dict.fromkeys(o.name for o in modes) for q in "XP"]
    rows = {i: {j: e for j in nodes if (e := drift_entry(inside[Op(i[0])], i[1], *j)) != 0} for i in nodes}
    found: list[Expr] = []
    for block in flow_order(nodes, {i: [j for j in rows[i] if j != i] for i in nodes}):
        matrix = [[rows[i].get(j, sp.S.Zero) for j in block] for i in block]
        names = list(dict.fromkeys(m for m, _ in block))
        if not any(e.has(FREQUENCY) for row in matrix for e in row):
            found += block_conditions([[pair(e) for e in row] for row in matrix], block, naming)
        elif len(block) == 2 and (spring := _spring(s, block, matrix)) is not None:
            found += [naming.name("h", e) for e in (spring, s.brownian[names[0]].xreplace({FREQUENCY: w})) if e.args]
        else:
            _followed(matrix, names)
    return found


def _spring(s: LinearSystem, block: Sequence[Node], matrix: list[list[Expr]]) -> Expr | None:
    """The square of the frequency of an oscillator with friction on one quadrature alone; None for another loop."""
    (a, b), (c, d) = matrix
    friction = {k: e for k, e in ((0, a), (1, d)) if e != 0}
    if len({m for m, _ in block}) > 1 or len(friction) != 1 or b.has(FREQUENCY) or c.has(FREQUENCY):
        return None
    (e,) = friction.values()
    return sp.expand(-b * c) if sp.expand(e + s.brownian.get(block[0][0], sp.S.Zero)) == 0 else None


def _followed(matrix: list[list[Expr]], names: Sequence[str]) -> None:
    """UnstableError where a loop of numbers grows; ParameterError where there are symbols in it."""
    x = Symbol("x")
    flat = [expression(e).xreplace({FREQUENCY: x}) for row in matrix for e in row]
    if any(e.free_symbols - {x} for e in flat):
        raise ParameterError(
            f"whether the loop of {listing(names)} is stable, whose damping depends on the frequency, is decided for "
            "numbers only: put them in for all parameters (system.subs), or ask for transfer(..., unstable=True)."
        )
    n = len(matrix)
    entries = [sp.lambdify(x, e, "numpy") for e in flat]

    def drift(w: np.ndarray) -> np.ndarray:
        return np.stack([np.broadcast_to(f(w), w.shape) for f in entries], axis=-1).reshape(*w.shape, n, n)

    scale = max(float(max(abs(sp.N(e.subs(x, 1))) for e in flat)), 1e-300)

    def response(u: np.ndarray) -> np.ndarray:
        w = scale * u
        return np.linalg.det((-1j * w[:, None, None] * np.eye(n) - drift(w)) / (scale * (1 - 1j * u))[:, None, None])

    sizes = scale * np.geomspace(1e-6, 1e3, 10)
    near = np.linalg.eigvals(drift(sizes)).ravel() / scale
    if turns(response, f"the loop of {listing(names)}", near):
        raise UnstableError(f"no steady state: the loop of {listing(names)} grows; lower the gain or add damping.")
