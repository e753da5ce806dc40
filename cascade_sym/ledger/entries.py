"""The ledger: every printed equation of a folder with its derived form and its verdict; and the audit of the checker.

In the audit small edits of every printed formula, and other signs between its sides, must turn its verdict. An edited
formula that the exact algebra proves equal to the unedited one is an identity, not a survivor. Of a printed
approximation an edit must turn the verdict or the deviation that the ledger states.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sympy import Expr, count_ops

from cascade_sym.deadline import SECONDS, TimeReached, at_most
from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import CascadeError, listing
from cascade_sym.folder.derived_values import Bound, Leading, PowerLaw
from cascade_sym.folder.environment import environment, value_of
from cascade_sym.folder.load import Folder
from cascade_sym.folder.printed import ORDER, PrintedEquation, Statement
from cascade_sym.formula import Environment
from cascade_sym.formula.ast import Name
from cascade_sym.formula.walk import operations, walk
from cascade_sym.ledger.comparison import Comparison, compare
from cascade_sym.ledger.deviation import PROVED, SEEN, percent
from cascade_sym.ledger.records import Evidence, Record
from cascade_sym.ledger.verdict import StatementVerdict, judge
from cascade_sym.misprints.edits import edits
from cascade_sym.misprints.words import vocabulary
from cascade_sym.processes import in_order
from cascade_sym.shown import Card, Shown, card
from cascade_sym.solve import Stability
from cascade_sym.steps import Derivation
from cascade_sym.verdicts import Verdict

Found = TypeVar("Found")


@dataclass(frozen=True)
class Entry(Shown):
    """One equation of the ledger."""

    printed: PrintedEquation
    verdict: Verdict
    statements: tuple[StatementVerdict, ...]
    derivation: Derivation
    evidence: Mapping[str, Any]
    seconds: float

    @property
    def as_expected(self) -> bool:
        """Whether the verdict is what the folder's author expects (or anything but a failure, if nothing is said)."""
        if self.printed.expected is not None:
            return self.verdict == self.printed.expected
        return not self.verdict.fails

    @property
    def method(self) -> str:
        """How its statements were checked, in words."""
        return "; ".join(dict.fromkeys(v.method for v in self.statements))

    @property
    def assumptions(self) -> tuple[str, ...]:
        """All inequalities that the proofs of its statements used."""
        return tuple(dict.fromkeys(a for v in self.statements if v.found is not None for a in v.found.assumptions))

    @property
    def witness(self) -> dict[str, Any] | None:
        """A point where a statement is refuted; None where none is."""
        found = [v.found.witness for v in self.statements if v.found is not None]
        return next(filter(None, found), None)

    @property
    def proof(self) -> str | None:
        """Of what kind the proofs are, where all statements are proved."""
        kinds = [v.proof for v in self.statements]
        return "; ".join(dict.fromkeys(k for k in kinds if k)) if all(kinds) else None

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
                there = f"{percent(d['value_at'])} at {at}, " if at else ""
                most = "at most" if d["maximum_is"] == PROVED else SEEN
                lines.append(f"derived/printed - 1: {there}{most} {percent(d['maximum'])}")
        return "; ".join(lines) or None

    def record(self) -> Record:
        """The entry as a record, without its formulas typeset."""
        return Record(
            id=self.printed.id, title=self.printed.title, verdict=self.verdict, method=self.method,
            evidence=Evidence.from_json(self.evidence), seconds=round(self.seconds, 3),
            expected=self.printed.expected, as_expected=self.as_expected, deviation=self.deviation,
            correction=self.correction, assumptions=self.assumptions, witness=self.witness, proof=self.proof,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """The entry as plain data, without its formulas typeset."""
        return self.record().to_json()


@card.register
def _(value: Entry) -> Card:
    rows = {"because": value.method, "deviation": value.deviation, "correction": value.correction}
    head = f"{value.printed.id}  {value.verdict}  {value.printed.title}".rstrip()
    return Card(head, {k: v for k, v in rows.items() if v})


def run_ledger(
    folder: Folder, only: Sequence[str] = (), progress: Callable[[str], None] | None = None
) -> tuple[Entry, ...]:
    """The ledger of a folder, or of the equations in `only`. UnknownName for an id the paper does not have."""
    return tuple(check_equation(folder, e) for e in folder.printed.chosen(only, progress))


def shown_ledger(
    folder: Folder,
    show: Callable[[Entry], Found],
    only: Sequence[str] = (),
    progress: Callable[[str], None] | None = None,
    jobs: int = 1,
) -> list[Found]:
    """`show` of every entry of `run_ledger`, plain data, by `jobs` processes: the same for any number of them."""
    return _each(folder, lambda e: show(check_equation(folder, e)), only, progress, jobs)


def _each(
    folder: Folder, work: Callable[[PrintedEquation], Found], only: Sequence[str],
    progress: Callable[[str], None] | None, jobs: int,
) -> list[Found]:  # fmt: skip
    chosen = list(folder.printed.chosen(only))
    return in_order(work, chosen, jobs, lambda e: progress and progress(e.id))


def check_equation(folder: Folder, equation: PrintedEquation) -> Entry:
    """The ledger entry of one printed equation."""
    start = time.perf_counter()
    result = folder.model.derive(equation.id)
    derivation = Derivation(f"Equation ({equation.id})", tuple(result.steps))
    env = environment(folder, result)
    verdicts = [_judge(folder, equation, s, result.values, env) for s in equation.statements]
    checks = derivation.check()
    passed = all(c.ok for c in checks)
    verdict = max((v.verdict for v in verdicts), key=lambda v: v.severity) if passed else Verdict.UNCHECKED
    evidence = {
        "statements": [_statement_evidence(v) for v in verdicts],
        "derivation_steps": len(derivation.steps),
        "derivation_checks": [{"ok": c.ok, "method": c.method, "residual": c.residual} for c in checks],
        **({} if passed else {"failed": "a step of the derivation did not pass its own check"}),
        **result.evidence,
        **{key: text for key in ("reading", "conditions") if (text := getattr(equation, key))},
    }
    return Entry(equation, verdict, tuple(verdicts), derivation, evidence, time.perf_counter() - start)


def _judge(
    folder: Folder, equation: PrintedEquation, s: Statement, values: Mapping[str, Any], env: Environment
) -> StatementVerdict:
    """The verdict of a statement; whatever goes wrong with it is said in place of one, and stays with it."""
    if s.key not in values:
        return StatementVerdict(
            s, Verdict.UNCHECKED, f"derived.py gives no value for {s.key!r}; it gives {listing(values)}."
        )
    derived = values[s.key]
    try:
        with at_most(SECONDS):
            return judge(s, derived, equation, env, folder.model, folder.printed.swaps)
    except TimeReached:
        why = f"given up after {SECONDS:g} seconds; write the formula shorter"
    except CascadeError as err:
        why = " ".join(str(err).split())
    except Exception as err:  # a statement that the checker can't stand is no reason to lose the others
        why = f"the checker failed on it: {type(err).__name__}: {' '.join(str(err).split())}"
    return StatementVerdict(s, Verdict.UNCHECKED, why, derived)


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
    if v.statement.where:
        out["where"] = v.statement.where
    if v.found is not None:
        out |= {"assumptions": list(v.found.assumptions), "witness": v.found.witness, "proof": v.proof}
    if v.verdict is Verdict.EXACT and v.compared is not None and v.proof in ("algebraic", "operator"):
        out |= _certified(v.compared, out["assumptions"])
    if v.verdict is Verdict.EXACT and (shorter := _simpler(v)):
        out["simpler"] = shorter
    if v.repair:
        out["repair"] = v.repair.description
        if v.repair.alternatives:
            out["equally_small_repairs"] = list(v.repair.alternatives)
    return out


def _certified(compared: Comparison, assumptions: Sequence[str]) -> dict[str, Any]:
    """The certificates of a statement, and all that they assume."""
    found = compared.certificates()
    used = {a for c in found if c for a in c["assumptions"]}
    return {
        "assumptions": sorted({*assumptions, *used}),
        "complex": sorted({n for c in found if c for n in c["complex"]}),
        "certificates": [c and {k: c[k] for k in ("left", "right", "proof")} for c in found],
    }


SIGNS = ("=", *ORDER)


@dataclass(frozen=True)
class Audit(Shown):
    """What the audit of one statement found: edits made, caught, proved identities, survivors (none may be)."""

    id: str
    statement: str
    edits: int
    caught: int
    identities: tuple[str, ...]
    survivors: tuple[str, ...]
    unreadable: int


def run_audit(
    folder: Folder, only: Sequence[str] = (), progress: Callable[[str], None] | None = None, jobs: int = 1
) -> tuple[Audit, ...]:
    """Make every small edit to every printed formula (or those in `only`) and check it again, by `jobs` processes."""
    found = _each(folder, lambda e: [_audit(folder, e, s) for s in e.statements], only, progress, jobs)
    return tuple(a for audits in found for a in audits)


def _audit(folder: Folder, e: PrintedEquation, s: Statement) -> Audit:
    result = folder.model.derive(e.id)
    env, derived = environment(folder, result), result.values.get(s.key)
    try:
        printed = value_of(s.relation.rhs, env)
        stated = judge(s, derived, e, env, folder.model, repair=False).notes if s.domain else {}
    except CascadeError:  # it is unchecked, and so is whatever is made of it
        return Audit(e.id, s.text, 0, 0, (), (), 0)
    count = caught = unreadable = 0
    identities, survivors = [], []

    def passes(changed: Statement) -> bool:
        try:
            found = judge(changed, derived, e, env, folder.model, repair=False)
        except Exception:  # what has no verdict is unchecked
            return False
        return found.verdict.passes or (found.verdict is Verdict.APPROXIMATE and found.notes == stated)

    for edit in edits(s.relation.rhs, vocabulary(env, folder.printed.swaps)):
        count += 1
        try:
            changed = value_of(edit.node, env)
        except (CascadeError, RecursionError):
            unreadable += 1
            continue
        if not passes(replace(s, relation=replace(s.relation, rhs=edit.node))):
            caught += 1
        elif compare(changed, printed, folder.model, s.is_hamiltonian).equal:
            identities.append(edit.where)
        else:
            survivors.append(edit.where)
    for sign in SIGNS:
        said = f"{s.relation.op} replaced by {sign}"
        # an equality that is derived makes an approximate one true as well
        if sign == s.relation.op or (
            sign == "=" and not isinstance(derived, Bound | Leading | PowerLaw | Stability) and not s.domain
        ):
            continue
        count += 1
        if passes(replace(s, relation=replace(s.relation, op=sign))):
            survivors.append(said)
        else:
            caught += 1
    return Audit(e.id, s.text, count, caught, tuple(identities), tuple(survivors), unreadable)
