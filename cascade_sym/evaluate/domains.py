"""Points outside the domain: counted, named, and warned about or refused."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from cascade_sym.errors import UnstableError
from cascade_sym.evaluate.options import Options
from cascade_sym.evaluate.plan import Plan
from cascade_sym.evaluate.ranged import Leaf
from cascade_sym.evaluate.results import Results


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
        for c, bad in zip(tests.conditions, tests.failing(flattened(arrays, tests.leaves, shape), rows), strict=True):
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


def flattened(
    arrays: Mapping[str, np.ndarray], leaves: Sequence[Leaf], shape: tuple[int, ...]
) -> dict[Leaf, np.ndarray]:
    """The inputs by leaf, one number a point."""
    flat = {name: np.broadcast_to(arrays[name], shape).reshape(-1) for name, _ in leaves}
    return {(name, part): flat[name].imag if part == "im" else flat[name].real for name, part in leaves}
