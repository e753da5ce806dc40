"""Whether a followed optimum is the global one: searches of the whole allowed region that could refute it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sympy import Symbol

from cascade_sym.asymptotics.discover import LAST, growth, in_the_end, is_lower
from cascade_sym.asymptotics.follow import Branch, Follower, Lost
from cascade_sym.asymptotics.problem import Problem, ball_of
from cascade_sym.asymptotics.search import candidates
from cascade_sym.errors import NoOptimum

SEARCHED = (12.0, 9.0, 6.0)
TRUSTED = 1e-3  # relative error of a value in floats up to which a search is worth something


def challenged(
    problem: Problem, sample: Mapping[Symbol, Any], branch: Branch, places: Mapping[Symbol, Any]
) -> tuple[tuple[float, ...], Branch | None]:
    """Decades at which nothing lower than `branch` was found, and an optimum that is lower in the end, or None.

    `places`: where the parameters of the problem are along the branch (sequences), or that they are fixed (numbers).
    NoOptimum where there are lower values from which no optimum can be followed.
    """
    follower = Follower(problem, sample)
    passed: list[float] = []
    for decade in SEARCHED:
        k, g = branch.decades.index(decade), growth(decade)
        x = [places[s][k] if isinstance(places[s], tuple) else ball_of(places[s]) for s in problem.over]
        if not _trusted(problem, decade, x, sample, branch.value[k]):
            continue
        found = candidates(problem, decade, sample, near=x)
        lower = [c for c in found if is_lower(problem.ball(g, c.x, follower.sample), [branch.value[k]])]
        for c in lower:
            try:
                z, _ = follower.polish(g, follower.coordinates(c.x))
                other = follower.follow(decade, z, LAST)
            except Lost as e:
                if not passed:
                    raise NoOptimum(
                        f"the optimum that could be followed is only local: the objective is lower ({c.value:.6g}) at "
                        f"{problem.at(decade, c.x)}, but no optimum could be followed from there: {e}."
                    ) from e
                continue
            if in_the_end(other) < in_the_end(branch):
                return (), other
        if not lower:
            passed.append(decade)
    return tuple(sorted(passed)), None


def _trusted(problem: Problem, decade: float, x: list[Any], sample: Mapping[Symbol, Any], value: Any) -> bool:
    """Whether floats are good enough there: at the optimum itself they have to give its value."""
    found = problem.floats(10.0**decade, np.array([float(v) for v in x])[:, None], sample)[0]
    return bool(abs(found - float(value)) <= TRUSTED * abs(float(value)))
