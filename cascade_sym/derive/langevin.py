"""Heisenberg-Langevin equations and input-output relations, as views of a LinearSystem; their solution in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.compose import System, white_system
from cascade_sym.compose.physical import preserves_commutators
from cascade_sym.errors import DerivationError, ParameterError, UnknownName, listing
from cascade_sym.exact import is_zero
from cascade_sym.operators import LinearForm, Op
from cascade_sym.operators.linear import collected
from cascade_sym.shown import Card, Shown, card, renderer
from cascade_sym.steps import Check, Derivation, LazyTable, Step
from cascade_sym.symbols import free_name, plain, symbol
from cascade_sym.system import LinearSystem
from cascade_sym.system.sectors import flow_order


@dataclass(frozen=True)
class Equations(Shown):
    """Named linear equations in operators; `kind` is "langevin" (left sides are da/dt) or "input-output"."""

    kind: str
    forms: Mapping[str, LinearForm]
    steps: tuple[Step, ...] = field(default=(), compare=False, repr=False)

    @property
    def derivation(self) -> Derivation:
        """The steps to these equations, with checks that can be run again."""
        return Derivation(self.kind, self.steps)

    def __getitem__(self, name: str) -> LinearForm:
        if name not in self.forms:
            raise UnknownName(f"no equation for {name!r}; there are {listing(self.forms)}.")
        return self.forms[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.forms)

    def __len__(self) -> int:
        return len(self.forms)


@renderer.register(Equations)
def _(value: Equations, notation: object) -> Mapping[str, LinearForm]:
    return {(f"dot({name})" if value.kind == "langevin" else name): form for name, form in value.forms.items()}


def langevin(system: System) -> Equations:
    """The Heisenberg-Langevin equations of a part, cascade or LinearSystem: {mode: da/dt}.

    Each is a linear form in mode and input-field operators (and their adjoints). Source: Huang et al. (2018), Eq. (4).

    >>> from cascade_sym.parts import Cavity
    >>> langevin(Cavity("c", kappa=4))["c"].terms
    {Op(name='c', dag=False): -2, Op(name='c.in', dag=False): -2}
    """
    s = white_system(system, coloured=True)
    return Equations("langevin", {m: s.equation(m) for m in s.modes}, _steps(s))


def input_output(system: System) -> Equations:
    """The input-output relations: {output field: linear form in modes and input fields}.

    >>> from cascade_sym.parts import Cavity
    >>> input_output(Cavity("c", kappa=4))["c.out"].terms
    {Op(name='c', dag=False): 2, Op(name='c.in', dag=False): 1}
    """
    s = white_system(system, coloured=True)
    return Equations("input-output", {f: s.output(f) for f in s.outputs}, _steps(s))


def _steps(s: LinearSystem) -> tuple[Step, ...]:
    return (
        Step("input", "each part in terms of the light that reaches it", {}, {**s.internal}),
        Step("composition", "light between the parts eliminated", {}, LazyTable(s.modes, s.equation),
             partial(preserves_commutators, s)),
    )  # fmt: skip


@dataclass(frozen=True)
class TimeSolution(Shown):
    """z_i(t) = int_{-oo}^t dt' sum_j kernel[i][j](t - t') f_j(t'), with f_j the noise force on z_j.

    `kernel[i][j]` is an expression in the symbol `delay` = t - t'; z_i is an operator `Op` (a mode or its adjoint).
    """

    kernel: Mapping[Op, Mapping[Op, Expr]]
    delay: Symbol
    steps: tuple[Step, ...]


@renderer.register(TimeSolution)
def _(value: TimeSolution, notation: object) -> dict[str, Expr]:
    """The kernels of the modes; those of their adjoints are the complex conjugates."""
    name = "K_{}_{}({})"
    return {
        name.format(i.name, j.name + ("'" if j.dag else ""), value.delay): e
        for i, row in value.kernel.items() if not i.dag for j, e in row.items()
    }  # fmt: skip


@card.register
def _(value: TimeSolution) -> Card:
    modes = ", ".join(o.name for o in value.kernel if not o.dag)
    title = f"TimeSolution of {modes}: z(t) = sum of integrals of K(t - t') f(t') dt'"
    return Card(title, {}, 'a kernel: solution.kernel[Op("a")][Op("b")]; primes mark forces on adjoints')


def time_solution(system: System, delay: Symbol | None = None) -> TimeSolution:
    """The matrix exponential of the drift of a cascade, element by element in closed form.

    Each kernel is a sum of exponentials; for degenerate rates the limit has to be taken (a typed error says so when two
    rates are identical as expressions). DerivationError for feedback loops. `delay` is the symbol for t - t' (default
    s, or another where the system has a parameter s). Source: for two oscillators Huang et al. (2018), Eq. (6).

    >>> from cascade_sym.parts import Cavity
    >>> k = time_solution(Cavity("c", kappa=2))
    >>> k.kernel[Op("c")][Op("c")]
    exp(-s)
    """
    s = white_system(system, coloured=True)
    if delay is not None and (tau := plain(delay)) in s.parameters:
        raise ParameterError(f"the delay {tau} is a parameter of the system; give another symbol.")
    tau = symbol(free_name("s", s.inherited.gone)) if delay is None else plain(delay)
    drift: dict[Op, dict[Op, Expr]] = {}
    for m in s.modes:
        for o in (Op(m), Op(m, True)):
            drift[o] = {p: c for p, c in s.equation(o) if p.name in s.modes}
    kernel: dict[Op, dict[Op, dict[Expr, Expr]]] = {}
    for block in flow_order(drift, {i: [j for j in drift[i] if j != i] for i in drift}):
        if len(block) > 1:
            raise DerivationError(f"the drift has a loop through {block}; the closed form covers cascades only.")
        (i,) = block
        rate = drift[i].get(i, sp.S.Zero)
        row: dict[Op, dict[Expr, Expr]] = {i: {rate: sp.S.One}}
        for k, a in drift[i].items():
            if k == i:
                continue
            for j, terms in kernel[k].items():
                for lam, c in terms.items():
                    if sp.expand(gap := lam - rate) == 0:
                        raise DerivationError(f"{i.name} and {j.name} decay at the same rate; perturb one of them.")
                    weight = a * c / gap
                    new = [*row.get(j, {}).items(), (lam, weight), (rate, -weight)]
                    row[j] = collected(new)
        kernel[i] = row
    closed = {
        i: {j: sp.Add(*(c * sp.exp(lam * tau) for lam, c in t.items())) for j, t in row.items()}
        for i, row in kernel.items()
    }

    def check() -> Check:
        """dK/ds = A K and K(0) = 1, by differentiation."""
        for i, row in closed.items():
            for j, e in row.items():
                flow = sum(a * closed[k].get(j, sp.S.Zero) for k, a in drift[i].items())
                if not is_zero(sp.diff(e, tau) - flow) or not is_zero(e.subs(tau, 0) - (1 if i == j else 0)):
                    return Check(False, "differential equation of the kernel", f"{i}, {j}")
        return Check(True, "differential equation and initial value of the kernel")

    before = {m: s.equation(m) for m in s.modes}
    after = {f"{i.name},{j.name}": e for i, r in closed.items() if not i.dag for j, e in r.items()}
    step = Step("solve", "integrate along the cascade", before, after, check)
    return TimeSolution(closed, tau, (step,))
