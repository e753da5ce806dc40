"""Records: a ledger's entries as frozen values, which are stored as JSON under a schema version and read back.

A record holds no formula as an object: texts, LaTeX, numbers as text, and tables of these. Its JSON has the names of
its fields as keys; what a folder adds to its evidence, and what a verdict says beside its method, stand beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from cascade_sym.errors import LedgerError
from cascade_sym.verdicts import Verdict

SCHEMA = 1  # of the JSON; a key that is renamed, removed or means something else makes it one higher
Table = Mapping[str, Any]


@dataclass(frozen=True)
class StatementRecord:
    """How one printed statement was judged.

    `assumptions` are None where nothing was compared; `complex` and `certificates` are None where nothing was
    certified; `where` says for which case it is stated; `notes` are the words and numbers that its verdict needs beside
    its method.
    """

    statement: str
    verdict: Verdict
    method: str
    notes: Table = field(default_factory=dict)
    assumptions: tuple[str, ...] | None = None
    witness: Table | None = None
    proof: str | None = None
    complex: tuple[str, ...] | None = None
    certificates: tuple[Table | None, ...] | None = None
    simpler: str | None = None
    repair: str | None = None
    equally_small_repairs: tuple[str, ...] = ()
    where: str = ""

    def to_json(self) -> dict[str, Any]:
        """Its table; what was not compared, certified or repaired has no keys for it."""
        out: dict[str, Any] = {"statement": self.statement, "verdict": str(self.verdict), "method": self.method}
        out |= self.notes
        if self.assumptions is not None:
            out |= {"assumptions": list(self.assumptions), "witness": self.witness, "proof": self.proof}
        if self.certificates is not None:
            out |= {"complex": list(self.complex or ()), "certificates": list(self.certificates)}
        rest = {
            "where": self.where, "simpler": self.simpler, "repair": self.repair,
            "equally_small_repairs": self.equally_small_repairs,
        }  # fmt: skip
        return out | {k: list(v) if isinstance(v, tuple) else v for k, v in rest.items() if v}

    @classmethod
    def from_json(cls, data: Any, where: str = "a statement") -> StatementRecord:
        """The record of its table; LedgerError where it is none."""
        r = _Reader(data, where)
        return cls(
            statement=r.text("statement"), verdict=r.verdict("verdict"), method=r.text("method"),
            assumptions=r.texts("assumptions"), witness=r.table("witness"), proof=r.text_or_none("proof"),
            complex=r.texts("complex"), certificates=r.tables("certificates"), simpler=r.text_or_none("simpler"),
            repair=r.text_or_none("repair"), equally_small_repairs=r.texts("equally_small_repairs") or (),
            where=r.text_or_none("where") or "",
            notes=r.rest(),
        )  # fmt: skip


@dataclass(frozen=True)
class CheckRecord:
    """What the check of a derivation's step found."""

    ok: bool
    method: str
    residual: str = ""

    def to_json(self) -> dict[str, Any]:
        """Its table."""
        return {"ok": self.ok, "method": self.method, "residual": self.residual}

    @classmethod
    def from_json(cls, data: Any, where: str = "a check") -> CheckRecord:
        """The record of its table; LedgerError where it is none."""
        r = _Reader(data, where)
        return cls(r.flag("ok"), r.text("method"), r.text_or_none("residual") or "")


@dataclass(frozen=True)
class StepRecord:
    """One step of a derivation: what was done, its equations (None: it has none), how it was checked (None: input)."""

    title: str
    latex: str | None = None
    checked: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Its table."""
        return {"title": self.title, "latex": self.latex, "checked": self.checked}

    @classmethod
    def from_json(cls, data: Any, where: str = "a step") -> StepRecord:
        """The record of its table; LedgerError where it is none."""
        r = _Reader(data, where)
        return cls(r.text("title"), r.text_or_none("latex"), r.text_or_none("checked"))


@dataclass(frozen=True)
class Evidence:
    """What an entry's verdict rests on; `more` is what the paper's folder adds, of any form."""

    statements: tuple[StatementRecord, ...] = ()
    derivation_steps: int = 0
    derivation_checks: tuple[CheckRecord, ...] = ()
    failed: str | None = None
    reading: str | None = None
    conditions: str | None = None
    more: Table = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Its table, in which `more` stands among the rest."""
        said = {"failed": self.failed, "reading": self.reading, "conditions": self.conditions}
        return {
            "statements": [s.to_json() for s in self.statements],
            "derivation_steps": self.derivation_steps,
            "derivation_checks": [c.to_json() for c in self.derivation_checks],
            **self.more,
            **{k: v for k, v in said.items() if v},
        }

    @classmethod
    def from_json(cls, data: Any, where: str = "the evidence") -> Evidence:
        """The evidence of its table; LedgerError where it is none."""
        r = _Reader(data, where)
        return cls(
            statements=tuple(StatementRecord.from_json(s, f"{where}, a statement") for s in r.list("statements") or ()),
            derivation_steps=r.integer("derivation_steps"),
            derivation_checks=tuple(
                CheckRecord.from_json(c, f"{where}, a check") for c in r.list("derivation_checks") or ()
            ),
            failed=r.text_or_none("failed"), reading=r.text_or_none("reading"),
            conditions=r.text_or_none("conditions"), more=r.rest(),
        )  # fmt: skip


@dataclass(frozen=True)
class Record:
    """An entry of a ledger: its verdict with all that this rests on, and its forms as LaTeX.

    `difference_latex` is None where the forms are identical, `correction_latex` where nothing was repaired, all four
    where the entry was not typeset; `steps` is None where its derivation was not. Stored records are read back as they
    were; LedgerError says what is wrong with one that is not.

    >>> r = Record("7", "Gain", Verdict.EXACT, "normal form")
    >>> Record.from_json(r.to_json()) == r, r.to_json()["schema"]
    (True, 1)
    """

    id: str
    title: str
    verdict: Verdict
    method: str
    evidence: Evidence = field(default_factory=Evidence)
    seconds: float = 0.0
    expected: str | None = None
    as_expected: bool = True
    deviation: str | None = None
    correction: str | None = None
    assumptions: tuple[str, ...] = ()
    witness: Table | None = None
    proof: str | None = None
    printed_latex: str | None = None
    derived_latex: str | None = None
    difference_latex: str | None = None
    correction_latex: str | None = None
    steps: tuple[StepRecord, ...] | None = None

    def form(self, kind: str) -> str | None:
        """The LaTeX of a form: "printed", "derived", "difference" or "correction"."""
        found: str | None = getattr(self, f"{kind}_latex")
        return found

    def to_json(self) -> dict[str, Any]:
        """The record as plain data for JSON."""
        out = {
            "schema": SCHEMA, "id": self.id, "title": self.title, "verdict": str(self.verdict),
            "method": self.method, "evidence": self.evidence.to_json(), "seconds": self.seconds,
            "expected": self.expected, "as_expected": self.as_expected, "deviation": self.deviation,
            "correction": self.correction, "assumptions": list(self.assumptions), "witness": self.witness,
            "proof": self.proof, "printed_latex": self.printed_latex, "derived_latex": self.derived_latex,
            "difference_latex": self.difference_latex, "correction_latex": self.correction_latex,
        }  # fmt: skip
        return out if self.steps is None else out | {"steps": [s.to_json() for s in self.steps]}

    @classmethod
    def from_json(cls, data: Any) -> Record:
        """The record of its JSON; LedgerError for another schema version, and for what is no record."""
        r = _Reader(data, "an entry of the ledger")
        _same_schema(r.take("schema"), r.where)
        r = replace(r, where=f"equation {r.left.get('id')!r} of the ledger")
        steps = r.list("steps")
        return cls(
            id=r.text("id"), title=r.text("title"), verdict=r.verdict("verdict"), method=r.text("method"),
            evidence=Evidence.from_json(r.take("evidence"), f"the evidence of {r.where}"),
            seconds=r.number("seconds"), expected=r.text_or_none("expected"), as_expected=r.flag("as_expected"),
            deviation=r.text_or_none("deviation"), correction=r.text_or_none("correction"),
            assumptions=r.texts("assumptions") or (), witness=r.table("witness"), proof=r.text_or_none("proof"),
            printed_latex=r.text_or_none("printed_latex"), derived_latex=r.text_or_none("derived_latex"),
            difference_latex=r.text_or_none("difference_latex"),
            correction_latex=r.text_or_none("correction_latex"),
            steps=None if steps is None else tuple(StepRecord.from_json(s, f"a step of {r.where}") for s in steps),
        )  # fmt: skip


def records_from(data: Any) -> tuple[Record, ...]:
    """The records of a ledger's JSON, a list of tables; LedgerError where it is none.

    >>> records_from([])
    ()
    """
    if not isinstance(data, list):
        raise LedgerError(f"a ledger is a list of entries, not {_kind(data)}; make it with `cascade-sym paper`.")
    return tuple(map(Record.from_json, data))


def _same_schema(found: Any, where: str) -> None:
    if found == SCHEMA and type(found) is int:
        return
    if found is None:
        what = "has no schema version, as before version 1; make the ledger anew with `cascade-sym paper`."
    elif type(found) is int and found > SCHEMA:
        what = f"has schema version {found}, newer than {SCHEMA}, which this cascade_sym reads; update cascade_sym."
    else:
        what = f"has schema version {found!r}; {SCHEMA} is expected: make the ledger anew with `cascade-sym paper`."
    raise LedgerError(f"{where} {what}")


def _kind(value: Any) -> str:
    names = {dict: "a table", list: "a list", str: "text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else type(value).__name__)


@dataclass(frozen=True)
class _Reader:
    """The values of a table by their keys, each of the type that is asked for; what was not asked for is left."""

    data: Any
    where: str
    left: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.data, Mapping):
            raise LedgerError(f"{self.where} should be a table; it is {_kind(self.data)}.")
        if not self.left:
            self.left.update(self.data)

    def take(self, key: str) -> Any:
        return self.left.pop(key, None)

    def rest(self) -> dict[str, Any]:
        return dict(self.left)

    def _wrong(self, key: str, expected: str, found: Any) -> NoReturn:
        raise LedgerError(f"{self.where}: {key!r} should be {expected}; it is {_kind(found)}.")

    def text(self, key: str) -> str:
        value = self.take(key)
        return value if isinstance(value, str) else self._wrong(key, "text", value)

    def text_or_none(self, key: str) -> str | None:
        return self.text(key) if self.left.get(key) is not None else self.take(key)

    def flag(self, key: str) -> bool:
        value = self.take(key)
        return value if isinstance(value, bool) else self._wrong(key, "true or false", value)

    def number(self, key: str) -> float:
        value = self.take(key)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return value if is_number else self._wrong(key, "a number", value)

    def integer(self, key: str) -> int:
        value = self.take(key)
        return value if type(value) is int else self._wrong(key, "a whole number", value)

    def verdict(self, key: str) -> Verdict:
        value = self.text(key)
        if value not in set(Verdict):
            known = ", ".join(Verdict)
            raise LedgerError(f"{self.where}: the verdict is {value!r}; give one of {known}.")
        return Verdict(value)

    def table(self, key: str) -> Table | None:
        value = self.take(key)
        return value if value is None or isinstance(value, Mapping) else self._wrong(key, "a table", value)

    def list(self, key: str) -> Sequence[Any] | None:
        value = self.take(key)
        return value if value is None or isinstance(value, list) else self._wrong(key, "a list", value)

    def texts(self, key: str) -> tuple[str, ...] | None:
        value = self.list(key)
        if value is not None and not all(isinstance(v, str) for v in value):
            self._wrong(key, "a list of texts", value)
        return None if value is None else tuple(value)

    def tables(self, key: str) -> tuple[Table | None, ...] | None:
        value = self.list(key)
        if value is not None and not all(v is None or isinstance(v, Mapping) for v in value):
            self._wrong(key, "a list of tables", value)
        return None if value is None else tuple(value)
