"""Entanglement of two modes of a Gaussian state: EPR variance and logarithmic negativity; and what homodyne detection
of the output light reads out of the modes: EPR variables and their weight g.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sympy as sp
from sympy import Expr

from cascade_sym.compose import System, as_system
from cascade_sym.definitions import Quantity
from cascade_sym.errors import DerivationError, ParameterError, PortMismatch, UnknownName, did_you_mean, listing
from cascade_sym.exact import is_zero
from cascade_sym.operators import LinearForm, Op
from cascade_sym.solve.covariance import Covariance
from cascade_sym.steps import Check, Step
from cascade_sym.symbols import conj, domains_in, expression, free_symbol
from cascade_sym.system import LinearSystem


@dataclass(frozen=True)
class QuadratureForm:
    """A Hermitian form: weights of the mode quadratures ("X_S", "P_S", ...) and of the fields (a LinearForm)."""

    modes: Mapping[str, Expr]
    fields: LinearForm


def two_mode_quadratures(system: System, port: str = "light") -> dict[str, QuadratureForm]:
    """Cosine and sine components of X_L and P_L of an output port that carries the sidebands b_+ and b_-.

    X_L = (b_+ + b_-^+)/sqrt2 = (X_cos + i X_sin)/sqrt2, P_L = (b_+ - b_-^+)/(sqrt2 i) = (P_cos + i P_sin)/sqrt2.
    Source: Huang et al. (2018), Eqs. (S12), (S14). Raises PortMismatch for a port without sidebands.

    >>> from cascade_sym.parts import Oscillator
    >>> found = two_mode_quadratures(Oscillator("M", Gamma_B=1, Gamma_P=1))
    >>> found["P_cos"].modes
    {'X_M': -sqrt(2)}
    """
    s = as_system(system)
    p = s.out_port(port)
    if set(p.channels) != {"+", "-"}:
        raise PortMismatch(f"port {port!r} has the channels {p.channels}; two-mode quadratures need '+' and '-'.")
    plus, minus = s.output(p.fields["+"]), s.output(p.fields["-"]).dagger()
    X = (plus + minus).scaled(1 / sp.sqrt(2))
    P = (plus - minus).scaled(1 / (sp.sqrt(2) * sp.I))
    forms = {}
    for name, q in (("X", X), ("P", P)):
        forms[f"{name}_cos"] = (q + q.dagger()).scaled(1 / sp.sqrt(2))
        forms[f"{name}_sin"] = (q - q.dagger()).scaled(1 / (sp.sqrt(2) * sp.I))
    return {k: hermitian(s, f) for k, f in forms.items()}


def hermitian(system: LinearSystem, form: LinearForm) -> QuadratureForm:
    """A Hermitian form in a, a^+ written in X = (a + a^+)/sqrt2 and P = (a - a^+)/(sqrt2 i)."""
    modes: dict[str, Expr] = {}
    for m in system.modes:
        c = form[Op(m)]
        if form[Op(m, True)] != conj(c) and sp.expand(form[Op(m, True)] - conj(c)) != 0:
            raise DerivationError(f"the form is not Hermitian in {m}.")
        x, p = sp.expand((c + conj(c)) / sp.sqrt(2)), sp.expand((c - conj(c)) * sp.I / sp.sqrt(2))
        modes |= {f"{q}_{m}": e for q, e in (("X", x), ("P", p)) if e != 0}
    return QuadratureForm(modes, LinearForm({o: sp.expand(c) for o, c in form if o.name not in system.modes}))


def readout_weight(system: System, first: str, second: str, port: str = "light") -> Expr:
    """g of the EPR variables X_first + g X_second that the phase quadrature of the output light carries.

    The ratio of the weights of X_second and X_first in P_cos. Source: Huang et al. (2018), below Eqs. (3), (S14).

    >>> from cascade_sym.parts import Oscillator
    >>> cascade = Oscillator("S", mass=-1, Gamma=1, theta=sp.pi/4) >> Oscillator("M", Gamma=4, theta=sp.pi/4)
    >>> readout_weight(cascade, "S", "M")
    2
    """
    system = as_system(system)
    if bad := {first, second} - set(system.modes):
        raise UnknownName(f"no mode {listing(bad)}; the modes are {listing(system.modes)}.")
    form = two_mode_quadratures(system, port)["P_cos"]
    for m in (first, second):
        if f"X_{m}" not in form.modes:
            raise DerivationError(f"the output port {port!r} does not read out X_{m}; give g yourself.")
    return form.modes[f"X_{second}"] / form.modes[f"X_{first}"]


READOUT, OPTIMAL = "readout", "optimal"


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
    read: LinearSystem | None = None
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
    nu = symplectic_minimum(V, first, second)
    unit = sp.log(expression(base)) if base is not None else sp.S.One
    return V.quantity("E_N", sp.Max(0, -sp.log(nu / V.conventions.vacuum) / unit))


def symplectic_minimum(V: Covariance, first: str, second: str) -> Expr:
    """The smaller symplectic eigenvalue of the partially transposed two-mode covariance matrix [[A, C], [C^T, B]].

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
    return sp.sqrt(2 * whole / (a + b + 2 * c + root))


def _det(m: sp.Matrix) -> Expr:
    """The determinant of a 2 x 2 matrix, not multiplied out."""
    return m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0]
