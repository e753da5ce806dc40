"""Entanglement and steering across a cut: EPR variance, logarithmic negativity, Duan's optimum, steering."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, overload

import sympy as sp
from flint import arb
from sympy import Expr

from cascade_sym.definitions import Quantity
from cascade_sym.errors import ParameterError, UnknownName, did_you_mean, listing, require_type
from cascade_sym.exact import is_zero
from cascade_sym.solve.covariance import Covariance
from cascade_sym.states.blocks import Written
from cascade_sym.states.exact_matrices import Numbers, log_sum
from cascade_sym.states.light_readout import readout_weight, two_mode_quadratures
from cascade_sym.states.mixedness import in_base, logarithm_unit
from cascade_sym.states.state import ACCURACY, Modes, computed, no_closed_form
from cascade_sym.steps import Check, Step
from cascade_sym.symbols import domains_in, expression, free_symbol
from cascade_sym.system import LinearSystem

READOUT, OPTIMAL = "readout", "optimal"


def epr_variance(V: Covariance, first: str, second: str, g: Expr | int | float | str = READOUT) -> Quantity:
    """xi_g = [Var(X_1 + g X_2) + Var(P_1 - g P_2)]/(1 + g^2); entangled where it is below 1.

    (Below 2*vacuum where the covariance is in conventions with another vacuum variance than 1/2.)

    `g` is a number or expression; "readout" (default) takes the weight that the output light of the system reads
    out; "optimal" the g that minimises xi_g, in closed form (the smaller eigenvalue of a 2 x 2 matrix), which its
    evaluator guarantees.
    Source: Duan et al., PRL 84, 2722 (2000); Huang et al. (2018), Eq. (8).

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.solve import covariance
    >>> vacuum = covariance(Oscillator("S", -1, Gamma_B=1, Gamma_P=0, gamma=0) >> Oscillator("M", Gamma_P=0, gamma=0))
    >>> epr_variance(vacuum, "S", "M", g=1).inline()
    1
    """
    read: LinearSystem | None = None
    _require_two(V, first, second)
    alpha = V.element(f"X_{first}", f"X_{first}") + V.element(f"P_{first}", f"P_{first}")
    beta = V.element(f"X_{first}", f"X_{second}") - V.element(f"P_{first}", f"P_{second}")
    gamma = V.element(f"X_{second}", f"X_{second}") + V.element(f"P_{second}", f"P_{second}")
    if isinstance(g, str):
        if g == OPTIMAL:
            best = (alpha + gamma) / 2 - sp.sqrt((alpha - gamma) ** 2 / 4 + beta**2)
            return replace(V.quantity("xi", best), accuracy=0.0)  # all of it cancels where entanglement is strong
        if g != READOUT:
            raise ParameterError(f"g is {g!r}; give a number, an expression, {READOUT!r} or {OPTIMAL!r}.")
        if V.system is None:
            raise ParameterError("this covariance does not know its system, so the read-out g is unknown; give g.")
        read = V.system
        g = readout_weight(read, first, second)
    w = expression(g)
    steps = V.steps if read is None else (*V.steps, _readout_step(read, first, second, w))
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
    require_type(V, Covariance, "V", "make one by covariance(system) or gaussian_state(matrix)")
    if bad := {first, second} - set(V.modes):
        raise UnknownName(f"no mode {listing(bad)}; the modes are {listing(V.modes)}.{did_you_mean(bad, V.modes)}")
    if first == second:
        raise ParameterError(f"entanglement of {first!r} with itself; give two different modes of {listing(V.modes)}.")


def _readout_step(system: LinearSystem, first: str, second: str, g: Expr) -> Step:
    """The weight found once more from the sine component of the light, which reads out the partner variable."""

    def check() -> Check:
        sine = two_mode_quadratures(system)["P_sin"].modes
        ratio = sine[f"P_{second}"] / sine[f"P_{first}"]
        ok = is_zero(ratio + g, system.domains)
        return Check(ok, "the sine component reads out P_1 - g P_2", "" if ok else f"weight {-ratio}")

    return Step("readout", "weight of the EPR variables in the output light", {}, {"g": g}, check)


@overload
def log_negativity(state: Covariance, first: Modes, second: Modes, base: Expr | int | None = None) -> Quantity: ...


@overload
def log_negativity(state: Any, first: Modes, second: Modes, base: Expr | int | None = None) -> Any: ...


def log_negativity(state: Any, first: Modes, second: Modes, base: Expr | int | None = None) -> Any:
    """Logarithmic negativity E_N, the sum of max(0, -log(2 nu)) over the symplectic eigenvalues nu of the partial
    transpose.

    Natural logarithm unless `base` is given (2 for ebits). `first` and `second` are the two parts, each a mode or
    several; modes in neither are traced out. `state` is a `Covariance` (the result is a Quantity, in closed form for
    one mode with one) or any other that `purity` takes. An evaluator of the Quantity guarantees it to 1e-13, at any
    squeezing. NoClosedForm for formulas of more modes: `state_evaluator` has their numbers, `ppt` a polynomial that
    tells whether one mode is entangled with many. Source: Vidal and Werner, PRA 65, 032314 (2002).

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.solve import covariance
    >>> vacuum = covariance(Oscillator("S", -1, Gamma_B=1, Gamma_P=0, gamma=0) >> Oscillator("M", Gamma_P=0, gamma=0))
    >>> log_negativity(vacuum, "S", "M").inline()
    0
    """
    unit = logarithm_unit(base)

    def closed(V: Covariance, one: Sequence[str], two: Sequence[str]) -> Quantity:
        w, over, under = _transposed(V, one, two, "logarithmic negativity", "log_negativity")
        return w.quantity("E_N", sp.log(sp.Max(1, over / (4 * under))) / (2 * unit), ACCURACY)

    def number(N: Numbers, one: Sequence[str], two: Sequence[str]) -> list[arb]:
        return [log_sum(N.transposed(two).spectrum()) / in_base(unit)]

    return computed(state, [first, second], closed, number, atol=1e-15)


def negativity(state: Any, first: Modes, second: Modes) -> Any:
    """The negativity (||rho^T|| - 1)/2 = (exp(E_N) - 1)/2; arguments and errors as of `log_negativity`.

    Source: Vidal and Werner, PRA 65, 032314 (2002).

    >>> c, s = sp.cosh(2), sp.sinh(2)  # two-mode squeezed by r = 1
    >>> pair = sp.Matrix([[c, 0, s, 0], [0, c, 0, -s], [s, 0, c, 0], [0, -s, 0, c]])/2
    >>> round(float(negativity(pair, 1, 2).inline()), 12) == round((float(sp.exp(2)) - 1)/2, 12)
    True
    """

    def closed(V: Covariance, one: Sequence[str], two: Sequence[str]) -> Quantity:
        w, over, under = _transposed(V, one, two, "negativity", "negativity")
        return w.quantity("N", (sp.sqrt(sp.Max(1, over / (4 * under))) - 1) / 2, ACCURACY)

    def number(N: Numbers, one: Sequence[str], two: Sequence[str]) -> list[arb]:
        product = arb(1)
        for nu in N.transposed(two).spectrum():
            product *= (1 / (2 * nu)).max(arb(1))
        return [(product - 1) / 2]

    return computed(state, [first, second], closed, number, atol=1e-15)


def duan(state: Any, first: Modes, second: Modes) -> Any:
    """The least [Var u + Var v]/(|[u_1, v_1]| + |[u_2, v_2]|) of two joint variables u = u_1 + u_2 and v = v_1 + v_2.

    Each u_k and v_k is any linear form in the quadratures of part k: all weights, local squeezing and rotations are
    optimised. It is 2 nu, nu the smallest symplectic eigenvalue of the partial transpose; below 1 the parts are
    entangled, and for one mode with one (or with several) only then. Arguments and errors as of `log_negativity`.
    Source: Duan et al., PRL 84, 2722 (2000); Giovannetti et al., PRA 67, 022320 (2003).

    >>> duan([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 2]], 1, 2)
    2.0
    """

    def closed(V: Covariance, one: Sequence[str], two: Sequence[str]) -> Quantity:
        w, over, under = _transposed(V, one, two, "least variance of joint variables", "duan")
        return w.quantity("xi", 2 * sp.sqrt(under / over), 0.0)

    def number(N: Numbers, one: Sequence[str], two: Sequence[str]) -> list[arb]:
        return [2 * N.transposed(two).spectrum()[0]]

    return computed(state, [first, second], closed, number)


def steering(state: Any, steering_part: Modes, steered_part: Modes, base: Expr | int | None = None) -> Any:
    """Gaussian steerability G of the second part by Gaussian measurements on the first, each a mode or several.

    G = sum of max(0, -log(2 nu)) over the symplectic eigenvalues nu of V_B - C^T V_A^(-1) C, what is left of the
    steered part's covariance; positive exactly where it can be steered. Swap the parts for the other way. In closed
    form where one or two modes are steered, by any number. `base`, `state` and errors as of `log_negativity`. Source:
    Kogias, Lee, Ragy and Adesso, PRL 114, 060403 (2015).

    >>> a, b, c = sp.Rational(5, 6), sp.Rational(7, 12), sp.Rational(1, 3)  # the second mode has lost 3/4 of its light
    >>> V = sp.Matrix([[a, 0, c, 0], [0, a, 0, -c], [c, 0, b, 0], [0, -c, 0, b]])
    >>> steering(V, 1, 2).inline(), steering(V, 2, 1).inline()
    (log(100/81)/2, 0)
    """
    unit = logarithm_unit(base)

    def closed(V: Covariance, one: Sequence[str], two: Sequence[str]) -> Quantity:
        if len(two) > 2:
            raise no_closed_form("steerability", "steering", (*one, *two))
        w = Written(V, (*one, *two))
        left = w.given(len(one))
        if len(two) == 1:
            inverse = [1 / w.determinant(left)]
        else:
            double, over, under = w.two_modes(left)
            inverse = [over / under, 2 / double]
        return w.quantity("G", sp.Add(*(sp.log(sp.Max(1, e / 4)) for e in inverse)) / (2 * unit), ACCURACY)

    def number(N: Numbers, one: tuple[str, ...], two: tuple[str, ...]) -> list[arb]:
        return [log_sum(N.given(one, two).spectrum()) / in_base(unit)]

    return computed(state, [steering_part, steered_part], closed, number, atol=1e-15)


def symplectic_minimum(V: Covariance, first: str, second: str) -> Expr:
    """The smaller symplectic eigenvalue of the partially transposed two-mode covariance matrix [[A, C], [C^T, B]]."""
    _require_two(V, first, second)
    _, over, under = _transposed(V, (first,), (second,), "", "")
    return sp.sqrt(under / over) * 2 * V.conventions.vacuum


def _transposed(
    V: Covariance, one: Sequence[str], two: Sequence[str], what: str, function: str
) -> tuple[Written, Expr, Expr]:
    """1/nu^2 of the smallest symplectic eigenvalue of the partial transpose, as numerator and denominator."""
    w = Written(V, (*one, *two))
    if len(w.modes) > 2:
        raise no_closed_form(what, function, w.modes)
    return (w, *w.two_modes(w.matrix, transposed=True)[1:])
