"""Where a steady state exists, as textbooks print it: polynomials of the parameters that are all positive.

The characteristic polynomial of each block of the drift is found in the exact algebra, and taken apart into factors
s^n + p_1 s^(n-1) + ... For a real one the conditions are those of Lienard and Chipart, p_n, p_(n-2), ... > 0 with every
second Hurwitz determinant from the largest downwards; for a complex one they are the leading minors of Hermite's form.
(`Covariance.stability` has conditions that keep their digits in floating point, which these need not.)

Source: Gantmacher, The Theory of Matrices II, chapter XV; Lienard and Chipart, J. Math. Pures Appl. 10, 291 (1914);
Hermite, J. reine angew. Math. 52, 39 (1856).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.compose import System, white_system
from cascade_sym.errors import ParameterError, UnstableError, WorkSpent, listing
from cascade_sym.exact import Converter, Fraction, converter
from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.exact.fraction import bounded, by_power
from cascade_sym.exact.matrix import determinant
from cascade_sym.operators import Op
from cascade_sym.program.numbers import with_values
from cascade_sym.shown import Card, Listing, Shown, card, renderer
from cascade_sym.solve.complex_pairs import drift_entry
from cascade_sym.solve.inequalities import Weak, inequality, reduced_conditions
from cascade_sym.solve.probe import sign
from cascade_sym.solve.stability import growth, steady
from cascade_sym.symbols import NOTHING, Domains, amplitudes, own, replacements
from cascade_sym.system import LinearSystem
from cascade_sym.system.sectors import flow_order, is_self_adjoint, sectors

WORK = 10**7  # products of two terms for all conditions: a second or two; what is longer nobody prints
LONGEST = 1000  # terms of a condition: more fill pages, and take minutes to be written
RATE = own("s")  # the variable of characteristic polynomials


@dataclass(frozen=True)
class Stability(Shown):
    """A stability condition: `conditions` are polynomials that are all positive exactly where the steady state exists.

    That holds on the declared domain, `domains`. `stability[k]` is the condition by its k-th inequality alone;
    iterating gives these. In a folder it is the derived value of a printed inequality, which then has to be one of its
    inequalities up to a factor that is proved positive.

    >>> from cascade_sym.parts import Squeezer
    >>> found = stability_conditions(Squeezer("q", chi=Symbol("chi", positive=True), kappa=Symbol("kappa")))
    >>> found.conditions, found.holds({"kappa": 3, "chi": 1}), found.holds({"kappa": 2, "chi": 1})
    ((-2*chi + kappa,), True, False)
    >>> found
    there is a steady state exactly where
    κ > 2 χ
    """

    conditions: tuple[Expr, ...]
    domains: Domains = NOTHING

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The parameters of the conditions, sorted by name."""
        return tuple(sorted(set().union(*(c.free_symbols for c in self.conditions)), key=lambda s: s.name))

    @property
    def inequalities(self) -> tuple[Expr, ...]:
        """The conditions as relations, what is subtracted on the right side where nothing is multiplied."""
        return tuple(map(inequality, self.conditions))

    def __len__(self) -> int:
        return len(self.conditions)

    def __iter__(self) -> Iterator[Stability]:
        return (Stability((c,), self.domains) for c in self.conditions)

    def __getitem__(self, k: int) -> Stability:
        return list(self)[k]

    def subs(self, values: Mapping[Any, Any]) -> Stability:
        """Parameters replaced exactly; UnstableError where no steady state is left."""
        new = replacements(values, self.parameters, self.domains, "the condition")
        domains = self.domains.substituted(new)
        return Stability(
            reduced_conditions([(with_values(c, new), False) for c in self.conditions], domains, "the system"), domains
        )

    def holds(self, values: Mapping[Any, Any]) -> bool:
        """Whether the steady state exists where every parameter has a real number; a float counts as what it is.

        ParameterError where a parameter is missing, or where its value is outside its domain.
        """
        new = replacements(values, self.parameters, self.domains, "the condition")
        self.domains.substituted(new)
        exact = {s: v.xreplace({x: sp.Rational(x) for x in v.atoms(sp.Float)}) for s, v in new.items()}
        numbers = [c.xreplace(exact) for c in self.conditions]
        if missing := set().union(*(c.free_symbols for c in numbers)):
            raise ParameterError(f"the condition depends on {listing(missing)} too; give a number for each.")
        return all(sign(c) > 0 for c in numbers)


def stability_conditions(system: System) -> Stability:
    """Where a part, cascade or LinearSystem has a steady state, in the parameters: see `Stability`.

    A part that is stable whatever its parameters has no condition. Raises UnstableError where there is no steady state
    whatever the parameters, WorkSpent for a block of many modes whose conditions are too long to be written out
    (`covariance(system).stability` has them over definitions). Source: the criteria of Lienard and Chipart, and of
    Hermite.

    >>> from cascade_sym.parts import Squeezer
    >>> kappa, chi, Delta = (Symbol(x, positive=True) for x in ("kappa", "chi", "Delta"))
    >>> stability_conditions(Squeezer("q", chi=chi, kappa=kappa, detuning=Delta))
    there is a steady state exactly where
    4 Δ² + κ² > 4 χ²
    """
    s = white_system(system, coloured=True)
    found: list[Weak] = []
    with steady(s), bounded(WORK):
        for names, rows in _blocks(s):
            try:
                found += _conditions(names, rows, s.domains)
            except WorkSpent as e:
                raise WorkSpent(
                    f"the conditions of the block {listing(names)} are too long to be written out: {e} "
                    "covariance(system).stability has them over definitions."
                ) from None
        conditions = reduced_conditions(found, s.domains, listing(s.modes))
    return Stability(conditions, s.domains.about(set().union(*(c.free_symbols for c in conditions))))


def _blocks(s: LinearSystem) -> Iterator[tuple[tuple[str, ...], list[list[Expr]]]]:
    """The modes and the matrix of every block of the drift: of quadratures where these are mixed, else of operators."""
    forms = {m: s.equation(m) for m in s.modes}
    for sector in sectors(s):
        nodes: list[Any] = list(sector)
        if is_self_adjoint(sector):
            nodes = [(o.name, q) for o in sector if not o.dag for q in "XP"]

        def entry(i: Any, j: Any) -> Expr:
            return forms[i.name].turned(i.dag)[j] if isinstance(i, Op) else drift_entry(forms[i[0]], i[1], *j)

        table = {i: {j: e for j in nodes if (e := entry(i, j)) != 0} for i in nodes}
        for block in flow_order(nodes, {i: [j for j in table[i] if j != i] for i in nodes}):
            names = tuple(dict.fromkeys(i.name if isinstance(i, Op) else i[0] for i in block))
            yield names, [[table[i].get(j, sp.S.Zero) for j in block] for i in block]


def _conditions(names: Sequence[str], rows: list[list[Expr]], domains: Domains) -> list[Weak]:
    """The conditions of one block."""
    if not any(e.free_symbols for r in rows for e in r):
        if (rate := growth(rows)) >= 0:
            how = "is undamped" if rate == 0 else "grows"
            raise UnstableError(f"no steady state: the drift of {listing(names)} {how}.")
        return []
    flat = [*(e for r in rows for e in r), sp.I]
    domains = domains.merged(amplitudes(*flat))
    conv, forms = converter(flat, domains)
    n = len(rows)
    p = _characteristic([[conv(forms[n * i + j]) for j in range(n)] for i in range(n)])
    return _of_polynomial(sp.Add(*(conv.expr(c) * RATE ** (n - k) for k, c in enumerate(p))), domains)


def decay_conditions(polynomial: Expr, domains: Domains, what: str) -> tuple[Expr, ...]:
    """Expressions that are all positive exactly where the roots of a polynomial in RATE have negative real parts.

    UnstableError, which says `what` is unstable, where they have not whatever the parameters.
    """
    p = sp.Poly(polynomial, RATE)
    n, lead = p.degree(), p.LC()
    if n < 1:
        return ()
    unstable = UnstableError(f"{what} is unstable: it oscillates or grows; lower the gain, or change its sign.")
    if not any(c.free_symbols for c in p.all_coeffs()):
        last = [-c / lead for c in p.all_coeffs()[:0:-1]]
        rows = [[last[j] if i == n - 1 else sp.Integer(int(j == i + 1)) for j in range(n)] for i in range(n)]
        if growth(rows) >= 0:
            raise unstable
        return ()
    try:
        with bounded(WORK):
            return reduced_conditions(_of_polynomial(p.as_expr(), domains), domains, what)
    except UnstableError:
        raise unstable from None


def _of_polynomial(whole: Expr, domains: Domains) -> list[Weak]:
    """The conditions of a polynomial in RATE, factor by factor."""
    conv, (form, _) = converter([whole, sp.I], domains)
    out = []
    for q, _ in polynomial_factors(conv(form).num)[1]:
        powers = by_power(q, conv.field.meaning.index(RATE))
        n, zero = max(powers), q.context().constant(0)
        p = [conv.field.fraction(powers.get(n - k, zero), powers[n]) for k in range(n + 1)]
        if n and all(map(conv.tower.is_real, p)):
            out += _lienard_chipart(p)
        elif n:
            out += [(c, n == 2 and k == 0) for k, c in enumerate(_hermite(p, conv))]
    if max((len(c.num) for c, _ in out), default=0) > LONGEST:
        raise WorkSpent(f"one has more than {LONGEST} terms.")
    return [(conv.expr(c), weak) for c, weak in out]


def _characteristic(a: list[list[Fraction]]) -> list[Fraction]:
    """1, p_1, ..., p_n of det(s - A) (Faddeev and LeVerrier)."""
    n, field = len(a), a[0][0].field
    zero = field.integer(0)
    p, m = [field.integer(1)], [[zero] * n for _ in a]

    def product(i: int, j: int) -> Fraction:
        return sum((a[i][k] * m[k][j] for k in range(n) if not a[i][k].is_zero and not m[k][j].is_zero), zero)

    for k in range(1, n + 1):
        m = [[product(i, j) + (p[-1] if i == j else zero) for j in range(n)] for i in range(n)]
        p.append(sum((product(i, i) for i in range(n)), zero) * field.rational(-1, k))
    return p


def _lienard_chipart(p: Sequence[Fraction]) -> list[tuple[Fraction, bool]]:
    """Of a real polynomial: p_n, p_(n-2), ..., and the Hurwitz determinants D_(n-1), D_(n-3), ...

    p_1 >= 0 is enough at n = 3, where p_1 p_2 > p_3 > 0; p_1, p_2 >= 0 are at n = 4, where p_4 > 0 and
    D_3 = p_1 p_2 p_3 - p_3^2 - p_1^2 p_4 > 0.
    """
    n, field = len(p) - 1, p[0].field

    def entry(i: int, j: int) -> Fraction:
        return p[2 * j - i] if 0 <= 2 * j - i <= n else field.integer(0)

    out = [(p[k], (n, k) in ((3, 1), (4, 2))) for k in range(n, 0, -2)]
    sizes = range(n - 1, 0, -2)
    minors = {k: determinant([[entry(i, j) for j in range(1, k + 1)] for i in range(1, k + 1)]) for k in sizes}
    return out + [(minors[k], (n, k) == (4, 1)) for k in sizes]


def _hermite(p: Sequence[Fraction], conv: Converter) -> list[Fraction]:
    """Of a complex polynomial: leading minors of [p(x) p*(y) - p*(-x) p(-y)]/(x + y), from the highest powers on.

    With n = 2 the first one >= 0 is enough: where it is 0, the second is minus a square.
    """
    n, a = len(p) - 1, list(reversed(p))
    b = [conv.tower.conj(c) for c in a]
    form: dict[tuple[int, int], Fraction] = {}
    for j in range(n):
        for k in range(n):
            turned = b[j] * a[k + 1]
            form[j, k] = a[j] * b[k + 1] + (turned if (j + k) % 2 == 0 else -turned)
            if j and k + 1 < n:
                form[j, k] = form[j, k] - form[j - 1, k + 1]
    top = range(n - 1, -1, -1)
    return [determinant([[form[i, j] for j in top[:k]] for i in top[:k]]) for k in range(1, n + 1)]


@renderer.register(Stability)
def _(value: Stability, notation: Any) -> Any:
    return Listing(value.inequalities) if value.conditions else "a steady state exists whatever the parameters"


@card.register
def _(value: Stability) -> Card:
    return Card("there is a steady state exactly where" if value.conditions else "Stability", {})
