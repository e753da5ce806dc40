"""Covariances and means in time, from an initial state: in closed form, and for numbers of any system.

    V(t) = U V(0) U^T + int_0^t U(s) N U(s)^T ds,   <q>(t) = U <q>(0) + int_0^t U(s) f ds,   U(t) = e^(A t)

with drift A, diffusion N and constant forces f in quadratures. U has a closed form where the rates of every block of
the drift have one (`solve.motion.exponentials`); the integral is then one term by term.
Source: Gardiner, Handbook of Stochastic Methods, Sec. 4.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self, cast

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.compose import System, white_system
from cascade_sym.definitions import Quantity
from cascade_sym.derive.langevin import langevin
from cascade_sym.errors import NoClosedForm, ParameterError, UnknownName, did_you_mean, listing
from cascade_sym.exact import is_zero
from cascade_sym.program.numbers import with_values
from cascade_sym.solve.conditional.named import Record
from cascade_sym.solve.covariance import Covariance
from cascade_sym.solve.motion.initial import Start, initial_state
from cascade_sym.solve.motion.propagator import Elements, Problem, beside, problem_of, propagated
from cascade_sym.steps import Check, Derivation, LazyTable, Step
from cascade_sym.symbols import Domains, all_domains, domains_in, plain, replacements
from cascade_sym.symbols import symbol as declared_symbol
from cascade_sym.system import LinearSystem
from cascade_sym.system.values import real


@dataclass(frozen=True)
class Transient(Covariance):
    """The covariance at a time t after an initial state; read like a `Covariance`, with the `means` beside it.

    `time` is t, `begin` the initial state, `problem` has drift and diffusion, all over the definitions. Where U(t) has
    no closed form (`closed` is False), the elements in question raise NoClosedForm; `cascade_sym.evaluator` gives the
    numbers of any system, also where rates coincide that are different symbols.

    >>> from cascade_sym.parts import Cavity
    >>> V = transient(Cavity("a", kappa=2), sp.Symbol("t"), {"X_a": 3})
    >>> V.closed, V.means["X_a"].inline(), V.subs({"t": 1})["X_a", "X_a"].inline()
    (True, 3*exp(-t), 1/2)
    """

    time: Expr = sp.S.Zero
    first_moments: Mapping[str, Expr] = field(default_factory=dict)
    problem: Problem | None = field(default=None, compare=False, repr=False)
    begin: Start | None = field(default=None, compare=False, repr=False)
    open_quadratures: frozenset[str] = frozenset()

    @property
    def nonnegative(self) -> tuple[Expr, ...]:
        """Expressions that the initial state needs not to be negative (the efficiency of a detector)."""
        return self.begin.nonnegative if self.begin is not None else ()

    @property
    def closed(self) -> bool:
        """Whether every element has a closed form."""
        return not self.open_quadratures

    def element(self, i: str, j: str) -> Expr:
        found = super().element(i, j)
        if {i, j} & self.open_quadratures and (i, j) not in self.elements and (j, i) not in self.elements:
            self._refuse(i, j)
        return found

    @property
    def means(self) -> Mapping[str, Quantity]:
        """The mean of every quadrature at the time t."""
        return {q: self.mean(q) for q in self.quadratures}

    def mean(self, name: str) -> Quantity:
        """The mean of a quadrature at the time t; UnknownName for one that does not exist."""
        if name not in self.quadratures:
            hint = did_you_mean([name], self.quadratures)
            raise UnknownName(f"no quadrature {name!r}; there are {listing(self.quadratures)}.{hint}")
        if name in self.open_quadratures and name not in self.first_moments:
            self._refuse(name)
        return self.quantity(f"mean_{name}", self.first_moments.get(name, sp.S.Zero) * self.conventions.scale)

    def _refuse(self, *names: str) -> None:
        raise NoClosedForm(
            f"{' and '.join(dict.fromkeys(names))} at the time {self.time}: the rates of a drift with more than two "
            "rows in one loop have no closed form. The numbers come from cascade_sym.evaluator(V)."
        )

    @property
    def derivation(self) -> Derivation:
        return Derivation("covariance in time", self.steps)

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        assert self.problem is not None and self.begin is not None
        every = (*self.problem.drift, *self.problem.diffusion, *self.problem.drive, self.time, *self.begin.every)
        return self.definitions.parameters(*every)

    def subs(self, values: Mapping[Any, Any]) -> Self:
        """Parameters (symbols or names) replaced exactly, and solved anew: rates that become equal are treated as such.

        ParameterError for a time before zero; else as of `Quantity.subs`.
        """
        assert self.system is not None and self.begin is not None
        new = replacements(values, self.parameters, self.definitions.domains, "the covariance in time")
        if self.time in new:
            time_of(new[self.time])
        definitions, moved = self.begin.definitions.beside(new.values())
        table = {**moved, **new}

        def put(e: Expr) -> Expr:
            return with_values(e, table)

        stability, nonnegative = (tuple(map(put, group)) for group in (self.begin.stability, self.begin.nonnegative))
        begin = Start(
            self.begin.matrix.applyfunc(put), {k: put(e) for k, e in self.begin.means.items()},
            definitions.replaced(new, values), stability, nonnegative,
        )  # fmt: skip
        domains = self.definitions.domains.substituted(new).merged(domains_in(*values.values()))
        found = solved(self.system.replaced(new, values), begin, self.time.xreplace(new), domains)
        return cast("Self", found.in_conventions(self.conventions))


def time_of(given: Any) -> Expr:
    """A time as an expression; ParameterError for one before zero."""
    t = real(given, "the time t")
    if t.is_number and t < 0:
        raise ParameterError(
            f"the time t is {t}; the state is given at time 0, and is followed from there: give t >= 0."
        )
    return t


def transient(system: System, t: Any, initial: Any = "vacuum", *, means: Mapping[str, Any] | None = None) -> Transient:
    """The covariance matrix and the means of a part, cascade, loop or LinearSystem at the time t >= 0.

    `t` is a symbol, an expression or a number. `initial` is the state at time 0: "vacuum"; a Covariance (modes that it
    does not have are in vacuum); or a table {("X_a", "P_b"): value}, in which a mode of which nothing is given is in
    vacuum and an element left out is zero. Means at time 0 stand in the same table under single names, {"X_a": 3}, or
    in `means`. The system need not be stable. Elements are read as from a Covariance, means as `V.mean("X_a")`; what
    has no closed form raises NoClosedForm and is evaluated by `cascade_sym.evaluator(V)`, as is everything else.

    Raises ParameterError for a time before zero or an initial state that is incomplete, UnknownName for a quadrature
    that does not exist, UnphysicalError for an initial state that violates the uncertainty relation.

    >>> from cascade_sym.parts import Cavity
    >>> V = transient(Cavity("a", kappa=2), sp.Symbol("t"), {("X_a", "X_a"): 3, ("P_a", "P_a"): 1, "X_a": 5})
    >>> V["X_a", "X_a"].inline(), V.mean("X_a").inline()
    (1/2 + 5*exp(-2*t)/2, 5*exp(-t))
    """
    s = white_system(system).rounded()
    raw, t = t, time_of(t)
    if t.is_Symbol and (t := plain(t)) in s.parameters:
        raise ParameterError(f"the time {t} is a parameter of the system; give another symbol.")
    begin, declared = initial_state(s, initial, means or {})
    about = [domains_in(raw), declared]
    if t.is_Symbol:
        about.append(domains_in(declared_symbol(t.name, "nonnegative")))
    return solved(s, begin, t, all_domains(about))


def solved(s: LinearSystem, begin: Start, t: Expr, domains: Domains) -> Transient:
    """The covariance of a system at a time after an initial state over its own definitions."""
    parameters = begin.definitions.parameters(*begin.every)
    problem = beside(problem_of(s), [*parameters, *(x for x, _ in begin.definitions)])
    naming = Record([*s.parameters, *t.free_symbols, *parameters], s.inherited.merged(domains))
    naming.start(begin.definitions)
    naming.start(problem.definitions)
    q = problem.quadratures
    U, D, pushed, left = propagated(problem, naming, t)
    elements: Elements = {}
    V0 = {(i, j): begin.matrix[a, b] for a, i in enumerate(q) for b, j in enumerate(q)}
    for a, i in enumerate(q):
        for j in q[a:]:
            if i in left or j in left:
                continue
            carried = [u * V0[k, l] * v for k, u in U[i].items() for l, v in U[j].items() if V0[k, l] != 0]
            e = sp.Add(*carried) + (D.get((i, j)) or D.get((j, i)) or sp.S.Zero)
            if e != 0:
                elements[i, j] = naming.kept(f"var_{i}" if i == j else f"cov_{i}_{j}", e)
    moments = {
        i: sp.Add(pushed.get(i, 0), *(u * begin.means[k] for k, u in U[i].items() if k in begin.means))
        for i in q
        if i not in left
    }
    V = Transient(
        s.modes, elements, naming.definitions, begin.stability, s, time=t,
        first_moments={k: e for k, e in moments.items() if e != 0}, problem=problem, begin=begin,
        open_quadratures=frozenset(left),
    )  # fmt: skip
    return replace(V, steps=_steps(V, s))


def _steps(V: Transient, s: LinearSystem) -> tuple[Step, ...]:
    def moves() -> Check:
        return moves_as_it_should(V)

    return (
        Step("composition", "Langevin equations of the system", {}, LazyTable(s.modes, s.equation)),
        Step("solve", "drift and diffusion integrated from the initial state", langevin(s).forms,
             {x.name: e for x, e in V.definitions}, moves),
    )  # fmt: skip


def moves_as_it_should(V: Transient) -> Check:
    """Prove dV/dt = A V + V A^T + N and V(0), element by element, with every definition written out."""
    method = "differential equation and initial value"
    if V.open_quadratures or not V.time.is_Symbol:
        return Check(True, "no closed form in a symbol for the time: nothing to prove")
    assert V.problem is not None and V.begin is not None
    inline = V.definitions.inline
    M, A, N = (m.applyfunc(inline) for m in (V.matrix, V.problem.drift, V.problem.diffusion))
    wrong = M.diff(V.time) - A * M - M * A.T - N
    begun = M.subs(V.time, 0) - V.begin.matrix.applyfunc(inline)
    for k, (rate, first) in enumerate(zip(wrong, begun, strict=True)):
        if not is_zero(rate) or not is_zero(first):
            i, j = divmod(k, M.cols)
            return Check(False, method, f"element {V.quadratures[i]}, {V.quadratures[j]}")
    return Check(True, method)
