"""LinearSystem: the central value. Quantum Langevin equations and input-output relations of a network.

    da_k/dt = drift[k]       a linear form in modes, input fields and internal fields
    internal field = form    light between parts, in the order in which it is computed
    output field = form

Internal fields are let-bindings at the level of operators: composing parts adds a binding and rewrites
nothing, so that a cascade of n parts costs n steps, and noise correlations are taken where they are simple.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy import Expr, ImmutableDenseMatrix

from cascade_sym import shown
from cascade_sym.errors import DuplicateName, UnknownName, listing
from cascade_sym.exact import Field, converter
from cascade_sym.operators import LinearForm, Op
from cascade_sym.program.numbers import exact_formula, with_values
from cascade_sym.shown import Card, Shown, card
from cascade_sym.symbols import (
    NOTHING,
    Domains,
    amplitude,
    domains_after,
    domains_in,
    expression,
    one_kind,
    radicands,
    replacements,
    symbols_in,
)
from cascade_sym.system.coefficients import LONG, number, terms
from cascade_sym.system.coloured import FREQUENCY
from cascade_sym.system.inputs import Inputs
from cascade_sym.system.sketch import EMPTY, Sketch

if TYPE_CHECKING:
    from cascade_sym.system.network import Chain, System


@dataclass(frozen=True)
class Port(Shown):
    """A named port: a beam of light with one field for each channel.

    A channel is a frequency band: "" for a narrow band around the carrier, "+" and "-" for two sidebands.
    `fields` maps the channel to the name of the field.

    >>> Port("light", {"+": "b_p", "-": "b_m"}).channels
    ('+', '-')
    """

    name: str
    fields: Mapping[str, str]

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(self.fields)


@dataclass(frozen=True)
class LinearSystem(Shown):
    """Modes, their drift, input fields with their symmetrised noise, internal fields, outputs and ports.

    `inputs` is the state of the input fields (`Inputs`, or a table {field: symmetrised noise n + 1/2} of uncorrelated
    ones; 1/2: vacuum), with [b(t), b^dagger(t')] = delta(t - t'). Operators are deviations from their means, which
    follow from the means of the inputs and from `drives`, {mode: constant term of da/dt}. `brownian` = {mode: gamma}
    are modes with damping and thermal force on p alone, whose commutator decays with gamma; `free` are masses
    without a spring, which have no steady state. Raises DuplicateName for a name used twice and UnknownName for an
    operator that is neither a mode nor a field. Coefficients are read by `cascade_sym.symbols.read`; `domains` is what
    is declared of their parameters; `sketch` remembers the parts and beams for `cascade_sym.draw`.

    >>> from cascade_sym.operators import Op
    >>> from cascade_sym.system import VACUUM
    >>> decay = LinearForm({Op("a"): -2, Op("b"): -2})
    >>> s = LinearSystem(("a",), {"a": decay}, {"b": sp.Rational(1, 2)}, {"out": LinearForm({Op("b"): 1, Op("a"): 2})})
    >>> s.A[0, 0], s.equation("a")[Op("b")]
    (-2, -2)
    """

    modes: tuple[str, ...]
    drift: Mapping[str, LinearForm]
    inputs: Inputs
    outputs: Mapping[str, LinearForm]
    internal: Mapping[str, LinearForm] = field(default_factory=dict)
    in_ports: tuple[Port, ...] = ()
    out_ports: tuple[Port, ...] = ()
    domains: Domains = field(default=NOTHING, compare=False)
    drives: Mapping[str, Expr] = field(default_factory=dict)
    brownian: Mapping[str, Expr] = field(default_factory=dict)
    free: tuple[str, ...] = ()
    sketch: Sketch = field(default=EMPTY, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.inputs, Inputs):
            object.__setattr__(self, "inputs", Inputs(self.inputs))
        if not all(f.is_read for f in self._forms) or any(expression(e) is not e for e in self._others):
            object.__setattr__(self, "domains", domains_in(*self._coefficients).merged(self.domains))
            for name, table in self._tables(amplitude).items():
                object.__setattr__(self, name, table)
        if self.domains == NOTHING:
            object.__setattr__(self, "domains", radicands(*self._coefficients))
        one_kind(self.parameters)
        names = [*self.modes, *self.inputs, *self.internal]
        if len(set(names)) != len(names):
            twice = {n for n in names if names.count(n) > 1}
            raise DuplicateName(f"{listing(twice)} used twice; give each mode and each part its own name.")
        known = set(self.modes) | set(self.inputs)
        for f, form in self.internal.items():
            _check(form, known, f"internal field {f!r}")
            known.add(f)
        for n, form in (*self.drift.items(), *self.outputs.items()):
            _check(form, known, repr(n))
        if bad := {*self.drives, *self.brownian, *self.free} - set(self.modes):
            raise UnknownName(f"no mode {listing(bad)} to be driven, damped or free; there are {listing(self.modes)}.")

    def __rshift__(self, other: System) -> Chain:
        from cascade_sym.system.network import Chain

        return Chain((self, other))

    def __rrshift__(self, other: System) -> Chain:
        from cascade_sym.system.network import Chain

        return Chain((other, self))

    @property
    def _forms(self) -> list[LinearForm]:
        return [*self.drift.values(), *self.internal.values(), *self.outputs.values()]

    @property
    def _coefficients(self) -> list[Expr]:
        return [*(c for f in self._forms for _, c in f), *self._others]

    @property
    def _others(self) -> tuple[Expr, ...]:
        """What stands in no equation: the state of the inputs, drives, damping on p alone."""
        return (*self.inputs.expressions, *self.drives.values(), *self.brownian.values())

    def _tables(self, f: Callable[[Expr], Expr]) -> dict[str, Any]:
        tables = {"drift": self.drift, "outputs": self.outputs, "internal": self.internal}
        new = {n: {k: form.map_coefficients(f) for k, form in t.items()} for n, t in tables.items()}
        others = {n: {k: f(e) for k, e in t.items()} for n, t in (("drives", self.drives), ("brownian", self.brownian))}
        return {**new, **others, "inputs": self.inputs.mapped(f)}

    @property
    def has_floats(self) -> bool:
        """Whether a coefficient or a noise strength holds a float."""
        return any(c.has(sp.Float) for c in self._coefficients)

    def rounded(self) -> LinearSystem:
        """A system with floats with all its other numbers (roots, phases) turned into floats too; others unchanged."""
        return self.mapped(number) if self.has_floats else self

    def mapped(self, f: Callable[[Expr], Expr]) -> LinearSystem:
        """Every coefficient and noise strength replaced by f of it."""
        return replace(self, **self._tables(f))

    # -- flattened views ----------------------------------------------------------------------------------

    @cached_property
    def _flat(self) -> Mapping[str, LinearForm]:
        done: dict[str, LinearForm] = {}
        for f, form in self.internal.items():
            done[f] = _tidy(form.substituted(done))
        return done

    def equation(self, mode: str | Op) -> LinearForm:
        """da/dt of a mode or its operator, in modes and input fields."""
        if isinstance(mode, Op):
            return self.equation(mode.name).turned(mode.dag)
        if mode not in self.drift:
            raise UnknownName(f"no mode {mode!r}; the modes are {listing(self.modes)}.")
        return _tidy(self.drift[mode].substituted(self._flat))

    def output(self, name: str) -> LinearForm:
        """An output field (or internal field), in modes and input fields."""
        if name in self._flat:
            return self._flat[name]
        if name not in self.outputs:
            raise UnknownName(f"no output {name!r}; the outputs are {listing(self.outputs)}.")
        return _tidy(self.outputs[name].substituted(self._flat))

    def in_port(self, name: str) -> Port:
        return _port(self.in_ports, name, "input")

    def out_port(self, name: str) -> Port:
        return _port(self.out_ports, name, "output")

    # -- doubled-up matrices: rows and columns (a_1, a_1^dagger, a_2, ...) ----------------------------------

    def _matrix(self, rows: list[LinearForm], columns: tuple[str, ...]) -> ImmutableDenseMatrix:
        ops = [Op(c, d) for c in columns for d in (False, True)]
        full = [r for form in rows for r in (form, form.dagger())]
        return ImmutableDenseMatrix(len(full), len(ops), [r[o] for r in full for o in ops])

    @property
    def A(self) -> ImmutableDenseMatrix:
        """Drift matrix, in the basis (a_1, a_1^dagger, a_2, a_2^dagger, ...)."""
        return self._matrix([self.equation(m) for m in self.modes], self.modes)

    @property
    def B(self) -> ImmutableDenseMatrix:
        """Input matrix: modes by input fields, both doubled up."""
        return self._matrix([self.equation(m) for m in self.modes], tuple(self.inputs))

    @property
    def C(self) -> ImmutableDenseMatrix:
        """Output matrix: output fields by modes, both doubled up."""
        return self._matrix([self.output(f) for f in self.outputs], self.modes)

    @property
    def D(self) -> ImmutableDenseMatrix:
        """Feedthrough matrix: output fields by input fields, both doubled up."""
        return self._matrix([self.output(f) for f in self.outputs], tuple(self.inputs))

    @cached_property
    def parameters(self) -> tuple[sp.Symbol, ...]:
        """All symbols of the system, sorted by name."""
        found = set().union(*(f.symbols for f in self._forms), *map(symbols_in, self._others)) - {FREQUENCY}
        return tuple(sorted(found, key=lambda s: s.name))

    @property
    def remembering(self) -> tuple[str, ...]:
        """The modes whose damping depends on the frequency."""
        return tuple(m for m, f in self.drift.items() if FREQUENCY in f.symbols)

    @property
    def inherited(self) -> Domains:
        """What is declared, for what is made from this system."""
        return self.domains.made_from(self.parameters)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What is declared of the parameters, as inequalities in the language of formulas."""
        return self.domains.assumptions

    @property
    def domain(self) -> Field:
        """The exact domain of the coefficients: its generators and their relations.

        OutsideExactDomain where a coefficient can't be held exactly.
        """
        return converter(sorted(set(self._coefficients), key=str))[0].field

    def subs(self, values: Mapping[Any, Any]) -> LinearSystem:
        """Parameters (symbols or names) replaced exactly; what becomes a number by floats is that of their decimals,
        rounded.

        Raises UnknownParameter for another name, ParameterError for a number outside its domain.
        """
        return self.replaced(replacements(values, self.parameters, self.domains, "the system"), values)

    def replaced(self, v: Mapping[sp.Symbol, Expr], values: Mapping[Any, Any] | None = None) -> LinearSystem:
        """As `subs`, for plain symbols that need not occur; `values` is what they were read from."""
        exact = {s: exact_formula(e) for s, e in v.items()}
        return replace(
            self.mapped(lambda e: with_values(e, v)), domains=domains_after(self.domains, values or v, exact)
        )

    def to_statespace(self, values: Mapping[Any, Any] | None = None, *, basis: str = "quadratures") -> Any:
        """NumPy matrices with named rows; see `cascade_sym.to_statespace`."""
        return shown.painter("statespace", self, values=values, basis=basis)

    def renamed(self, names: Mapping[str, str]) -> LinearSystem:
        """Modes and fields renamed (old -> new); UnknownName for one that does not exist."""
        have = {*self.modes, *self.inputs, *self.internal, *self.outputs}
        if bad := set(names) - have:
            raise UnknownName(f"no mode or field {listing(bad)}; there are {listing(have)}.")

        def new(n: str) -> str:
            return names.get(n, n)

        def table(t: Mapping[str, LinearForm]) -> dict[str, LinearForm]:
            return {new(k): f.renamed(names) for k, f in t.items()}

        def ports(ps: tuple[Port, ...]) -> tuple[Port, ...]:
            return tuple(Port(p.name, {c: new(f) for c, f in p.fields.items()}) for p in ps)

        return LinearSystem(
            tuple(map(new, self.modes)), table(self.drift), self.inputs.renamed(new),
            table(self.outputs), table(self.internal), ports(self.in_ports), ports(self.out_ports), self.domains,
            {new(k): e for k, e in self.drives.items()}, {new(k): e for k, e in self.brownian.items()},
            tuple(map(new, self.free)),
            self.sketch.renamed(names),
        )  # fmt: skip


@card.register
def _(value: LinearSystem) -> Card:
    ports = ", ".join(p.name for p in value.in_ports) + " -> " + ", ".join(p.name for p in value.out_ports)
    about = (f"modes {', '.join(value.modes) or 'none'}", f"ports {ports}", f"{len(value.parameters)} parameters")
    return Card(f"LinearSystem: {'; '.join(about)}", {})


def _check(form: LinearForm, known: set[str], where: str) -> None:
    if bad := {o.name for o, _ in form} - known:
        raise UnknownName(f"{where} uses {listing(bad)}, neither a mode nor a field known there: {listing(known)}.")


def _port(ports: tuple[Port, ...], name: str, kind: str) -> Port:
    for p in ports:
        if p.name == name:
            return p
    raise UnknownName(f"no {kind} port {name!r}; there are {listing(p.name for p in ports)}.")


def _tidy(form: LinearForm) -> LinearForm:
    """Coefficients multiplied out, where that leaves them readable."""
    return form.map_coefficients(lambda c: sp.expand_mul(c) if isinstance(c, sp.Add) and terms(c) <= LONG else c)
