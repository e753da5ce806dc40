"""Master equations of linear systems, unconditional or conditioned on continuous measurement.

    d rho = -i[H, rho] dt + sum_i D[sqrt(rate_i) J_i] rho dt + sum_k H[M_k] rho dW_k,
    D[J] rho = J rho J^+ - (J^+ J rho + rho J^+ J)/2,   H[M] rho = (M - <M>) rho + rho (M^+ - <M^+>),
    I_k dt = <M_k + M_k^+> dt + dW_k.

Source: Wiseman and Milburn, Quantum Measurement and Control (2010), chapters 3 and 4; Huang et al. (2018), (S15)-(S16).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sympy as sp
from sympy import Expr

from cascade_sym.compose.detection import Detection, detection
from cascade_sym.derive.master_equation_read import couplings, hamiltonian, jump_groups, measured_operators
from cascade_sym.errors import require_type
from cascade_sym.exact import is_zero
from cascade_sym.operators import Op, OperatorPolynomial, as_operator, commutator, operator
from cascade_sym.operators.linear import collected
from cascade_sym.parts.detectors import Detect
from cascade_sym.shown import Shown
from cascade_sym.steps import Check, Step
from cascade_sym.system.coefficients import vanishes
from cascade_sym.system.network import System


@dataclass(frozen=True)
class Jump(Shown):
    """The term D[sqrt(rate) operator]."""

    rate: Expr
    operator: OperatorPolynomial


@dataclass(frozen=True)
class Measured(Shown):
    """The term H[operator] rho dW_name, with current I dt = <operator + operator^+> dt + dW_name."""

    name: str
    operator: OperatorPolynomial


@dataclass(frozen=True)
class MasterEquation(Shown):
    """Hamiltonian, jump operators and measured operators of a (stochastic) master equation.

    The equation is linear in rho for `measured` = (): then it is an ordinary Lindblad equation. `steps` is its
    derivation.

    >>> from cascade_sym.parts import Cavity
    >>> (jump,) = master_equation(Cavity("a", kappa=2)).jumps
    >>> jump.rate, list(jump.operator.linear().terms)
    (2, [Op(name='a', dag=False)])
    """

    modes: tuple[str, ...]
    H: OperatorPolynomial
    jumps: tuple[Jump, ...]
    measured: tuple[Measured, ...] = ()
    steps: tuple[Step, ...] = field(default=(), compare=False, repr=False)

    def rate_of(self, O: OperatorPolynomial) -> OperatorPolynomial:
        """The operator whose expectation is d<O>/dt without the measurement terms (adjoint Lindblad generator)."""
        out = commutator(O, self.H) * (-sp.I)
        for j in self.jumps:
            J, Jd = j.operator, j.operator.dagger()
            out = out + (commutator(Jd, O) * J - Jd * commutator(J, O)) * (j.rate / 2)
        return out


def master_equation(system: System, detect: Detect = None) -> MasterEquation:
    """The master equation of a part, cascade or LinearSystem, conditioned on what `detect` measures.

    H and the couplings are read off the composed quantum Langevin equations (so they hold for any network, with
    feedback too); the jump operators are the light that leaves through each output, the measured operators the
    quadratures of the detected light, normalised so that dW dW = dt. Thermal inputs give (n + 1) D[J] + n D[J^+].
    Raises UnphysicalError when the equations don't preserve commutators, and the errors of the detectors.
    Source: Gough and James (2009); Wiseman and Milburn (2010), (4.244) for thermal light.

    >>> from cascade_sym.parts import Cavity
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> m = master_equation(Cavity("a", kappa=4), detect=Homodyne(angle=0))
    >>> m.jumps[0].rate, m.measured[0].operator.linear().terms
    (4, {Op(name='a', dag=False): 2})
    """
    return from_detection(detection(system, detect))


def from_detection(d: Detection) -> MasterEquation:
    """The master equation of a system with its currents."""
    L = couplings(d.system)
    H = hamiltonian(d.system, L)
    jumps = tuple(Jump(r, as_operator(f)) for r, f in jump_groups(d.system, L))
    forms, pairs = measured_operators(d, L)
    measured = tuple(Measured(n, as_operator(f)) for n, f in zip(d.names, forms, strict=True))
    equation = MasterEquation(d.system.modes, H, jumps, measured)
    steps = (
        Step(
            "composition", "master equation from the composed Langevin equations",
            {f"d{m}/dt": d.system.equation(m) for m in d.system.modes}, {"master equation": equation},
            agree(lambda: _drift_pairs(d, equation), "d<a>/dt of the master equation against Langevin"),
            "the jump operators are the light that leaves; H is what remains of the drift",
        ),
        Step(
            "readout", "measured operators", {}, {m.name: m.operator for m in measured},
            agree(lambda: pairs, "<M + M^+> against the modes in the measured output quadrature"),
        ),
    )  # fmt: skip
    return MasterEquation(d.system.modes, H, jumps, measured, steps if measured else steps[:1])


def agree(pairs: Callable[[], Mapping[str, tuple[Expr, Expr]]], method: str) -> Callable[[], Check]:
    """A check that proves pairs of expressions equal; with floats in them, equal to rounding of the largest."""

    def run() -> Check:
        table = pairs()
        everything = [e for pair in table.values() for e in pair]
        beside = [s * e for e in everything for s in (1, -1)] if any(e.has(sp.Float) for e in everything) else []
        wrong = [f"{n}: {x} != {y}" for n, (x, y) in table.items() if not vanishes(x, -y, *beside)]
        return Check(not wrong, method, "; ".join(wrong))

    return run


def _drift_pairs(d: Detection, equation: MasterEquation) -> dict[str, tuple[Expr, Expr]]:
    out: dict[str, tuple[Expr, Expr]] = {}
    for m in d.system.modes:
        rate, form = equation.rate_of(operator(m)).linear(), d.system.equation(m)
        out |= {f"{m}, {o}": (rate[o], form[o]) for o in {*rate.terms, *form.terms} if o.name in d.system.modes}
    return out


def same_master_equation(left: MasterEquation, right: MasterEquation) -> Check:
    """Prove that two master equations with linear jump operators are the same; the residual names what differs.

    >>> from cascade_sym.parts import Oscillator
    >>> m = master_equation(Oscillator("M"))
    >>> same_master_equation(m, m).ok
    True
    """
    for side, what in ((left, "the left side"), (right, "the right side")):
        require_type(side, MasterEquation, what, "make one by master_equation(system)")
    wrong = []
    if not (left.H - right.H).filtered(lambda m: m != ()).is_zero:
        wrong.append("the Hamiltonians differ")
    if set(left.modes) != set(right.modes):
        wrong.append(f"the modes differ: {left.modes} and {right.modes}")
    else:
        for (what, a), (_, b) in zip(_tables(left), _tables(right), strict=True):
            differing = (k for k in sorted({*a, *b}) if not is_zero(a.get(k, sp.S.Zero) - b.get(k, sp.S.Zero)))
            wrong += [f"the {what} differ in {i.label}, {j.label}" for i, j in differing]
    return Check(not wrong, "H, the Lindblad matrix and the measured operators, element by element", "; ".join(wrong))


def _tables(m: MasterEquation) -> list[tuple[str, dict[tuple[Op, Op], Expr]]]:
    """The Lindblad matrix, and the products of measured operators with each other and with their adjoints."""
    jumps = [(jump.rate, jump.operator.linear()) for jump in m.jumps]
    seen = [(sp.S.One, x.operator.linear()) for x in m.measured]
    kinds = (("dissipators", jumps, True), ("measurement terms", seen, False), ("measurement terms", seen, True))
    return [
        (what, collected(((i, j), w * c * d) for w, f in forms for i, c in f for j, d in f.turned(dag)))
        for what, forms, dag in kinds
    ]
