"""Steady-state covariances of any stable cascade or network, in closed form, as named definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import combinations_with_replacement
from typing import Any, Self

import sympy as sp
from sympy import Expr, ImmutableDenseMatrix, Symbol

from cascade_sym import shown
from cascade_sym.compose import System, white_system
from cascade_sym.compose.physical import preserves_commutators
from cascade_sym.conventions import STANDARD, Conventions
from cascade_sym.definitions import Declared, Definitions, Quantity
from cascade_sym.errors import DuplicateName, OutsideExactDomain, ParameterError, UnknownName, did_you_mean, listing
from cascade_sym.exact import converter, is_zero
from cascade_sym.operators import LinearForm, Op
from cascade_sym.program.numbers import with_values
from cascade_sym.shown import Card, card
from cascade_sym.solve.complex_pairs import Pair, drift_entry, quadrature
from cascade_sym.solve.lyapunov import Lyapunov
from cascade_sym.solve.naming import Naming
from cascade_sym.solve.probe import random_point, values_at
from cascade_sym.solve.stability import steady
from cascade_sym.steps import Check, Derivation, LazyTable, Step
from cascade_sym.symbols import conj, expression, replacements
from cascade_sym.system import LinearSystem
from cascade_sym.system.coefficients import SHORT, multiplied_out, terms
from cascade_sym.system.fields import Fields, symmetrised
from cascade_sym.system.sectors import is_self_adjoint, sectors

Moments = dict[tuple[tuple[str, str], tuple[str, str]], Expr]  # of two quadratures, each as (mode, "X" or "P")


def pair_of(key: Any) -> tuple[str, str]:
    """The two quadratures of an element; ParameterError for what is no pair of names."""
    if isinstance(key, tuple) and len(key) == 2 and all(isinstance(k, str) for k in key):
        return key
    raise ParameterError(f"an element is named by two quadratures, as in V['X_a', 'P_a']; got {key!r}.")


@dataclass(frozen=True)
class Covariance(Declared):
    """Symmetrised second moments of quadratures, V_ij = <q_i q_j + q_j q_i>/2 - <q_i><q_j>.

    Read an element as `V["X_S", "X_M"]` (a Quantity over shared definitions); `V.matrix` has rows and
    columns in the order `V.quadratures` = (X_1, P_1, X_2, P_2, ...). Vacuum is 1/2 (see Conventions for
    others). `stability` are expressions that are positive exactly where the steady state exists.

    >>> from cascade_sym.parts import Oscillator
    >>> V = covariance(Oscillator("M", Gamma_B=3, Gamma_P=1, gamma=0))
    >>> V["X_M", "X_M"].inline(), V.quadratures, V.stability
    (1, ('X_M', 'P_M'), (2,))
    """

    modes: tuple[str, ...]
    elements: Mapping[tuple[str, str], Expr]
    definitions: Definitions
    stability: tuple[Expr, ...] = ()
    system: LinearSystem | None = field(default=None, compare=False, repr=False)
    conventions: Conventions = STANDARD
    steps: tuple[Step, ...] = field(default=(), compare=False, repr=False)

    @property
    def derivation(self) -> Derivation:
        """The steps from the parts to this covariance, each with a check that can be run again."""
        return Derivation("steady-state covariance", self.steps)

    @property
    def quadratures(self) -> tuple[str, ...]:
        names = [f"{q}_{m}" for m in self.modes for q in "XP"]
        return tuple(names[k] for k in self.conventions.order(len(self.modes)))

    def in_conventions(self, conventions: Conventions) -> Covariance:
        """The same covariance with another vacuum variance and order of quadratures.

        >>> from cascade_sym.parts import Oscillator
        >>> V = covariance(Oscillator("M", Gamma_B=1, Gamma_P=0, gamma=0))
        >>> V.in_conventions(Conventions(vacuum=1)).matrix
        Matrix([
        [1, 0],
        [0, 1]])
        """
        ratio = conventions.vacuum / self.conventions.vacuum
        elements = {k: e * ratio for k, e in self.elements.items()}
        return replace(self, elements=elements, conventions=conventions)

    def _ipython_key_completions_(self) -> list[tuple[str, str]]:
        return [(i, j) for i in self.quadratures for j in self.quadratures]

    def __getitem__(self, key: tuple[str, str]) -> Quantity:
        i, j = pair_of(key)
        name = f"var_{i}" if i == j else f"cov_{i}_{j}"
        return self.quantity(name, self.element(i, j))

    def element(self, i: str, j: str) -> Expr:
        """V_ij as an expression over `definitions`; UnknownName for a quadrature that does not exist."""
        if bad := {i, j} - set(self.quadratures):
            hint = did_you_mean(bad, self.quadratures)
            raise UnknownName(f"no quadrature {listing(bad)}; there are {listing(self.quadratures)}.{hint}")
        return self.elements[i, j] if (i, j) in self.elements else self.elements.get((j, i), sp.S.Zero)

    def plot(
        self, values: Mapping[Any, Any] | None = None, *, modes: Sequence[str] | None = None, which: str = "",
        ax: Any = None,
    ) -> Any:  # fmt: skip
        """Ellipses of modes and EPR variables with vacuum; see `cascade_sym.pictures.axes.plot_covariance`."""
        return shown.painter("plot", self, values=values, modes=modes, which=which, ax=ax)

    def quantity(self, name: str, expr: Expr) -> Quantity:
        """An expression in elements of this covariance, as a Quantity that knows where it exists."""
        return Quantity(name, expr, self.definitions, self.steps, self.stability, nonnegative=self.nonnegative)

    @property
    def nonnegative(self) -> tuple[Expr, ...]:
        """Expressions that must not be negative, beside `stability`: none for an unconditional state."""
        return ()

    @property
    def matrix(self) -> ImmutableDenseMatrix:
        """The whole matrix over `definitions`."""
        q = self.quadratures
        return ImmutableDenseMatrix(len(q), len(q), [self.element(i, j) for i in q for j in q])

    def quadratic(self, weights: Mapping[str, Expr]) -> Expr:
        """The variance of sum_i weights[i] q_i."""
        w = {k: expression(v) for k, v in weights.items()}
        if clash := {s for e in w.values() for s in e.free_symbols if s in self.definitions}:
            raise DuplicateName(f"{listing(clash)} in the weights is the name of a definition; call it differently.")
        pairs = combinations_with_replacement(w, 2)
        return sp.Add(*(w[i] * w[j] * self.element(i, j) * (1 if i == j else 2) for i, j in pairs))

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The parameters of all elements, sorted by name."""
        return self.definitions.parameters(*self.elements.values(), *self.stability, *(s for s, _ in self.definitions))

    def subs(self, values: Mapping[Any, Any]) -> Self:
        """Parameters (symbols or names) replaced exactly; errors as of `Quantity.subs`."""
        return self._substituted(values)[0]

    def _substituted(self, values: Mapping[Any, Any]) -> tuple[Self, dict[Expr, Expr]]:
        """The covariance after it, and how expressions over its definitions change."""
        new = replacements(values, self.parameters, self.definitions.domains, "the covariance")
        definitions, moved = self.definitions.beside(new.values())
        table: dict[Expr, Expr] = {**moved, **new}
        found = replace(
            self, elements={k: with_values(e, table) for k, e in self.elements.items()},
            definitions=definitions.replaced(new, values),
            stability=tuple(with_values(x, table) for x in self.stability),
            system=None if self.system is None else self.system.replaced(new, values),
        )  # fmt: skip
        return found, table


@card.register
def _(value: Covariance) -> Card:
    q = value.quadratures[0] if value.quadratures else "X"
    what = f"{type(value).__name__} of {', '.join(value.quadratures)} (vacuum {value.conventions.vacuum})"
    how = f'an element: V["{q}", "{q}"]; numbers: cs.evaluator(V)'
    return Card(what, {}, how)


def covariance(system: System) -> Covariance:
    """The steady-state covariance matrix of a part, cascade or LinearSystem.

    Every element is a named definition (gamma_S, R_M_S, var_X_S, cov_X_S_X_M, ...), found by block forward
    substitution along the cascade. Raises UnstableError when a mode is undamped or grows. Source: the
    Lyapunov equation A V + V A^T + N = 0; for two oscillators this is Huang et al. (2018), Eq. (7).

    >>> from cascade_sym.parts import Oscillator
    >>> V = covariance(Oscillator("M", Gamma_P=0))
    >>> V["X_M", "X_M"].inline()
    (Gamma_MB/2 + gamma_M0*(n_M + 1/2))/(Gamma_MB + gamma_M0)
    """
    s = white_system(system).rounded()
    naming = Naming(s.parameters, s.inherited)
    fields = symmetrised(s, naming.name, stations=True)
    moments: Moments = {}
    stability: list[Expr] = []
    with steady(s):
        for sector in sectors(s):
            solver = _phase_sensitive if is_self_adjoint(sector) else _phase_insensitive
            stability += solver(s, sector, fields, naming, moments)
    pairs = combinations_with_replacement([(m, q) for m in s.modes for q in "XP"], 2)
    elements = {(f"{i[1]}_{i[0]}", f"{j[1]}_{j[0]}"): e for i, j in pairs if (e := moments.get((i, j), 0)) != 0}
    V = Covariance(s.modes, elements, naming.definitions, tuple(stability), s)
    return replace(V, steps=_steps(V, s))


def _steps(V: Covariance, s: LinearSystem) -> tuple[Step, ...]:
    return (
        Step("composition", "Langevin equations of the system", {}, LazyTable(s.modes, s.equation),
             partial(preserves_commutators, s)),
        Step("solve", "steady state, block by block along the flow of light", {},
             {x.name: e for x, e in V.definitions}, partial(lyapunov_check, V, s)),
    )  # fmt: skip


def _forms(s: LinearSystem, sector: tuple[Op, ...], fields: Fields) -> dict[Op, tuple[LinearForm, LinearForm]]:
    return {o: fields.split(s.drift[o.name].turned(o.dag)) for o in sector}


def _phase_insensitive(
    s: LinearSystem, sector: tuple[Op, ...], fields: Fields, naming: Naming, moments: Moments
) -> list[Expr]:
    forms = _forms(s, sector, fields)
    stations = {Op(f, dag): form.turned(dag) for f, form in fields.stations.items() for dag in (False, True)}
    noise = {o: form for o, (_, form) in forms.items()} | {o: LinearForm({o: sp.S.One}) for o in stations}
    joined = cache(lambda o: fields.joined(s.internal[o.name].turned(o.dag) if o in stations else noise[o]))

    def row(form: LinearForm) -> dict[Op, Pair]:
        return {p: naming.parts("k", multiplied_out(c)) for p, c in form}

    def diffusion(i: Op, j: Op) -> Pair:
        return naming.parts("k", fields.correlation(noise[i], noise[j]))

    def since(i: Op, j: Op) -> Pair:
        return naming.parts("k", fields.correlation(joined(i), noise[j]))

    def moment_name(i: Op, j: Op, real: bool) -> str:
        if i == j:
            return f"var_X_{i.name}"
        return f"cov_X_{i.name}_X_{j.name}" if real else f"K_{i.name}_{j.name}"

    drift = {o: row(form) for o, (form, _) in forms.items()}
    light = {o: {p: naming.pair(f"T_{o.name}_{p.name}", z) for p, z in row(f).items()} for o, f in stations.items()}
    ly = Lyapunov(sector, drift, diffusion, naming, lambda o: o.name, moment_name, light, since)
    for i, j in combinations_with_replacement(sector, 2):
        value = (ly[i, j].conj if i.dag else ly[i, j]).whole  # <z_i z_j^+>; the adjoint pair has the complex conjugate
        n, m = (value, sp.S.Zero) if i.dag == j.dag else (sp.S.Zero, value)
        moments |= {((i.name, q), (j.name, r)): quadrature(n, m, q, r) for q in "XP" for r in "XP"}
    return ly.stability


def _phase_sensitive(
    s: LinearSystem, sector: tuple[Op, ...], fields: Fields, naming: Naming, moments: Moments
) -> list[Expr]:
    modes = [o.name for o in sector if not o.dag]

    def short(form: LinearForm) -> LinearForm:
        """With names for coefficients that would be long when they are split into real and imaginary parts."""
        return form.map_coefficients(lambda c: naming.name("k", c) if terms(c) > SHORT else c)

    forms = {o.name: (short(f), short(g)) for o, (f, g) in _forms(s, tuple(map(Op, modes)), fields).items()}
    nodes = [(m, q) for m in modes for q in "XP"]

    def rows(table: Mapping[str, LinearForm]) -> dict[tuple[str, str], dict[tuple[str, str], Pair]]:
        every = [(k, r) for k in (*modes, *fields.stations) for r in "XP"]
        return {
            (m, q): {(k, r): Pair(e) for k, r in every if (e := drift_entry(form, q, k, r)) != 0}
            for m, form in table.items() for q in "XP"
        }  # fmt: skip

    drift = rows({m: forms[m][0] for m in modes})

    noise = {m: form for m, (_, form) in forms.items()} | {f: LinearForm({Op(f): sp.S.One}) for f in fields.stations}
    joined = cache(lambda m: short(fields.joined(s.internal[m] if m in fields.stations else noise[m])))

    def together(f: LinearForm, i: tuple[str, str], j: tuple[str, str]) -> Pair:
        g = noise[j[0]]
        return Pair(quadrature(fields.correlation(f, g), fields.correlation(f, g.dagger()), i[1], j[1]))

    def label(node: tuple[str, str]) -> str:
        return f"{node[1]}_{node[0]}"

    def moment_name(i: tuple[str, str], j: tuple[str, str], real: bool) -> str:
        return f"var_{label(i)}" if i == j else f"cov_{label(i)}_{label(j)}"

    light = rows({f: short(form) for f, form in fields.stations.items()})
    ly = Lyapunov(
        nodes, drift, lambda i, j: together(noise[i[0]], i, j), naming, label, moment_name, light,
        lambda i, j: together(joined(i[0]), i, j),
    )  # fmt: skip
    moments |= {(i, j): ly[i, j].re for i in nodes for j in nodes}
    return ly.stability


METHOD = "Lyapunov equation with flattened matrices"
LARGEST = 100_000  # nodes of an element that is still written out for its proof


def lyapunov_residual(V: Covariance, system: System) -> sp.Matrix:
    """A W + W A^+ + B N B^+ for W_ij = <z_i z_j^+> (symmetrised), z = (a_1, a_1^+, a_2, ...), over V's definitions."""
    s = white_system(system)
    A, B = s.A, s.B
    to_z = sp.diag(*[sp.Matrix([[1, sp.I], [1, -sp.I]]) / sp.sqrt(2)] * len(s.modes))
    W = to_z * V.matrix * _adjoint(to_z)
    return A * W + W * _adjoint(A) + B * s.inputs.matrix * _adjoint(B)


def lyapunov_check(V: Covariance, system: System) -> Check:
    """Prove, element by element, that V solves the Lyapunov equation of the system.

    Elements that are too long to be written out are proved over the definitions; those that are too long even as
    elements of the exact field are computed at a random point instead, and the method says so.
    """
    residual = lyapunov_residual(V, system)
    large = [e for e in residual if V.definitions.size_of(e) > LARGEST]
    for k, e in enumerate(residual):
        if e not in large and not is_zero(V.definitions.inline(e), V.definitions.domains):
            i, j = divmod(k, residual.cols)
            return Check(False, METHOD, f"element {i}, {j} is {e}")
    try:
        conv, forms = converter(large, definitions=V.definitions) if large else (None, [])
        if conv is None or all(conv.tower.vanishes(conv(e)) for e in forms):
            return Check(True, f"{METHOD}, proved element by element")
    except OutsideExactDomain:
        pass
    rest = max(abs(x) for x in values_at(V.definitions, large, random_point(V.definitions, *large)))
    small = bool(rest < sp.Float("1e-40"))
    return Check(small, f"{METHOD}, {len(large)} large elements at a random point", "" if small else f"{sp.N(rest, 6)}")


def _adjoint(m: sp.Matrix) -> sp.Matrix:
    return m.T.applyfunc(conj)
