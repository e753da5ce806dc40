"""What an evaluator is asked for, in one form: definitions, named outputs, and how to hand results back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import DuplicateName, ParameterError, UnknownName, listing
from cascade_sym.program.numbers import exact_number
from cascade_sym.symbols import is_complex_symbol

Form = Literal["single", "mapping", "sequence"]


@dataclass(frozen=True)
class Target:
    """Named expressions over shared definitions; named expressions that must be positive (`domain`) or must not be
    negative (`nonnegative`).

    `form` says whether one value, a dict or a tuple is returned; `accuracy` has those of results that declare one.
    """

    definitions: Definitions
    outputs: tuple[tuple[str, Expr], ...]
    form: Form
    domain: tuple[tuple[str, Expr], ...] = ()
    nonnegative: tuple[tuple[str, Expr], ...] = ()
    accuracy: tuple[tuple[str, float], ...] = ()

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        """All parameters, sorted by name."""
        return self.definitions.parameters(*(e for _, e in self.outputs + self.domain + self.nonnegative))

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters, sorted."""
        return tuple(dict.fromkeys(s.name for s in self.symbols))

    @property
    def complex_parameters(self) -> frozenset[str]:
        """Names of the parameters that take complex values."""
        return frozenset(s.name for s in self.symbols if is_complex_symbol(s))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the outputs, in order."""
        return tuple(n for n, _ in self.outputs)


def read_target(target: Any, outputs: Sequence[str] | None = None) -> Target:
    """A Target from an expression, a Quantity, Definitions, or a mapping or sequence of the former two.

    `outputs` picks results, or defined symbols, by name; the answer is then a mapping in that order.
    Raises ParameterError for anything else, UnknownName for a name that is neither.
    """
    if isinstance(target, Definitions):
        named = [(s.name, s) for s, _ in target]
        return picked(with_declared(Target(target, tuple(named), "mapping")), outputs)
    if isinstance(target, Quantity) or formula(target) is not None:
        return picked(collected([("value", target)], "single"), outputs)
    if isinstance(target, Mapping):
        return picked(collected([(str(k), v) for k, v in target.items()], "mapping"), outputs)
    if isinstance(target, Sequence) and not isinstance(target, str):
        return picked(collected([(f"value{k}", v) for k, v in enumerate(target)], "sequence"), outputs)
    raise ParameterError(
        f"an evaluator needs an expression, a Quantity, Definitions, or a mapping or sequence of them; "
        f"got {type(target).__name__}."
    )


def collected(items: list[tuple[str, Any]], form: Form) -> Target:
    if not items:
        raise ParameterError("an evaluator needs at least one expression; the collection is empty.")
    defs, outs = Definitions(), []
    accuracy: list[tuple[str, float]] = []
    tests: dict[Expr, str] = {}
    edges: dict[Expr, str] = {}
    for name, item in items:
        e = item if isinstance(item, Quantity) else formula(item)
        if e is None:
            raise ParameterError(f"{name} must be an expression or a Quantity; got {type(item).__name__}.")
        q = e if isinstance(e, Quantity) else Quantity(name, e)
        defs = defs.merged(q.definitions)
        tests |= {e: str(e) for e in q.domain}
        edges |= {e: f"{e} >= 0" for e in q.nonnegative}
        outs.append((name if form == "mapping" else q.name, q.expr))
        accuracy += [] if q.accuracy is None else [(outs[-1][0], q.accuracy)]
    names = [n for n, _ in outs]
    if len(set(names)) < len(names):
        twice = {n for n in names if names.count(n) > 1}
        raise DuplicateName(f"two results are called {listing(twice)}; give a mapping with distinct names.")
    domain, weak = (tuple((n, e) for e, n in group.items()) for group in (tests, edges))
    return with_declared(Target(defs, tuple(outs), form, domain, weak, tuple(accuracy)))


def with_declared(target: Target) -> Target:
    """The target with what is declared of its parameters as conditions."""
    strict, weak = target.definitions.domains.about(target.symbols).conditions
    domain, edges = dict(target.domain), dict(target.nonnegative)
    domain |= {str(e): e for e in strict if e not in domain.values()}
    edges |= {f"{e} >= 0": e for e in weak if e not in edges.values()}
    return replace(target, domain=tuple(domain.items()), nonnegative=tuple(edges.items()))


def formula(item: Any) -> Expr | None:
    """An expression, or a number as one; None for anything else."""
    if isinstance(item, Expr):
        return item
    try:
        return exact_number(item)
    except ParameterError:
        return None


def picked(target: Target, outputs: Sequence[str] | None) -> Target:
    if outputs is None:
        return target
    known = {s.name: s for s, _ in target.definitions} | dict(target.outputs)
    if bad := [n for n in outputs if n not in known]:
        raise UnknownName(f"no result or definition called {listing(bad)}; there are {listing(known)}.")
    return replace(target, outputs=tuple((n, known[n]) for n in outputs), form="mapping")


def with_domain(target: Target, domain: Any) -> Target:
    """The target with expressions that must be positive, from a sequence or mapping of them; None changes nothing."""
    if domain is None:
        return target
    items = list(domain.items()) if isinstance(domain, Mapping) else [(None, d) for d in domain]
    defs, tests = target.definitions, []
    for name, item in items:
        if isinstance(item, Quantity):
            defs = defs.merged(item.definitions)
            tests.append((str(name or item.name), item.expr))
        elif isinstance(item, Expr):
            tests.append((str(name or item), item))
        else:
            raise ParameterError(f"domain must hold expressions or quantities; got {item!r}.")
    return replace(target, definitions=defs, domain=tuple(tests), nonnegative=())
