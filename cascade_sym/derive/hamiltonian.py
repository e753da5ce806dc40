"""Hamiltonians as operator polynomials: sidebands, rotating frames, linearisation, couplings to travelling light.

Fields are formal integrals over their Fourier components.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.conventions import STANDARD, Conventions
from cascade_sym.errors import DerivationError, ParameterError, UnknownName, listing, require_type
from cascade_sym.exact import equal, is_zero
from cascade_sym.operators import OperatorPolynomial, as_operator, commutator, formal_integral, operator, quadratures
from cascade_sym.operators.polynomial import Monomial
from cascade_sym.shown import Shown
from cascade_sym.steps import Check, Step
from cascade_sym.symbols import conj, expression, own
from cascade_sym.system import VACUUM, LinearSystem, Port
from cascade_sym.system.triple import Channel, slh_system


@dataclass(frozen=True)
class Derived(Shown):
    """An operator or system with the steps that led to it."""

    value: OperatorPolynomial
    steps: tuple[Step, ...] = ()


def free_hamiltonian(frequencies: Mapping[str, Expr]) -> OperatorPolynomial:
    """H_0 = sum_j (Omega_j/2)(X_j^2 + P_j^2); a negative mass is a negative effective frequency Omega_j.

    >>> w = sp.Symbol("omega")
    >>> sp.expand(free_hamiltonian({"a": w}).terms[()])
    omega/2
    """
    total = as_operator(0)
    for mode, omega in frequencies.items():
        X, P = quadratures(mode)
        total = total + (X * X + P * P) * (omega / 2)
    return total


def effective_frequencies(H0: OperatorPolynomial, modes: Sequence[str]) -> dict[str, Expr]:
    """The frequency Omega_j with which each mode rotates under H_0: [a_j, H_0] = Omega_j a_j.

    Raises DerivationError when H_0 mixes modes.
    """
    out = {}
    H0 = H0.map_coefficients(expression)
    for m in modes:
        form = commutator(operator(m), H0).linear()
        if any(o.name != m or o.dag for o, c in form if not is_zero(c)):
            raise DerivationError(f"H_0 does not only rotate {m}: [{m}, H_0] = {form}.")
        out[m] = sum(c for _, c in form)
    return out


def in_sidebands(H: OperatorPolynomial, fields: Mapping[str, tuple[str, str]]) -> Derived:
    """Each field b of `fields` split into its sidebands, b = b_+ + b_- (upper and lower half of the spectrum).

    `fields` maps the field to the names of (b_+, b_-).

    >>> a, b = operator("a"), operator("b")
    >>> sorted(in_sidebands(a.dagger()*b + b.dagger()*a, {"b": ("b_p", "b_m")}).value.names())
    ['a', 'b_m', 'b_p']
    """
    require_type(H, OperatorPolynomial, "the Hamiltonian", "write it in operators of cascade_sym.operator")
    if missing := set(fields) - H.names():
        raise UnknownName(f"the Hamiltonian has no field {listing(missing)}; it has {listing(H.names())}.")
    split = {b: operator(p) + operator(m) for b, (p, m) in fields.items()}
    new = H.substituted(split)
    step = Step("substitution", "split the light into its sidebands",
                {b: operator(b) for b in fields}, dict(split))  # fmt: skip
    return Derived(new, (step,))


def rotating_wave(H: OperatorPolynomial, frequencies: Mapping[str, Expr]) -> Derived:
    """The terms of H that do not rotate when each operator c(t) = c e^(-i Omega_c t), with Omega_c = frequencies[c].

    The check of the step averages H(t) over one period by integration. UnknownName for an operator without frequency.

    >>> w = sp.Symbol("omega")
    >>> a, b = operator("a"), operator("b")
    >>> H = (a.dagger() + a)*(b + b.dagger())
    >>> sorted(len(m) for m in rotating_wave(H, {"a": w, "b": w}).value.terms)
    [2, 2]
    """
    require_type(H, OperatorPolynomial, "the Hamiltonian", "write it in operators of cascade_sym.operator")
    H, frequencies = H.map_coefficients(expression), {m: expression(w) for m, w in frequencies.items()}
    if missing := H.names() - set(frequencies):
        raise UnknownName(f"no rotation frequency for {listing(missing)}; add it to `frequencies`.")

    def rate(monomial) -> Expr:
        return sp.expand(sum((frequencies[o.name] if o.dag else -frequencies[o.name]) for o in monomial))

    kept = H.filtered(lambda m: rate(m) == 0)
    dropped = H.filtered(lambda m: rate(m) != 0)

    def check() -> Check:
        t, period = sp.Dummy("t", real=True), sp.Dummy("T", positive=True)
        units = set(sp.Tuple(*frequencies.values()).free_symbols)
        for m, c in H.terms.items():
            turned = rate(m).subs(dict.fromkeys(units, 2 * sp.pi / period))
            mean = sp.integrate(sp.exp(sp.I * turned * t), (t, 0, period)) / period
            if not equal(mean * c, kept.terms.get(m, sp.S.Zero)):
                return Check(False, "average over one period", f"the term {m} was treated wrongly")
        return Check(True, "average over one period, by integration")

    rates = [rate(m) for m in dropped.terms]
    slowest = sorted({str(-e if e.could_extract_minus_sign() else e) for e in rates})
    step = Step("rotating wave", "keep the terms that do not rotate", {"H": H}, {"H": kept}, check,
                f"dropped: {len(dropped.terms)} terms rotating at {', '.join(slowest) or 'nothing'}")  # fmt: skip
    return Derived(kept, (step,))


def coupling_operator(H: OperatorPolynomial, field: str) -> OperatorPolynomial:
    """O in H = O^+ b + b^+ O + ..., for the field b: the coefficient of b^+.

    Raises DerivationError when H is not linear in the field or not Hermitian in the coupling.
    """
    H = H.map_coefficients(expression)
    plain: dict[Monomial, Expr] = {}
    adjoint: dict[Monomial, Expr] = {}
    for m, c in H.terms.items():
        mine = [o for o in m if o.name == field]
        if not mine:
            continue
        if len(mine) > 1:
            raise DerivationError(f"the Hamiltonian is not linear in the field {field!r}: {m}.")
        rest = tuple(o for o in m if o.name != field)
        (adjoint if mine[0].dag else plain)[rest] = c
    O = OperatorPolynomial(adjoint)
    if not (OperatorPolynomial(plain).dagger() - O).is_zero:
        raise DerivationError(f"the coupling to {field!r} is not Hermitian.")
    return O


@dataclass(frozen=True)
class Bath(Shown):
    """A thermal bath: rate gamma_0 and occupancy n; da/dt gets -gamma_0/2 a + sqrt(gamma_0) a_in."""

    rate: Expr
    n: Expr


def from_coupling(
    H: OperatorPolynomial,
    modes: Sequence[str],
    fields: Mapping[str, str],
    *,
    name: str,
    baths: Mapping[str, Bath] | None = None,
    reflected: bool = False,
) -> LinearSystem:
    """The open system of a Hamiltonian whose light fields are eliminated (Markov, input-output theory).

    `fields` maps the channel ("+", "-" or "") to the field's name in H. With H = O^+ b + b^+ O the light obeys
    b_out = b_in - i O, and the modes the Langevin equation with L = -i O: the commutators are taken here.
    `reflected` is the convention b_out = -b_in + i O of light reflected by a one-sided mirror.
    Source: Gardiner and Collett, PRA 31, 3761 (1985).

    >>> a, b, g = operator("a"), operator("b"), sp.Symbol("g")
    >>> s = from_coupling((a.dagger()*b + b.dagger()*a)*g, ["a"], {"": "b"}, name="a")
    >>> s.A[0, 0], s.B[0, 0]
    (-g**2/2, -I*g)
    """
    light = set(fields.values())
    H_modes = H.filtered(lambda m: not any(o.name in light for o in m))
    if extra := H.names() - light - set(modes):
        raise UnknownName(f"the Hamiltonian has operators {listing(extra)} that are neither modes nor fields.")
    channels = []
    for c, b in fields.items():
        L = coupling_operator(H, b) * (-sp.I)
        phase = sp.S.NegativeOne if reflected else sp.S.One
        channels.append(Channel(f"{name}.in{c}", f"{name}.out{c}", L * phase, phase))
    for m, bath in (baths or {}).items():
        channels.append(
            Channel(f"{m}.bath", f"{m}.bath_out", operator(m) * (-sp.sqrt(bath.rate)), sp.S.One, bath.n + VACUUM)
        )
    ports = [Port("light", {c: f"{name}.{end}{c}" for c in fields}) for end in ("in", "out")]
    return slh_system(modes, H_modes, channels, in_ports=ports[:1], out_ports=ports[1:])


def linearise(H: OperatorPolynomial, amplitudes: Mapping[str, Expr]) -> Derived:
    """The quadratic part of H after c -> beta + c for each mode in `amplitudes` (fluctuations around a steady state).

    Constants drop out; terms linear in the fluctuations are the classical forces that the steady state balances
    (static shifts are absorbed in the parameters); terms of third and higher order are neglected for a large beta.

    >>> g, beta = sp.symbols("g beta")
    >>> c, a = operator("c"), operator("a")
    >>> H = c.dagger()*c*(a + a.dagger())*(-g)
    >>> len(linearise(H, {"c": beta}).value.terms)
    4
    """
    require_type(H, OperatorPolynomial, "the Hamiltonian", "write it in operators of cascade_sym.operator")
    if missing := set(amplitudes) - H.names():
        raise UnknownName(f"the Hamiltonian has no mode {listing(missing)}; it has {listing(H.names())}.")
    H, amplitudes = H.map_coefficients(expression), {m: expression(b) for m, b in amplitudes.items()}
    shift = {m: as_operator(b) + operator(m) for m, b in amplitudes.items()}
    moved = H.substituted(shift)
    # |beta|^2 a^+ a and the like come from the displacement and only shift frequencies that are there already
    static = {m for m in moved.terms if len(m) == 2 and m not in H.terms and not any(o.name in amplitudes for o in m)}
    kept = moved.filtered(lambda m: len(m) == 2 and m not in static)

    def check() -> Check:
        """Second derivatives of the classical energy H(alpha, alpha^*) at the steady state."""
        names = sorted(H.names())
        z = {n: (own(f"z_{n}"), own(f"zc_{n}")) for n in names}
        energy = sum(c * sp.Mul(*(z[o.name][1 if o.dag else 0] for o in m)) for m, c in H.terms.items())
        point: dict[Expr, Expr] = {}
        for n in names:
            b = amplitudes.get(n, sp.S.Zero)
            point |= {z[n][0]: b, z[n][1]: conj(b)}
        for m, c in kept.terms.items():
            x, y = (z[o.name][1 if o.dag else 0] for o in m)
            second = sp.diff(energy, x, y).subs(point) / (2 if x == y else 1)
            if sp.expand(second - c) != 0:
                return Check(False, "second derivatives of the classical energy", f"{m}: {second} != {c}")
        return Check(True, "second derivatives of the classical energy")

    step = Step("linearisation", "linearise around the classical amplitude", {"H": H}, {"H": kept}, check,
                "static shifts absorbed, terms of third order dropped")  # fmt: skip
    return Derived(kept, (step,))


def fourier_integral(
    name: str, t: Symbol, Omega: Symbol, lo: Expr = -sp.oo, hi: Expr = sp.oo, conventions: Conventions = STANDARD
) -> OperatorPolynomial:
    """(2 pi)^(-1/2) int_lo^hi name(Omega) e^(s i Omega t) dOmega, with s the Fourier sign of the conventions.

    The variable is bound: its own symbol, marked by a dot, meets no other.

    >>> t, w = sp.symbols("t Omega")
    >>> fourier_integral("a", t, w).names()
    frozenset({'a(Omega·)'})
    """
    wave = sp.exp(conventions.fourier * sp.I * Omega * t)
    return formal_integral(operator(f"{name}({Omega})") * wave, Omega, lo, hi) / sp.sqrt(2 * sp.pi)


def sideband_field(name: str, sign: int, centre: Expr, t: Symbol, Omega: Symbol) -> OperatorPolynomial:
    """The slowly varying field of the upper (+1) or lower (-1) sideband, in the frame of its centre +-centre.

    Source: Huang et al. (2018), Eq. (S7). Raises ParameterError for another sign.
    """
    if sign not in (1, -1):
        raise ParameterError(f"a sideband is +1 (above the carrier) or -1 (below), got {sign!r}.")
    lo, hi = (sp.S.Zero, sp.oo) if sign == 1 else (-sp.oo, sp.S.Zero)
    frame = sp.exp(-STANDARD.fourier * sign * sp.I * centre * t)
    return fourier_integral(name, t, Omega, lo, hi) * frame
