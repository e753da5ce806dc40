"""Spectra as sums over susceptibilities: the form in which papers print them; and as sums of single resonances.

Every |T|^2 is a polynomial in the chi_j and their conjugates. With d_j = Omega - omega_j,

    chi_j = (gamma_j/2 + i d_j) |chi_j|^2,

each spectrum becomes N = c + sum over subsets J of modes of c_J(Omega) prod_{j in J} |chi_j|^2, where c_J is
a polynomial in Omega with frequency-independent coefficients. No difference gamma_i - gamma_j is divided by,
so the form also holds for equal dampings.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy import Expr

from cascade_sym.definitions import Definitions
from cascade_sym.errors import DerivationError
from cascade_sym.exact import Converter, Fraction, identity_check, is_zero, normal_form
from cascade_sym.shown import Shown, renderer
from cascade_sym.spectra.backward import Susceptibility
from cascade_sym.spectra.inline import converted, real_and_imaginary, trigonometric, written_out
from cascade_sym.spectra.quotients import elements_by_power, position, quotient, show_value, variable_of
from cascade_sym.spectra.spectrum import Spectrum
from cascade_sym.spectra.spectrum_naming import SpectrumNaming
from cascade_sym.steps import Step
from cascade_sym.symbols import conj

Key = tuple[tuple[str, ...], int]


@dataclass(frozen=True)
class Expansion(Shown):
    """`coefficients[(modes, k)]` multiplies Omega^k prod_{j in modes} |chi_j|^2; ((), 0) is the white level.

    `spectrum` is the same as a Spectrum, with the coefficients h_<modes> and L_<mode> = |chi|^2 as definitions.

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.spectra.spectrum import noise_spectrum
    >>> found = over_susceptibilities(noise_spectrum(Oscillator("M", Gamma_B=1, Gamma_P=0, gamma=1, n=1), "X_M"))
    >>> found.coefficients, found["S"]
    ({(('M',), 0): 2}, 0)
    """

    coefficients: dict[Key, Expr]
    spectrum: Spectrum

    def __getitem__(self, key: Key | str) -> Expr:
        """A coefficient by (modes, power); a single mode's by its name."""
        return self.coefficients.get(((key,), 0) if isinstance(key, str) else key, sp.S.Zero)


@renderer.register(Expansion)
def _(value: Expansion, notation: object) -> Spectrum:
    return value.spectrum


def over_susceptibilities(spectrum: Spectrum, letter: str = "h") -> Expansion:
    """The spectrum as a sum over products of |chi_j|^2 (module docstring), with simplified exact coefficients.

    In the result's `spectrum` they are named <letter>_<modes>.

    Cross spectra have complex coefficients. Raises DerivationError for spectra with feedback loops, whose
    resonances are no single susceptibilities. This form is how Huang et al. (2018), Eq. (S32), is written.

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.spectra.spectrum import noise_spectrum
    >>> over_susceptibilities(noise_spectrum(Oscillator("M", Gamma_P=0, gamma=0), "X_M"))["M"]
    Gamma_MB/2
    """
    x = variable_of(spectrum)
    named = resonances(spectrum)
    chis = [c for _, c in named]
    known = {c.symbol for c in chis}
    values = [halves(spectrum, c) for c in chis]  # gamma/2 and d, written out
    given = [spectrum.expr, *(e for pair in values for e in pair), x, sp.I, *known, *map(conj, known)]
    conv, forms = converted(spectrum.definitions, given, known.__contains__)
    body, place = forms[0], position(conv, x)
    if any(not p.is_constant() and p.degrees()[place] for p in (body.num, body.den)):
        raise DerivationError(
            f"{spectrum.name} depends on {x} through more than the susceptibilities of single modes (a feedback loop); "
            "use quotient() for its rational form."
        )
    halved = [(forms[2 * k + 1], forms[2 * k + 2]) for k in range(len(chis))]
    sums = _subset_sums(conv, body, chis, halved, forms[2 * len(chis) + 2])
    coefficients: dict[Key, Expr] = {}
    for subset, total in sums.items():
        names = tuple(named[k][0] for k in subset)
        for power, value in enumerate(elements_by_power(conv, total, x)):
            if not value.is_zero:
                coefficients[names, power] = show_value(conv, value, nice=True)
    return Expansion(coefficients, _as_spectrum(spectrum, coefficients, [n for n, _ in named], values, letter))


def halves(spectrum: Spectrum, c: Susceptibility) -> tuple[Expr, Expr]:
    """gamma/2 and d = Omega - omega in 1/chi = gamma/2 - i d (the definition of chi knows the frame)."""
    inverse = written_out(spectrum.definitions, 1 / spectrum.definitions[c.symbol])
    half, d = real_and_imaginary(inverse)
    return sp.expand(half), sp.expand(-d)


def resonances(spectrum: Spectrum) -> list[tuple[str, Susceptibility]]:
    """The distinct susceptibilities, upstream first, with the names of their modes ("M^+" where both occur)."""
    found: dict[Expr, Susceptibility] = {}
    for c in spectrum.susceptibilities:
        if c.symbol in spectrum.definitions:
            found.setdefault(c.symbol, c)
    chis = list(found.values())[::-1]
    names = [c.operator.name for c in chis]
    return [(f"{n}^+" if c.operator.dag and names.count(n) > 1 else n, c) for n, c in zip(names, chis, strict=True)]


def _subset_sums(
    conv: Converter, body: Fraction, chis: list[Susceptibility], values: list[tuple[Fraction, Fraction]], unit: Fraction
) -> dict[tuple[int, ...], Fraction]:
    """c_J for every subset J (by index): monomials chi^k conj(chi)^l with k, l in {0, 1} turned into |chi|^2."""
    field, ctx = conv.field, conv.field.context
    places = [(position(conv, c.symbol), position(conv, sp.conjugate(c.symbol))) for c in chis]
    factor = {(1, 0): [g + unit * d for g, d in values], (0, 1): [g - unit * d for g, d in values]}
    held = {p for pair in places for p in pair}
    if not body.den.is_constant() and any(body.den.degrees()[p] for p in held):
        raise DerivationError("a susceptibility occurs in a denominator; the spectrum is no sum over susceptibilities.")
    grouped: dict[tuple[tuple[int, int], ...], dict[tuple[int, ...], object]] = {}
    for mono, c in body.num.terms():
        powers = tuple((int(mono[p]), int(mono[q])) for p, q in places)
        rest = tuple(0 if k in held else power for k, power in enumerate(mono))
        grouped.setdefault(powers, {})[rest] = c
    sums: dict[tuple[int, ...], Fraction] = {}
    for powers, table in sorted(grouped.items()):
        total = field.fraction(ctx.from_dict(table), body.den)
        subset = []
        for j, (k, m) in enumerate(powers):
            if k > 1 or m > 1:
                raise DerivationError(
                    f"{chis[j].symbol} occurs with power {max(k, m)}; only simple resonances are summed."
                )
            if k or m:
                subset.append(j)
            if k + m == 1:
                total = total * factor[k, m][j]
        key = tuple(subset)
        sums[key] = sums[key] + total if key in sums else total
    return dict(sorted(sums.items(), key=lambda kv: (len(kv[0]), kv[0])))


def _as_spectrum(
    spectrum: Spectrum, coefficients: dict[Key, Expr], modes: list[str], values: list[tuple[Expr, Expr]], letter: str
) -> Spectrum:
    x = variable_of(spectrum)
    domain = tuple(written_out(spectrum.definitions, d) for d in spectrum.domain)
    taken = {x}.union(*(e.free_symbols for e in (*coefficients.values(), *domain)))
    naming = SpectrumNaming(taken, spectrum.definitions.domains)
    squares: dict[str, Expr] = {}
    for name, (half, d) in zip(modes, values, strict=True):
        gamma = naming.once(f"gamma_{name.removesuffix('^+')}", sp.expand(2 * half))
        squares[name] = naming.once(f"L_{name}", 1 / (gamma**2 / 4 + d**2))
    terms = []
    for (names, power), c in coefficients.items():
        label = f"{letter}_" + "_".join(names) + (f"_{power}" if power else "")
        h = naming.once(label, c) if names and c.args else c
        terms.append(h * x**power * sp.Mul(*(squares[n] for n in names)))
    expr = sp.Add(*terms)
    definitions: Definitions = naming.definitions
    body = {"N": spectrum.expr}

    def same() -> dict[str, tuple[Expr, Expr]]:
        return {"N": (trigonometric(spectrum.inline()), written_out(definitions, expr))}

    step = Step(
        "simplification", "sum over susceptibilities, chi = (gamma/2 + i d)|chi|^2", body, {"N": expr},
        identity_check(same, "difference is zero in exact algebra", definitions.domains),
    )  # fmt: skip
    return Spectrum(
        spectrum.name, expr, definitions, (*spectrum.steps, step), domain, x, (),
        tuple(half - sp.I * d for half, d in values), nonnegative=spectrum.nonnegative,
    )  # fmt: skip


def partial_fractions(spectrum: Spectrum) -> dict[str, tuple[Expr, Expr]]:
    """N = c + sum_j (p_j + q_j d_j) |chi_j|^2 with d_j = Omega - omega_j: the table {mode: (p_j, q_j)}.

    The white level c is the entry "" as (c, 0). Unlike `over_susceptibilities` this needs distinct poles:
    DerivationError is raised where two of them coincide identically. With equal frequencies p_j carries
    1/(gamma_i - gamma_j).

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.spectra.spectrum import noise_spectrum
    >>> partial_fractions(noise_spectrum(Oscillator("M", Gamma_P=0, gamma=0), "X_M"))
    {'': (0, 0), 'M': (Gamma_MB/2, 0)}
    """
    x = variable_of(spectrum)
    q = quotient(spectrum, keep=False)
    at = {name: tuple(e.xreplace({x: x + q.center}) for e in halves(spectrum, c)) for name, c in resonances(spectrum)}
    poles = {name: sp.expand(x - d) - sp.I * half for name, (half, d) in at.items()}
    names = list(poles)
    for a, i in enumerate(names):
        for j in names[a + 1 :]:
            if is_zero(trigonometric(poles[i] - poles[j])):
                raise DerivationError(f"the resonances of {i} and {j} coincide; use over_susceptibilities.")
    degree = len(q.root) - 1
    if degree != len(names):
        raise DerivationError(
            f"{spectrum.name} has poles besides its {len(names)} single resonances (a feedback loop)."
        )
    lead = q.root[-1] * conj(q.root[-1])
    level = q.numerator[2 * degree] / lead if len(q.numerator) > 2 * degree else sp.S.Zero
    out: dict[str, tuple[Expr, Expr]] = {"": (normal_form(level), sp.S.Zero)}
    for i in names:
        residue = sp.Add(*(c * poles[i] ** k for k, c in enumerate(q.numerator))) / lead
        for j in names:
            if j != i:
                residue /= (poles[i] - poles[j]) * (poles[i] - conj(poles[j]))
        real, imag = real_and_imaginary(normal_form(trigonometric(residue)))
        out[i] = (normal_form(real, factor=True), normal_form(-imag / at[i][0], factor=True))
    return out
