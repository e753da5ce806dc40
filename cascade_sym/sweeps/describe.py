"""What the numbers of a dataset are: units, definitions and where they come from, as attributes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sympy as sp

from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.evaluate.evaluator import Evaluator
from cascade_sym.sweeps.merit import Formula, Merit
from cascade_sym.sweeps.work import Work

LONG = 300  # operations; longer formulas are not typeset: it takes seconds, and nobody reads them


def as_quantity(figure: Any, name: str) -> Quantity | None:
    """The formula of a figure, None where it has none."""
    if isinstance(figure, Evaluator):
        target = figure.target
        return Quantity(name, target.outputs[0][1], target.definitions, domain=tuple(e for _, e in target.domain))
    if isinstance(figure, Quantity):
        return Quantity(name, figure.expr, figure.definitions, figure.steps, figure.domain)
    if callable(figure) and not isinstance(figure, sp.Basic):
        return None
    return Quantity(name, sp.sympify(figure), Definitions())


def formula_attributes(figure: Any, name: str) -> dict[str, str]:
    """The definition of a figure as text and, unless it is long, as LaTeX; the conditions under which it exists."""
    q = as_quantity(figure, name)
    if q is None:
        return {"definition": f"computed by {_called(figure)}"}
    lines = [f"{s} = {sp.sstr(e)}" for s, e in q.definitions]
    if (last := sp.sstr(q.expr)) != name:
        lines.append(f"{name} = {last}")
    out = {"definition": "; ".join(lines)}
    if sum(sp.count_ops(e) for e in (q.expr, *(e for _, e in q.definitions))) <= LONG:
        out["latex"] = _latex(q)
    if q.domain:
        out["domain"] = ", ".join(f"{sp.sstr(d)} > 0" for d in q.domain)
    return out


@lru_cache(maxsize=64)
def _latex(q: Quantity) -> str:
    from cascade_sym.latex.show import body

    return body(q)


def _called(figure: Any) -> str:
    return f"{getattr(figure, '__module__', '')}.{getattr(figure, '__qualname__', type(figure).__qualname__)}"


def provenance(work: Work, method: str) -> dict[str, str]:
    """Attributes of the whole dataset: nothing that changes from run to run."""
    import cascade_sym

    given = ", ".join(f"{n} = {v!r}" for n, v in sorted(work.fixed))
    out = {"source": f"cascade_sym {cascade_sym.__version__}", "method": method, "fixed": given or "none"}
    free = [f"{'='.join(c.names)} in [{c.low:.12g}, {c.high:.12g}]" for c in work.space.coordinates]
    if free:
        out["optimised"] = "; ".join(free)
    return out


def content_key(work: Work, name: str, key: str | None) -> str:
    """A hash of all that the optima depend on; `key` stands for a function, whose content can't be read."""
    import cascade_sym
    from cascade_sym.sweeps.optimum import SAMPLE, SEED

    h = hashlib.sha256()
    figure = (cascade_sym.__version__, SEED, SAMPLE, name, key or _identity(work.merit))
    for part in (*figure, work.space, work.fixed, work.sign, work.grid.names):
        h.update(repr(part).encode() + b"\0")
    for v in work.grid.values:
        h.update(v.tobytes() + b"\0")
    return h.hexdigest()


def _identity(merit: Merit) -> str:
    if not isinstance(merit, Formula):
        return _called(merit.function)
    return repr((merit.target, sorted(merit.target.complex_parameters), merit.backend))


def attributes(name: str, units: Mapping[str, str], titles: Mapping[str, str]) -> dict[str, str]:
    """Unit and long name of a variable, where they are known."""
    return {key: table[name] for key, table in (("units", units), ("long_name", titles)) if name in table}
