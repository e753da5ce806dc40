"""What a display of a manuscript defines for itself: abbreviations that its other formulas use."""

from __future__ import annotations

from collections.abc import Mapping

from cascade_sym.errors import CascadeError
from cascade_sym.formula import Environment
from cascade_sym.formula.size import require_small
from cascade_sym.manuscript.known import Meaning
from cascade_sym.paper.environment import value_of


def local_values(m: Meaning, local: Mapping[str, str]) -> tuple[Environment, dict[str, str]]:
    """The environment with the display's own abbreviations, and how their symbols are read (LaTeX to name)."""
    env = m.env
    symbols = dict(m.symbols)
    waiting = {lhs: (f"abbreviation_{n}", rhs) for n, (lhs, rhs) in enumerate(local.items())}
    for _ in range(len(waiting)):
        for lhs, (name, rhs) in list(waiting.items()):
            try:
                relation, *_ = m.reading.relations(f"x = {rhs}", env, symbols)
                require_small(relation.rhs)
                value = value_of(relation.rhs, env)
            except (CascadeError, RecursionError):
                continue
            env, symbols[lhs] = env.bound(name, value), name
            del waiting[lhs]
    return env, symbols
