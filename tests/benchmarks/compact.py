"""How long derived formulas are beside the published ones: `python -m tests.benchmarks.compact`."""

from __future__ import annotations

import statistics
from typing import NamedTuple

import cascade_sym as cs
from tests.compact.published import SYSTEMS, Published


class Row(NamedTuple):
    """Operations as derived, in short, and as published; what was found."""

    name: str
    derived: int
    short: int
    published: int
    found: cs.Quantity

    @property
    def ratio(self) -> float:
        return self.short / self.published


def measured(system: Published) -> Row:
    """One system; names that the paper gives are not counted on either side."""
    q = system.derived()
    found = q.with_names(system.names) if system.names else q.simplified()
    extra = sum(cs.Quantity("name", found.definitions[s]).operations for s in system.names if s in found.definitions)
    form = cs.Quantity("form", system.form)
    return Row(system.name, q.operations, found.operations - extra, form.operations, found)


def main() -> None:
    rows = [measured(s) for s in SYSTEMS]
    print(f"{'':36}{'derived':>8}{'short':>7}{'published':>11}{'ratio':>7}")
    for r in rows:
        print(f"{r.name:36}{r.derived:8}{r.short:7}{r.published:11}{r.ratio:7.2f}   {r.found.expr}")
    print(f"median {statistics.median(r.ratio for r in rows):.2f}, largest {max(r.ratio for r in rows):.2f}")


if __name__ == "__main__":
    main()
