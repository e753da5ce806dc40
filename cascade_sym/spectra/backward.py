"""How an output follows its inputs at one frequency: one backward sweep through the network.

In frequency space every operator z(Omega) obeys -i Omega z = (its drift), with z^+(Omega) the transform of
z^+(t). The sweep starts at the output, carries to each field and mode the weight with which it reaches the
output, and ends at the inputs. A mode without feedback multiplies by its susceptibility; a feedback loop is
one small linear system: with M = -i w - A over its mode operators the weights K follow from K M = (weights of the
modes), where the entries of M stay whole, as gamma/2 + i(omega - w), so that resonances of high quality keep their
digits. A cascade of n parts costs O(n) definitions, whatever its length.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import sympy as sp
from sympy import Expr
from sympy.polys.matrices import DomainMatrix

from cascade_sym.operators import LinearForm, Op, linear_sum, op
from cascade_sym.shown import Shown
from cascade_sym.solve.complex_pairs import drift_entry, im, pair, re
from cascade_sym.solve.linear_systems import ADJUGATE_LIMIT, solve_named
from cascade_sym.solve.stability import block_conditions, require_damping
from cascade_sym.spectra.memory import loop_conditions
from cascade_sym.spectra.spectrum_naming import SpectrumNaming
from cascade_sym.symbols import own
from cascade_sym.system import LinearSystem
from cascade_sym.system.sectors import flow_order

HALF = 1 / sp.sqrt(2)  # of quadratures, a = (X + i P)/sqrt2
PLAIN = 3  # a weight with fewer operations is written out, not named


@dataclass(frozen=True)
class Susceptibility(Shown):
    """chi = 1/(gamma/2 + i(omega - w)) of a mode operator without feedback, at frequency w."""

    operator: Op
    symbol: Expr
    gamma: Expr
    omega: Expr


@dataclass
class Dynamics:
    """What sweeps of one system share: the frequency, the names, the susceptibilities and loops met so far.

    `before` is a system whose noise or damping depends on the frequency, as it was given; `system` is it there.
    """

    system: LinearSystem
    frequency: Expr
    naming: SpectrumNaming
    susceptibilities: dict[Op, Susceptibility] = field(default_factory=dict)
    denominators: dict[tuple[str, ...], Expr | None] = field(default_factory=dict)
    stability: list[Expr] = field(default_factory=list)
    nonnegative: tuple[Expr, ...] = ()
    stable: bool = True
    before: LinearSystem | None = None
    _loops: dict[tuple[Op, ...], dict[Op, LinearForm]] = field(default_factory=dict)

    def form(self, o: Op) -> LinearForm:
        """What drives an operator: the drift of a mode, the content of an internal field."""
        table = self.system.drift if o.name in self.system.drift else self.system.internal
        return table[o.name].turned(o.dag)

    def is_mode(self, o: Op) -> bool:
        return o.name in self.system.drift

    def is_input(self, o: Op) -> bool:
        """Inputs of the system, and whatever a read-out adds (the vacuum of a detector)."""
        return o.name not in self.system.drift and o.name not in self.system.internal

    def remembers(self, modes: Iterable[Op]) -> bool:
        """Whether the damping of a loop depends on the frequency."""
        return self.before is not None and any(o.name in self.before.remembering for o in modes)

    def susceptibility(self, o: Op, diag: Expr) -> Susceptibility:
        """The susceptibility of an operator whose own drift coefficient is `diag`."""
        if o not in self.susceptibilities:
            rate = sp.expand(-2 * re(diag))
            if self.stable:
                require_damping(rate, o.name)
            gamma = self.naming.once(f"gamma_{o.name}", rate)
            omega = sp.expand(-im(diag))
            if len(sp.Add.make_args(omega)) > 1:
                omega = self.naming.once(f"omega_{o.name}", omega)
            value = 1 / (gamma / 2 + sp.I * (omega - self.frequency))
            chi = self.naming.once(f"chi_{o.name}", value)
            self.susceptibilities[o] = Susceptibility(o, chi, gamma, omega)
            self.stability += [gamma] if self.stable else []
            self.denominators[(o.label,)] = gamma / 2 + sp.I * (omega - self.frequency)
        return self.susceptibilities[o]


@dataclass(frozen=True)
class Response:
    """The weight with which each input (`inputs`) and each drive on a mode (`drives`) reaches an output."""

    inputs: Mapping[Op, Expr]
    drives: Mapping[Op, Expr]


def sweep(dynamics: Dynamics, target: LinearForm, label: str = "") -> Response:
    """The response of `target` (a form in modes, outputs, internal fields and inputs) to inputs and drives.

    `label` tells the definitions of several outputs apart.
    """
    s = dynamics.system
    start = target.substituted(s.outputs)
    nodes, sources = _reach(dynamics, start)
    weights: dict[Op, list[Expr]] = {}
    for o, c in start:
        weights.setdefault(o, []).append(c)
    drives: dict[Op, Expr] = {}

    def weight(o: Op) -> Expr:
        total = sp.Add(*weights.pop(o, []))
        total = total if dynamics.before is None else sp.expand(total)
        return total if total.is_Atom or sp.count_ops(total) < PLAIN else named("T", o, total)

    def named(letter: str, o: Op, e: Expr) -> Expr:
        return dynamics.naming.once(f"{letter}{label}_{tag(o)}", e)

    def spread(form: LinearForm, factor: Expr, skip: frozenset[Op]) -> None:
        for o, c in form:
            if o not in skip:
                weights.setdefault(o, []).append(factor * c)

    for block in reversed(flow_order(nodes, sources)):
        if len(block) == 1:
            (o,) = block
            if (total := weight(o)) == 0:
                continue
            if not dynamics.is_mode(o):
                spread(dynamics.form(o), total, frozenset())
                continue
            form = dynamics.form(o)
            drives[o] = named("K", o, dynamics.susceptibility(o, form[o]).symbol * total)
            spread(form, drives[o], frozenset(block))
            continue
        inside = _loop(dynamics, block)
        for o in reversed([o for o in block if not dynamics.is_mode(o)]):
            spread(inside[o], weight(o), frozenset())
        modes = [o for o in block if dynamics.is_mode(o)]
        totals = [weight(o) for o in modes]
        if len(modes) == 1:
            solved = [dynamics.susceptibility(modes[0], inside[modes[0]][modes[0]]).symbol * totals[0]]
        else:
            solved = solve_block(dynamics, modes, inside, totals)
        for o, k in zip(modes, solved, strict=True):
            if k != 0:
                drives[o] = k if dynamics.remembers(modes) else named("K", o, k)
                spread(inside[o], drives[o], frozenset(modes))
    leaves = [*s.inputs, *dict.fromkeys(o.name for o in weights if o.name not in s.inputs)]
    inputs = {o: weight(o) for o in [Op(f, d) for f in leaves for d in (False, True)]}
    return Response({o: t for o, t in inputs.items() if t != 0}, drives)


def tag(o: Op | str) -> str:
    """The name of an operator or noise as part of a definition's: 'S_in_m_dag' for S.in-^+."""
    name = o if isinstance(o, str) else o.label
    plain, dag = name.removesuffix("^+"), name.endswith("^+")
    plain = plain.replace(".", "_").replace("+", "_p").replace("-", "_m")
    return f"{plain}_dag" if dag else plain


def _reach(dynamics: Dynamics, start: LinearForm) -> tuple[list[Op], dict[Op, list[Op]]]:
    """Modes and internal fields upstream of `start`, and what drives each of them directly.

    A mode's own decay is no feedback loop; nodes are ordered as in the system, so that names do not depend on chance.
    """
    sources: dict[Op, list[Op]] = {}
    todo = [o for o, _ in start if not dynamics.is_input(o)]
    while todo:
        o = todo.pop()
        if o in sources:
            continue
        found = [p for p, _ in dynamics.form(o) if not dynamics.is_input(p)]
        sources[o] = [p for p in found if not (p == o and dynamics.is_mode(o))]
        todo += sources[o]
    order = {n: k for k, n in enumerate((*dynamics.system.internal, *dynamics.system.modes))}
    nodes = sorted(sources, key=lambda o: (order[o.name], o.dag))
    return nodes, sources


def _eliminated(dynamics: Dynamics, block: tuple[Op, ...]) -> dict[Op, LinearForm]:
    rank = {f: k for k, f in enumerate(dynamics.system.internal)}
    light = sorted((o for o in block if not dynamics.is_mode(o)), key=lambda o: rank[o.name])
    flat: dict[Op, LinearForm] = {}
    for o in (*light, *(o for o in block if dynamics.is_mode(o))):
        parts = ((flat[p], c) if p in flat and p in light else (op(p.name, dag=p.dag), c) for p, c in dynamics.form(o))
        flat[o] = linear_sum(f.scaled(c) for f, c in parts).map_coefficients(sp.expand)
    return flat


def _loop(dynamics: Dynamics, block: tuple[Op, ...]) -> dict[Op, LinearForm]:
    """A feedback loop with its internal fields eliminated: each member's drive, by modes of the loop and outside."""
    if block not in dynamics._loops:
        dynamics._loops[block] = flat = _eliminated(dynamics, block)
        modes = [o for o in block if dynamics.is_mode(o)]
        if len(modes) > 1:
            matrix = drift_matrix(modes, flat)
            remembers = dynamics.remembers(modes)
            if dynamics.stable and not _drifts(dynamics.system, modes, matrix):
                if remembers:
                    assert dynamics.before is not None
                    earlier = _eliminated(replace(dynamics, system=dynamics.before), block)
                    found = loop_conditions(dynamics.before, modes, earlier, dynamics.frequency, dynamics.naming)
                else:
                    found = block_conditions([[pair(e) for e in row] for row in matrix], modes, dynamics.naming)
                dynamics.stability += found
            polynomial = None if remembers else loop_polynomial(modes, flat, dynamics.frequency)
            dynamics.denominators[tuple(o.label for o in modes)] = polynomial
    return dynamics._loops[block]


def _drifts(s: LinearSystem, modes: Sequence[Op], matrix: list[list[Expr]]) -> bool:
    """Whether a loop is free masses alone, whose only pole is at zero frequency: no power of its drift remains."""
    n = len(modes)
    return {o.name for o in modes} <= set(s.free) and not any(sp.expand(e) for e in sp.Matrix(matrix) ** n)


def drift_matrix(modes: Sequence[Op], inside: Mapping[Op, LinearForm]) -> list[list[Expr]]:
    """The drift of a loop; real, in quadratures (X_1, P_1, ...), when it holds every mode with its adjoint."""
    if {o.dagger() for o in modes} != set(modes):
        return [[inside[i][j] for j in modes] for i in modes]
    nodes = [(m, q) for m in dict.fromkeys(o.name for o in modes) for q in "XP"]
    return [[drift_entry(inside[Op(m)], q, k, r) for k, r in nodes] for m, q in nodes]


def solve_block(
    dynamics: Dynamics, modes: Sequence[Op], inside: Mapping[Op, LinearForm], weights: Sequence[Expr]
) -> list[Expr]:
    """K for each of `modes`; `inside` is what drives them, `weights` how they reach the output directly.

    Up to four operators by adjugate and determinant (a definition D_<modes>); larger loops step by step. Damping that
    remembers may be large at low frequencies, and cancels between a and a^+: such loops are solved in quadratures.
    """
    names = list(dict.fromkeys(o.name for o in modes))
    if not dynamics.remembers(modes):
        return _solved(dynamics, names, [[inside[i][j] for j in modes] for i in modes], weights)
    reach = dict(zip(modes, weights, strict=True))
    pairs = [(reach[Op(m)], reach[Op(m, True)]) for m in names]
    found = _solved(dynamics, names, drift_matrix([Op(m, d) for m in names for d in (False, True)], inside),
                    [e * HALF for a, b in pairs for e in (a + b, sp.I * (a - b))])  # fmt: skip
    K = {}
    for m, *both in zip(names, found[::2], found[1::2], strict=True):
        x, p = (dynamics.naming.once(f"K_{q}_{m}", e) if e.args else e for q, e in zip("XP", both, strict=True))
        K[Op(m)], K[Op(m, True)] = (HALF * (x + s * p) for s in (-sp.I, sp.I))
    return [K[o] for o in modes]


def _solved(dynamics: Dynamics, names: list[str], A: list[list[Expr]], weights: Sequence[Expr]) -> list[Expr]:
    """K of K (-i w - A) = weights."""
    n = len(A)
    M = [[(-sp.I * dynamics.frequency if i == j else sp.S.Zero) - A[i][j] for j in range(n)] for i in range(n)]
    if n > ADJUGATE_LIMIT:
        columns = [list(c) for c in zip(*M, strict=True)]
        return solve_named(columns, list(weights), dynamics.naming, f"the loop of {', '.join(names)}")
    entries = [[own(f"entry{i}_{j}") if M[i][j] != 0 else sp.S.Zero for j in range(n)] for i in range(n)]
    back = {entries[i][j]: M[i][j] for i in range(n) for j in range(n) if M[i][j] != 0}
    dm = DomainMatrix.from_list_sympy(n, n, entries)
    adj, det = dm.adj_det()
    rows = [[dm.domain.to_sympy(e).xreplace(back) for e in row] for row in adj.to_list()]
    D = dynamics.naming.once(f"D_{'_'.join(names)}", dm.domain.to_sympy(det).xreplace(back))
    return [sp.Add(*(c * rows[i][j] for i, c in enumerate(weights))) / D for j in range(n)]


def over_symbols(*matrices: Sequence[Sequence[Expr]]) -> tuple[list[DomainMatrix], dict[Expr, Expr]]:
    """Square matrices with entries that are no numbers or symbols replaced by symbols, and what these stand for."""
    odd = {e for m in matrices for row in m for e in row if not (e.is_Rational or e.is_Symbol)}
    names = {e: own(f"entry{k}") for k, e in enumerate(sorted(odd, key=sp.default_sort_key))}
    tables = ([[names.get(e, e) for e in row] for row in m] for m in matrices)
    return [DomainMatrix.from_list_sympy(len(t), len(t), t) for t in tables], {v: k for k, v in names.items()}


def loop_polynomial(modes: Sequence[Op], inside: Mapping[Op, LinearForm], w: Expr) -> Expr | None:
    """det(-i w - A) of a loop as a polynomial in s = -i w; None for more than four operators with symbols."""
    rows = drift_matrix(modes, inside)
    n = len(rows)
    if n > ADJUGATE_LIMIT and any(e.free_symbols for row in rows for e in row):
        return None
    if n > ADJUGATE_LIMIT:
        matrix, back = DomainMatrix.from_Matrix(sp.Matrix(rows), extension=True), dict[Expr, Expr]()
    else:
        (matrix,), back = over_symbols(rows)
    s = -sp.I * w
    powers = [matrix.domain.to_sympy(c).xreplace(back) * s ** (n - k) for k, c in enumerate(matrix.charpoly())]
    return sp.Add(*powers)
