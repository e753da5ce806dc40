"""The ledger: every printed equation of a folder with its derived form and its verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Expr, count_ops

from cascade_sym.deadline import SECONDS, TimeReached, at_most, own_python
from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import CascadeError, UnknownName, listing
from cascade_sym.formula import Environment
from cascade_sym.formula.ast import Name
from cascade_sym.formula.walk import operations, walk
from cascade_sym.paper.environment import environment
from cascade_sym.paper.folder import Folder
from cascade_sym.paper.printed import VERDICTS, PrintedEquation
from cascade_sym.paper.verdict import StatementVerdict, judge
from cascade_sym.steps import Derivation


@dataclass(frozen=True)
class Entry:
    """One equation of the ledger."""

    printed: PrintedEquation
    verdict: str
    statements: tuple[StatementVerdict, ...]
    derivation: Derivation
    evidence: Mapping[str, Any]
    seconds: float

    @property
    def as_expected(self) -> bool:
        """Whether the verdict is what the folder's author expects (or anything but a failure, if nothing is said)."""
        if self.printed.expected is not None:
            return self.verdict == self.printed.expected
        return self.verdict not in ("differs", "misprint", "unchecked")

    @property
    def method(self) -> str:
        """How its statements were checked, in words."""
        return "; ".join(dict.fromkeys(v.method for v in self.statements))

    @property
    def correction(self) -> str | None:
        """The repairs of misprinted statements in words; None where nothing was repaired."""
        return "; ".join(v.repair.description for v in self.statements if v.repair) or None

    @property
    def deviation(self) -> str | None:
        """How far approximate statements are off, as one line; None where nothing is approximate."""
        lines = []
        for v in self.statements:
            if d := v.notes.get("relative_difference"):
                at = ", ".join(f"{k} = {x}" for k, x in d["at"].items())
                there = f"{float(d['value_at']):+.3%} at {at}, " if at else ""
                lines.append(f"derived/printed - 1: {there}at most {float(d['maximum']):+.3%}")
        return "; ".join(lines) or None

    def to_json(self) -> dict[str, Any]:
        """The entry as plain data, without its formulas typeset."""
        return {
            "id": self.printed.id, "title": self.printed.title, "verdict": self.verdict, "method": self.method,
            "evidence": dict(self.evidence), "seconds": round(self.seconds, 3), "expected": self.printed.expected,
            "as_expected": self.as_expected, "deviation": self.deviation, "correction": self.correction,
        }  # fmt: skip


def run_ledger(
    folder: Folder, only: Sequence[str] = (), progress: Callable[[str], None] | None = None
) -> tuple[Entry, ...]:
    """The ledger of a folder, or of the equations in `only`. UnknownName for an id the paper does not have."""
    return tuple(check_equation(folder, e) for e in folder.printed.chosen(only, progress))


def check_equation(folder: Folder, equation: PrintedEquation) -> Entry:
    """The ledger entry of one printed equation."""
    start = time.perf_counter()
    result = folder.model.derive(equation.id)
    derivation = Derivation(f"Equation ({equation.id})", tuple(result.steps))
    env = environment(folder, result)
    if missing := [s.key for s in equation.statements if s.key not in result.values]:
        raise UnknownName(
            f"equation {equation.id}: derived.py gives no value for {missing[0]!r}; it gives {listing(result.values)}."
        )
    verdicts = [_judge(folder, equation, s, result.values[s.key], env) for s in equation.statements]
    with own_python(f"a check of the derivation of {equation.id}"):
        checks = derivation.check()
    passed = all(c.ok for c in checks)
    verdict = max((v.verdict for v in verdicts), key=VERDICTS.index) if passed else "unchecked"
    evidence = {
        "statements": [_statement_evidence(v) for v in verdicts],
        "derivation_steps": len(derivation.steps),
        "derivation_checks": [{"ok": c.ok, "method": c.method, "residual": c.residual} for c in checks],
        **({} if passed else {"failed": "a step of the derivation did not pass its own check"}),
        **result.evidence,
        **{key: text for key in ("reading", "conditions") if (text := getattr(equation, key))},
    }
    return Entry(equation, verdict, tuple(verdicts), derivation, evidence, time.perf_counter() - start)


def _judge(folder: Folder, equation: PrintedEquation, s: Any, derived: Any, env: Environment) -> StatementVerdict:
    try:
        with at_most(SECONDS):
            return judge(s, derived, equation, env, folder.model, folder.printed.swaps)
    except TimeReached:
        late = f"given up after {SECONDS:g} seconds; write the formula shorter"
        return StatementVerdict(s, "unchecked", late, derived)
    except CascadeError as err:
        return StatementVerdict(s, "unchecked", " ".join(str(err).split()), derived)


def _simpler(v: StatementVerdict) -> str | None:
    """Says so where the derived form needs fewer operations than the printed one, over the names that this uses."""
    rhs = v.statement.relation.rhs
    value = v.derived
    if isinstance(value, Quantity):
        known = {n.name for _, n in walk(rhs) if isinstance(n, Name)}
        new = {s: e for s, e in value.definitions if s.name not in known}
        value = Definitions(tuple(new.items())).inline(value.expr)
    if not isinstance(value, Expr):
        return None
    derived, printed = int(count_ops(value)), operations(rhs)
    return f"the derived form has {derived} operations, the printed one {printed}" if derived < printed else None


def _statement_evidence(v: StatementVerdict) -> dict[str, Any]:
    out: dict[str, Any] = {"statement": v.statement.text, "verdict": v.verdict, "method": v.method, **v.notes}
    if v.verdict == "exact" and (shorter := _simpler(v)):
        out["simpler"] = shorter
    if v.repair:
        out["repair"] = v.repair.description
        if v.repair.alternatives:
            out["equally_small_repairs"] = list(v.repair.alternatives)
    return out
