"""Evaluators: formulas as fast functions of arrays."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from math import prod
from typing import Any

import numpy as np

from cascade_sym.errors import ParameterError, UnstableError
from cascade_sym.evaluate.arguments import Options, as_arrays, check_names, common_shape
from cascade_sym.evaluate.array_libraries import Library, check_options, library_of, lost_over, over_arrays, report
from cascade_sym.evaluate.backends.libraries import MpmathKernel
from cascade_sym.evaluate.covariances import CovarianceEvaluator
from cascade_sym.evaluate.plan import Plan
from cascade_sym.evaluate.ranged import RangedKernel, make_kernel
from cascade_sym.evaluate.results import Results, spread
from cascade_sym.evaluate.targets import Target, read_target, with_declared, with_domain
from cascade_sym.evaluate.trust import BallKernel, BoundedKernel, Guarantee
from cascade_sym.evaluate.watch import ALONE, SELDOM, lost
from cascade_sym.program.builder import guarded
from cascade_sym.program.nodes import operation_counts
from cascade_sym.saved.encoded import codec, stored, type_name
from cascade_sym.shown import Card, Shown, card


def evaluator(
    target: Any,
    backend: str = "numpy",
    *,
    outputs: Sequence[str] | None = None,
    dtype: Any = None,
    error: bool = False,
    precision: str | None = None,
    rtol: float = 1e-13,
    domain: Any = None,
    unstable: str = "nan",
    threads: int | None = None,
    digits: int = 50,
) -> Evaluator:
    """A function of the parameters of `target` that broadcasts over arrays, like a NumPy ufunc.

    `target` is an expression, a `Quantity`, `Definitions`, or a mapping or sequence of expressions and
    quantities, whose results then share one pass and come back as a dict or a tuple. `outputs` picks
    results or definitions by name. A covariance gives all its elements, as `CovarianceValues`; a conditional one what
    `conditional_evaluator` makes of it, with the residual of the Riccati equation; one in time, a `TransientEvaluator`.

    - `backend`: "numpy"; "compiled" (vector code for this processor on `threads` cores, all by default; needs
      llvmlite, else NumPy with a warning); "mpmath" (`digits` decimal digits, object arrays); "jax".
    - `dtype`: the type of real results, float64 by default; complex ones have its complex partner.
    - `error=True`: every call returns (value, bound); the bound holds rigorously and is for the doubles given.
    - Plain doubles are watched: at a few points of a call the bound is computed as well, where it is large the right
      value too, and a warning counts the points at which a result is off by more than 1e-9 of it.
    - `precision`: "double"; or "guaranteed", the default for quantities that declare an accuracy (such as a logarithmic
      negativity, right to 1e-13 of it or in itself): the points whose bound misses the relative error `rtol` are
      computed again in pairs of doubles, then in ball arithmetic. A result that still misses it, or that no double can
      hold, is nan, and a warning counts these points.
    - `domain`: expressions, or a mapping of names to them, that must be positive (default: those that the
      quantities bring along, such as damping rates). Points at which one is not give nan and one warning that
      counts them, or UnstableError with `unstable="raise"`, or nan without a word with `unstable="quiet"`.

    Numbers of any size are fine as long as the results are: where doubles overflow or underflow on the way, the
    definitions are computed in numbers without that limit. Roots are real: a point at which what stands under a root
    is negative gives nan in the same way. Raises ParameterError for an unknown option or target and
    OutsideExactDomain for an expression without a numerical meaning; a call raises UnknownParameter, MissingParameter
    and ParameterError by name.

    >>> import sympy as sp
    >>> x, y = sp.symbols("x y")
    >>> f = evaluator(sp.sqrt(x) + y)
    >>> f(x=[1.0, 4.0], y=1)
    array([2., 3.])
    """
    kind = np.dtype(np.float64 if dtype is None else dtype).name
    options = Options(backend, kind, precision or "double", rtol, error, unstable, threads, digits)
    if hasattr(target, "own_evaluator"):
        _only_backend(options, outputs, domain, type(target).__name__)
        return target.own_evaluator(options.backend)
    for is_one, room, made, what in _OWN:
        if is_one(target):
            _only_backend(options, outputs, domain, what)
            return getattr(import_module(f"cascade_sym.evaluate.{room}"), made)(target, options.backend)
    if hasattr(target, "quadratures") and hasattr(target, "elements"):
        return _of_a_covariance(target, options, outputs, domain)
    plan = Plan(with_domain(read_target(target, outputs), domain))
    if precision is None and plan.target.accuracy and options.plain:
        options = replace(options, precision="guaranteed", declared=True)
    return Evaluator(plan, options)


def _of_a_covariance(V: Any, options: Options, outputs: Any, domain: Any) -> Any:
    if options.error or outputs is not None or options.backend in ("mpmath", "jax"):
        raise ParameterError(
            "the evaluator of a covariance gives doubles for all elements; give one element, V['X_S', 'X_M'], for "
            "error bounds, other numbers or a choice of outputs."
        )
    pairs = tuple(V.elements)
    conditions = tuple((str(e), e) for e in V.stability)
    target = Target(V.definitions, tuple((f"{i} {j}", V.elements[i, j]) for i, j in pairs), "sequence", conditions)
    whole = with_domain(with_declared(target), domain)
    return CovarianceEvaluator(pairs, V.quadratures, Evaluator(Plan(whole), options))


def _only_backend(options: Options, outputs: Any, domain: Any, what: str) -> None:
    if options != Options(options.backend) or outputs is not None or domain is not None:
        raise ParameterError(
            f"the evaluator of {what} takes `backend` only; the other options are for one element, V['X_S', 'X_M'], or "
            "another formula."
        )


# values with evaluators in files of their own, loaded when used: how they are known, the evaluator, and a name
_OWN: tuple[tuple[Callable[[Any], bool], str, str, str], ...] = (
    (lambda x: hasattr(x, "riccati") or hasattr(x, "efficiencies"), "conditional", "conditional_evaluator",
     "a conditional covariance"),
    # a state in time: any system, and couplings that change in time
    (lambda x: hasattr(x, "first_moments"), "moving", "TransientEvaluator", "a covariance in time"),
    (lambda x: hasattr(x, "moments") and hasattr(x, "delay"), "delays", "CorrelationEvaluator",
     "a correlation without a closed form"),
    (lambda x: hasattr(x, "filtered") and not x.closed, "envelopes", "TemporalEvaluator",
     "temporal modes without a closed form"),
)  # fmt: skip


class Evaluator(Shown):
    """A formula ready to be computed; call it with one keyword a parameter. Made by `evaluator`."""

    def __init__(self, plan: Plan, options: Options) -> None:
        if options.backend == "jax":
            plan = replace(plan, scaled=True)
        self.plan, self.options = plan, options
        self.parameters = plan.target.parameters
        self._calls = 0
        _ = self._kernel  # mistakes in the formula show here, not at the first call

    @cached_property
    def _kernel(self) -> Any:
        if self.options.backend == "jax":
            from cascade_sym.evaluate.backends.libraries import jax_function

            return jax_function(self._program, self.plan)
        if self.options.precision == "guaranteed":
            return Guarantee(self.plan, self.options)
        if self.options.error:
            return BoundedKernel(self.plan, self.options)
        if self.options.backend == "mpmath":
            return MpmathKernel(self._program, self.options.digits, self.plan.limits)
        fast = make_kernel(self._program, self.options)
        return RangedKernel(fast, self._program, self.plan.literal_gradient, guarded, limits=self.plan.limits)

    @cached_property
    def _watch(self) -> Guarantee | BallKernel | None:
        """What tells how good plain doubles are; None where nobody asked for such, or for no warnings."""
        o = self.options
        if not o.plain or o.unstable == "quiet" or self.plan.over is not None:
            return None
        return BallKernel(self.plan, o.rtol) if self.plan.huge else Guarantee(self.plan, replace(o, backend="numpy"))

    @cached_property
    def _program(self) -> Any:
        literal = self.options.backend in ("mpmath", "jax")
        return guarded(self.plan.literal_gradient) if literal else self.plan.plain

    @property
    def target(self) -> Target:
        return self.plan.target

    def __call__(self, values: Mapping[str, Any] | None = None, /, *, out: Any = None, **named: Any) -> Any:
        """The result at `named` (or `values`: a mapping, for parameters whose names are no keywords).

        `out` takes an array for each result, in the form of the results (pairs of arrays with a gradient).
        """
        given = {**(values or {}), **named}
        check_names(given, self.parameters)
        if self.options.backend != "jax" and (library := library_of(given)):
            return self._over(library, given, out)
        if self.options.backend == "jax":
            if out is not None:
                raise ParameterError("the jax backend returns new arrays; leave out= away.")
            return self._kernel(given)
        objects = self.options.backend == "mpmath"
        arrays = as_arrays(given, self.target.complex_parameters, object if objects else self.options.dtype)
        shape = common_shape(arrays)
        bounded = self.options.error or self.options.precision == "guaranteed"
        results = Results(self.plan, shape, object if objects else np.dtype(self.options.dtype), bounded, out, arrays)
        if results.fill(self._kernel, arrays):
            report_failures(self.plan, self.options, arrays, shape, results)
        if self._watch is not None and self._to_look(results.size):
            _warn_of_lost(lost(self._watch, results, arrays), 3)
        return results.handed_back(self.options.error)

    def _to_look(self, size: int) -> bool:
        """Whether the watch looks at this call."""
        self._calls += 1
        return size > 1 or self._calls <= ALONE or self._calls % SELDOM == 0

    def _over(self, library: Library, given: Mapping[str, Any], out: Any) -> Any:
        """The result over arrays of another library."""
        check_options(library, self.options, out)
        results, arrays, flat = over_arrays(self.plan, library, self._floats, given)
        looked_at = self.options.unstable != "quiet" and report(self.plan, self.options, library, arrays, flat)
        if looked_at and self._watch is not None and self._to_look(prod(flat[0].shape)):
            _warn_of_lost(lost_over(self.plan, self._watch, library, arrays, flat), 4)
        return results

    @cached_property
    def _floats(self) -> Any:
        """The program for floats alone, which nobody computes again in wider numbers."""
        return guarded(replace(self.plan, scaled=True).literal_gradient)

    def gradient(self, over: Sequence[Any]) -> Evaluator:
        """An evaluator of the value and its derivatives with respect to the parameters `over`, in one pass.

        Each result becomes a pair (value, derivatives): an array with one more axis in front, in the order of
        `over`. Raises UnknownParameter for a name that is no real parameter.

        >>> import sympy as sp
        >>> x, y = sp.symbols("x y")
        >>> value, slopes = evaluator(x**2*y).gradient(over=["x", "y"])(x=3.0, y=[1.0, 2.0])
        >>> slopes
        array([[ 6., 12.],
               [ 9.,  9.]])
        """
        o = replace(self.options, precision="double", declared=False) if self.options.declared else self.options
        return Evaluator(self.plan.gradient([getattr(n, "name", n) for n in over]), o)

    @property
    def source(self) -> str:
        """The computation as Python, one operation a line, with the names of the definitions."""
        from cascade_sym.evaluate.source.code import LANGUAGES, source

        name = self.target.names[0] if self.target.form == "single" else "evaluate"
        return source(self._program, name, self.parameters, LANGUAGES["python"], self.target.complex_parameters)

    @property
    def operations(self) -> int:
        """How many arithmetic operations one point costs."""
        return sum(self.operation_counts.values())

    @property
    def operation_counts(self) -> dict[str, int]:
        """The operations for one point by kind."""
        return operation_counts(self._program)

    def __reduce__(self) -> tuple[Any, ...]:
        return Evaluator, (Plan(self.target, self.plan.over), self.options)  # programs and code are made anew


@stored.register
def _(value: Evaluator) -> Any:
    plan = {"target": value.target, "over": value.plan.over, "options": value.options}
    return {"type": type_name(Evaluator), "fields": {k: stored(v) for k, v in plan.items()}}


codec(Evaluator, lambda given: Evaluator(Plan(given["target"], given["over"]), given["options"]))


@card.register
def _(value: Evaluator) -> Card:
    over = "" if value.plan.over is None else f", with derivatives by {', '.join(value.plan.over)}"
    names = list(value.target.names)
    what = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
    call = f"f({', '.join(f'{n}=...' for n in value.parameters if n.isidentifier())})"
    return Card(
        f"Evaluator of {what}{over} ({value.options.backend}, {value.operations} operations)", {}, f"call: {call}"
    )


def _warn_of_lost(found: tuple[int, int, float], level: int) -> None:
    count, among, worst = found
    if count:
        warnings.warn(
            f"at {count} of {among} points that were looked at, the digits of a result are lost to cancellation: it is "
            f"off by {worst:.1g} of it at worst. error=True gives bounds, precision='guaranteed' right values (of "
            "arrays of NumPy).", RuntimeWarning, stacklevel=level,
        )  # fmt: skip


def report_failures(
    plan: Plan, options: Options, arrays: Mapping[str, np.ndarray], shape: tuple[int, ...], results: Results
) -> None:
    """One warning that counts the points at which a condition fails and the result is nan; of guaranteed values
    another one that counts those that are nan because the tolerance could not be met.

    Raises UnstableError for the first kind where `options.unstable` says so.
    """
    guaranteed = options.precision == "guaranteed"
    if options.backend not in ("numpy", "compiled") or (options.unstable == "quiet" and not guaranteed):
        return
    rows = np.flatnonzero(results.missing() if guaranteed else np.isnan(results.first()))
    if not rows.size:
        return
    failing: dict[str, np.ndarray] = {}
    if (tests := plan.conditions) is not None:
        for c, bad in zip(tests.conditions, tests.failing(spread(tests, arrays, shape), rows), strict=True):
            failing[c.name] = failing.get(c.name, np.zeros_like(bad)) | bad
    outside = np.logical_or.reduce([np.zeros(rows.size, dtype=bool), *failing.values()])
    total = results.first().size
    if outside.any() and options.unstable != "quiet":
        why = ", ".join(f"{name} fails at {bad.sum()}" for name, bad in failing.items() if bad.any())
        message = f"{int(outside.sum())} of {total} points lie outside the domain ({why})"
        if options.unstable == "raise":
            raise UnstableError(f"{message}; restrict the parameters, or use unstable='nan'.")
        warnings.warn(f"{message}; the results there are nan.", RuntimeWarning, stacklevel=3)
    if guaranteed:
        given = np.logical_or.reduce([np.isnan(np.broadcast_to(a, shape).reshape(-1)[rows]) for a in arrays.values()])
        if open_ := int((~outside & ~given).sum()):
            why = f"could not be brought to a relative error of {options.rtol:g}, or no double can hold it"
            warnings.warn(f"a result at {open_} of {total} points {why}; it is nan.", RuntimeWarning, stacklevel=3)
