"""Heisenberg-Langevin equations and input-output relations, as views of a LinearSystem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from cascade_sym.compose import as_system
from cascade_sym.compose.physical import preserves_commutators
from cascade_sym.errors import UnknownName, listing
from cascade_sym.operators import LinearForm
from cascade_sym.steps import Derivation, LazyTable, Step
from cascade_sym.system import LinearSystem


@dataclass(frozen=True)
class Equations:
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

    def _repr_latex_(self) -> str:
        from cascade_sym.latex.show import value_latex

        rate = self.kind == "langevin"
        return value_latex({(f"dot({name})" if rate else name): form for name, form in self.forms.items()})


def langevin(system: object) -> Equations:
    """The Heisenberg-Langevin equations of a part, cascade or LinearSystem: {mode: da/dt}.

    Each is a linear form in mode and input-field operators (and their adjoints). Source: Huang et al. (2018), Eq. (4).

    >>> from cascade_sym.parts import Cavity
    >>> langevin(Cavity("c", kappa=4))["c"].terms
    {Op(name='c', dag=False): -2, Op(name='c.in', dag=False): -2}
    """
    s = as_system(system)
    return Equations("langevin", {m: s.equation(m) for m in s.modes}, _steps(s))


def input_output(system: object) -> Equations:
    """The input-output relations: {output field: linear form in modes and input fields}.

    >>> from cascade_sym.parts import Cavity
    >>> input_output(Cavity("c", kappa=4))["c.out"].terms
    {Op(name='c', dag=False): 2, Op(name='c.in', dag=False): 1}
    """
    s = as_system(system)
    return Equations("input-output", {f: s.output(f) for f in s.outputs}, _steps(s))


def _steps(s: LinearSystem) -> tuple[Step, ...]:
    return (
        Step("input", "each part in terms of the light that reaches it", {}, {**s.internal}),
        Step(
            "composition",
            "light between the parts eliminated",
            {},
            LazyTable(s.modes, s.equation),
            partial(preserves_commutators, s),
        ),
    )
