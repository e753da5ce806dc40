"""Records: a ledger's entries as frozen values, which are stored as JSON under a schema version and read back.

A record holds no formula as an object: texts, LaTeX, numbers as text, and tables of these. Its JSON has the names of
its fields as keys; what a folder adds to its evidence, and what a verdict says beside its method, stand beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from types import NoneType
from typing import Any, ClassVar, Self, get_args, get_origin, get_type_hints

from cascade_sym.errors import LedgerError
from cascade_sym.verdicts import Verdict

SCHEMA = 1  # of the JSON; a key that is renamed, removed or means something else makes it one higher
Table = Mapping[str, Any]
REST = {"rest": True}  # marks the field of what stands in a record's table beside its other fields


@dataclass(frozen=True)
class Stored:
    """A frozen record: its JSON is a table with the names of its fields as keys."""

    called: ClassVar[str]  # how a message names it, with where it stands

    def to_json(self) -> dict[str, Any]:
        """The record as plain data for JSON."""
        out: dict[str, Any] = {}
        for f in fields(self):
            value = getattr(self, f.name)
            out |= value if f.metadata else {f.name: _plain(value)}
        return out

    @classmethod
    def from_json(cls, data: Any, where: str = "the ledger") -> Self:
        """The record of its table; LedgerError where it is none."""
        where = cls.called.format(where)
        if not isinstance(data, Mapping):
            raise LedgerError(f"{where} should be a table; it is {_kind(data)}.")
        left, kinds, found = dict(data), get_type_hints(cls), {}
        for f in fields(cls):
            if not f.metadata:
                found[f.name] = _read(kinds[f.name], left.pop(f.name, None), f, where)
        return cls(**found, **{f.name: left for f in fields(cls) if f.metadata})


def _plain(value: Any) -> Any:
    if isinstance(value, Stored):
        return value.to_json()
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return str(value) if isinstance(value, Verdict) else value


# of the plain types a field may have: what messages call it, and the types of values that are of it
PLAIN: dict[Any, tuple[str, tuple[type, ...]]] = {
    str: ("text", (str, Verdict)), bool: ("true or false", (bool,)), int: ("a whole number", (int,)),
    float: ("a number", (int, float)),
}  # fmt: skip


def _fits(kind: Any, value: Any) -> bool:
    return type(value) in PLAIN[kind][1] if kind in PLAIN else value is None or isinstance(value, Mapping)


def _read(kind: Any, value: Any, f: Field[Any], where: str) -> Any:
    """The value of a field; text, lists and tables that are missing are as by default, all else has to be there."""
    kind = next(k for k in get_args(kind) if k is not NoneType) if NoneType in get_args(kind) else kind
    many = get_origin(kind) is tuple
    if value is None and f.default is not MISSING and (many or kind not in (bool, int, float)):
        return f.default
    inner = get_args(kind)[0] if many else kind
    if many and not isinstance(value, list):
        raise _wrong(f.name, "a list", value, where)
    values = value if many else [value]
    if isinstance(inner, type) and issubclass(inner, Stored):
        found: list[Any] = [inner.from_json(v, where) for v in values]
    elif inner is Verdict:
        found = [_verdict(v, f.name, where) for v in values]
    elif all(_fits(inner, v) for v in values):
        found = values
    else:
        what, _ = PLAIN.get(inner, ("a table", ()))
        raise _wrong(f.name, f"a list of {what.removeprefix('a ')}s" if many else what, value, where)
    return tuple(found) if many else found[0]


def _verdict(value: Any, key: str, where: str) -> Verdict:
    if not isinstance(value, str):
        raise _wrong(key, "text", value, where)
    if value not in set(Verdict):
        raise LedgerError(f"{where}: the verdict is {value!r}; give one of {', '.join(Verdict)}.")
    return Verdict(value)


def _wrong(key: str, expected: str, found: Any, where: str) -> LedgerError:
    return LedgerError(f"{where}: {key!r} should be {expected}; it is {_kind(found)}.")


def _kind(value: Any) -> str:
    names = {dict: "a table", list: "a list", str: "text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else type(value).__name__)


@dataclass(frozen=True)
class StatementRecord(Stored):
    """How one printed statement was judged.

    `assumptions` are None where nothing was compared; `complex` and `certificates` are None where nothing was
    certified; `where` says for which case it is stated; `notes` are the words and numbers that its verdict needs beside
    its method.
    """

    called = "{}, a statement"

    statement: str
    verdict: Verdict
    method: str
    notes: Table = field(default_factory=dict, metadata=REST)
    assumptions: tuple[str, ...] | None = None
    witness: Table | None = None
    proof: str | None = None
    complex: tuple[str, ...] | None = None
    certificates: tuple[Table | None, ...] | None = None
    where: str = ""
    simpler: str | None = None
    repair: str | None = None
    equally_small_repairs: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Its table; what was not compared, certified or repaired has no keys for it."""
        out = super().to_json()
        gone = {k for k in ("where", "simpler", "repair", "equally_small_repairs") if not out[k]}
        gone |= {"assumptions", "witness", "proof"} if self.assumptions is None else set()
        gone |= {"complex", "certificates"} if self.certificates is None else set()
        return {k: v for k, v in out.items() if k not in gone}


@dataclass(frozen=True)
class CheckRecord(Stored):
    """What the check of a derivation's step found."""

    called = "{}, a check"

    ok: bool
    method: str
    residual: str = ""


@dataclass(frozen=True)
class StepRecord(Stored):
    """One step of a derivation: what was done, its equations (None: it has none), how it was checked (None: input)."""

    called = "a step of {}"

    title: str
    latex: str | None = None
    checked: str | None = None


@dataclass(frozen=True)
class Evidence(Stored):
    """What an entry's verdict rests on; `more` is what the paper's folder adds, of any form."""

    called = "the evidence of {}"

    statements: tuple[StatementRecord, ...] = ()
    derivation_steps: int = 0
    derivation_checks: tuple[CheckRecord, ...] = ()
    more: Table = field(default_factory=dict, metadata=REST)
    failed: str | None = None
    reading: str | None = None
    conditions: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Its table, in which `more` stands among the rest."""
        said = ("failed", "reading", "conditions")
        return {k: v for k, v in super().to_json().items() if v or k not in said}


@dataclass(frozen=True)
class Record(Stored):
    """An entry of a ledger: its verdict with all that this rests on, and its forms as LaTeX.

    `difference_latex` is None where the forms are identical, `correction_latex` where nothing was repaired, all four
    where the entry was not typeset; `steps` is None where its derivation was not. Stored records are read back as they
    were; LedgerError says what is wrong with one that is not.

    >>> r = Record("7", "Gain", Verdict.EXACT, "normal form")
    >>> Record.from_json(r.to_json()) == r, r.to_json()["schema"]
    (True, 1)
    """

    called = "{}"

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
        """The record as plain data for JSON, with the version of the schema; steps that were not made have no key."""
        out = {"schema": SCHEMA, **super().to_json()}
        return out if self.steps is not None else {k: v for k, v in out.items() if k != "steps"}

    @classmethod
    def from_json(cls, data: Any, where: str = "an entry of the ledger") -> Self:
        """The record of its JSON; LedgerError for another schema version, and for what is no record."""
        if isinstance(data, Mapping):
            _same_schema(data.get("schema"), where)
            where = f"equation {data.get('id')!r} of the ledger"
        return super().from_json(data, where)


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
