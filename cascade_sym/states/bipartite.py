"""Entanglement and steering across a cut: EPR variance, logarithmic negativity, Duan's optimum, steering."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp
from sympy import Expr

from cascade_sym.definitions import Quantity
from cascade_sym.errors import ParameterError, UnknownName, did_you_mean, listing
from cascade_sym.exact import is_zero
from cascade_sym.solve.covariance import Covariance
from cascade_sym.states.readout import readout_weight, two_mode_quadratures
from cascade_sym.steps import Check, Step
from cascade_sym.symbols import domains_in, expression, free_symbol

READOUT, OPTIMAL = "readout", "optimal"
ACCURACY = 1e-13  # of figures that are logarithms: a product state has none, and its zero can't be told from 1e-17


def epr_variance(V: Covariance, first: str, second: str, g: Expr | int | float | str = READOUT) -> Quantity:
    """xi_g = [Var(X_1 + g X_2) + Var(P_1 - g P_2)]/(1 + g^2); entangled where it is below 1.

    (Below 2*vacuum where the covariance is in conventions with another vacuum variance than 1/2.)

    `g` is a number or expression; "readout" (default) takes the weight that the output light of the system reads
    out; "optimal" the g that minimises xi_g, in closed form (the smaller eigenvalue of a 2 x 2 matrix).
    Source: Duan et al., PRL 84, 2722 (2000); Huang et al. (2018), Eq. (8).

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.solve import covariance
    >>> vacuum = covariance(Oscillator("S", -1, Gamma_B=1, Gamma_P=0, gamma=0) >> Oscillator("M", Gamma_P=0, gamma=0))
    >>> epr_variance(vacuum, "S", "M", g=1).inline()
    1
    """
    read_out = False
    _require_two(V, first, second)
    alpha = V.element(f"X_{first}", f"X_{first}") + V.element(f"P_{first}", f"P_{first}")
    beta = V.element(f"X_{first}", f"X_{second}") - V.element(f"P_{first}", f"P_{second}")
    gamma = V.element(f"X_{second}", f"X_{second}") + V.element(f"P_{second}", f"P_{second}")
    if isinstance(g, str):
        if g == OPTIMAL:
            return V.quantity("xi", (alpha + gamma) / 2 - sp.sqrt((alpha - gamma) ** 2 / 4 + beta**2))
        if g != READOUT:
            raise ParameterError(f"g is {g!r}; give a number, an expression, {READOUT!r} or {OPTIMAL!r}.")
        if V.system is None:
            raise ParameterError("this covariance does not know its system, so the read-out g is unknown; give g.")
        read_out = True
        g = readout_weight(V.system, first, second)
    w = expression(g)
    steps = (*V.steps, _readout_step(V, first, second, w)) if read_out else V.steps
    definitions, moved = V.definitions.beside([w])
    definitions = replace(definitions, domains=definitions.domains.merged(domains_in(g)))
    alpha, beta, gamma = (e.xreplace(moved) for e in (alpha, beta, gamma))
    if not (w.is_number or w.is_Symbol):
        name = free_symbol("g", w, definitions.parameters(), V.parameters, (s for s, _ in definitions))
        definitions, w = replace(definitions, items=(*definitions.items, (name, w))), name
    expr = (alpha + 2 * w * beta + w**2 * gamma) / (1 + w**2)
    stability = tuple(e.xreplace(moved) for e in V.stability)
    return Quantity("xi_g", expr, definitions, steps, stability, nonnegative=V.nonnegative)


def _require_two(V: Covariance, first: str, second: str) -> None:
    """Two different modes of the covariance; UnknownName or ParameterError else."""
    if bad := {first, second} - set(V.modes):
        raise UnknownName(f"no mode {listing(bad)}; the modes are {listing(V.modes)}.{did_you_mean(bad, V.modes)}")
    if first == second:
        raise ParameterError(f"entanglement of {first!r} with itself; give two different modes of {listing(V.modes)}.")


def _readout_step(V: Covariance, first: str, second: str, g: Expr) -> Step:
    """The weight found once more from the sine component of the light, which reads out the partner variable."""

    def check() -> Check:
        sine = two_mode_quadratures(V.system)["P_sin"].modes
        ratio = sine[f"P_{second}"] / sine[f"P_{first}"]
        ok = is_zero(ratio + g)
        return Check(ok, "the sine component reads out P_1 - g P_2", "" if ok else f"weight {-ratio}")

    return Step("readout", "weight of the EPR variables in the output light", {}, {"g": g}, check)


def log_negativity(V: Covariance, first: str, second: str, base: Expr | int | None = None) -> Quantity:
    """Logarithmic negativity E_N = max(0, -log(2 nu)), nu the smaller symplectic eigenvalue of the partial transpose.

    Natural logarithm unless `base` is given (2 for ebits). Modes other than the two are traced out.
    Source: Vidal and Werner, PRA 65, 032314 (2002).

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.solve import covariance
    >>> vacuum = covariance(Oscillator("S", -1, Gamma_B=1, Gamma_P=0, gamma=0) >> Oscillator("M", Gamma_P=0, gamma=0))
    >>> log_negativity(vacuum, "S", "M").inline()
    0
    """
    over, under = _inverse_square(V, first, second)
    unit = sp.log(expression(base)) if base is not None else sp.S.One
    found = sp.log(sp.Max(1, V.conventions.vacuum**2 * over / under)) / (2 * unit)
    return replace(V.quantity("E_N", found), accuracy=ACCURACY)


def symplectic_minimum(V: Covariance, first: str, second: str) -> Expr:
    """The smaller symplectic eigenvalue of the partially transposed two-mode covariance matrix [[A, C], [C^T, B]]."""
    over, under = _inverse_square(V, first, second)
    return sp.sqrt(under / over)


def _inverse_square(V: Covariance, first: str, second: str) -> tuple[Expr, Expr]:
    """Numerator and denominator of 1/nu^2, nu the smaller symplectic eigenvalue of the partial transpose.

    The larger root of nu^4 - delta nu^2 + det V = 0 is a sum, and the smaller one is det V over it. With F = A J C +
    C J B (J the symplectic form) the discriminant is (det A - det B)^2 + 4 det F, and det V is det A times that of what
    is left of B: for product and pure states nothing cancels in them but what the elements themselves have lost.
    """
    _require_two(V, first, second)
    quads = [f"{q}_{m}" for m in (first, second) for q in "XP"]
    mirror = (1, 1, 1, -1)
    S = sp.Matrix(4, 4, lambda i, j: mirror[i] * mirror[j] * V.element(quads[i], quads[j]))
    A, B, C = S[:2, :2], S[2:, 2:], S[:2, 2:]
    J = sp.Matrix([[0, 1], [-1, 0]])
    a, b, c = _det(A), _det(B), _det(C)
    whole = a * _det(B - C.T * A.adjugate() * C / a)
    root = sp.sqrt(sp.Max(0, (a - b) ** 2 + 4 * _det(A * J * C + C * J * B)))
    return a + b + 2 * c + root, 2 * whole


def _det(m: sp.Matrix) -> Expr:
    """The determinant of a 2 x 2 matrix, not multiplied out."""
    return m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0]
