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
from cascade_sym.exact import is_zero
from cascade_sym.operators import LinearForm, Op, OperatorPolynomial, as_operator, commutator
from cascade_sym.shown import Shown
from cascade_sym.steps import Check, Step
from cascade_sym.symbols import conj
from cascade_sym.system.numbers import vanishes


@dataclass(frozen=True)
class Jump:
    """The term D[sqrt(rate) operator]."""

    rate: Expr
    operator: OperatorPolynomial


@dataclass(frozen=True)
class Measured:
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


def master_equation(system: object, detect: object = None) -> MasterEquation:
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
        beside = everything if any(e.has(sp.Float) for e in everything) else []
        wrong = [f"{n}: {x} != {y}" for n, (x, y) in table.items() if not vanishes(x, -y, *_twice(beside))]
        return Check(not wrong, method, "; ".join(wrong))

    return run


def _twice(es: list[Expr]) -> list[Expr]:
    """Terms that add up to nothing, and say what is small."""
    return [sign * e for e in es for sign in (1, -1)]


def _drift_pairs(d: Detection, equation: MasterEquation) -> dict[str, tuple[Expr, Expr]]:
    out: dict[str, tuple[Expr, Expr]] = {}
    for m in d.system.modes:
        rate = equation.rate_of(as_operator(LinearForm({(o := Op(m)): sp.S.One}))).linear()
        form = d.system.equation(m)
        for o in {*rate.terms, *form.terms}:
            if o.name in d.system.modes:
                out[f"{m}, {o}"] = (rate[o], form[o])
    return out


def same_master_equation(left: MasterEquation, right: MasterEquation) -> Check:
    """Prove that two master equations with linear jump operators are the same; the residual names what differs.

    >>> from cascade_sym.parts import Oscillator
    >>> m = master_equation(Oscillator("M"))
    >>> same_master_equation(m, m).ok
    True
    """
    wrong = []
    if not _without_number(left.H - right.H).is_zero:
        wrong.append("the Hamiltonians differ")
    if set(left.modes) != set(right.modes):
        wrong.append(f"the modes differ: {left.modes} and {right.modes}")
    else:
        basis = [Op(m, d) for m in left.modes for d in (False, True)]
        for what, table in (
            ("dissipators", _dissipation), ("measurement terms", _measured(lambda x: x)),
            ("measurement terms", _measured(lambda x: x.dagger())),
        ):  # fmt: skip
            for i in basis:
                for j in basis:
                    excess = table(left, i, j) - table(right, i, j)
                    if not is_zero(excess):
                        wrong.append(f"the {what} differ in {i.label}, {j.label}")
    return Check(not wrong, "H, the Lindblad matrix and the measured operators, element by element", "; ".join(wrong))


def _without_number(H: OperatorPolynomial) -> OperatorPolynomial:
    return H.filtered(lambda m: m != ())


def _dissipation(m: MasterEquation, i: Op, j: Op) -> Expr:
    total = sp.S.Zero
    for jump in m.jumps:
        f = jump.operator.linear()
        total += jump.rate * f[i] * conj(f[j])
    return sp.sympify(total)


def _measured(turned: Callable[[LinearForm], LinearForm]) -> Callable[[MasterEquation, Op, Op], Expr]:
    def table(m: MasterEquation, i: Op, j: Op) -> Expr:
        forms = [x.operator.linear() for x in m.measured]
        return sp.Add(*(f[i] * turned(f)[j] for f in forms))

    return table
