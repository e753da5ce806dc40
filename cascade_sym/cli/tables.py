"""Results as tables on the terminal."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cascade_sym.verdicts import Verdict

if TYPE_CHECKING:
    from cascade_sym.ledger.entries import Audit
    from cascade_sym.ledger.records import Record
    from cascade_sym.manuscript import Checked, Contents, Report


def verdicts_table(records: Iterable[Record]) -> None:
    """The verdicts of a ledger, from its records."""
    count: Counter[str] = Counter()
    rows = []
    for r in records:
        count[r.verdict] += 1
        word = Text(r.verdict, r.verdict.terminal).append("" if r.as_expected else " (not expected)", "red")
        note = r.correction or r.deviation
        title = Text(r.title).append(f"\n{note}" if note else "", "dim")
        rows.append((r.id, title, word, str(len(r.evidence.statements)), f"{r.seconds:.2f}"))
    console = _console()
    console.print(_table(("id", "equation", "verdict", "statements", "seconds"), rows))
    console.print(", ".join(f"{n} {v}" for v, n in count.items()))


WIDEST = 100_000  # characters of a line where nobody looks at the edge of a screen


def _console() -> Console:
    """A terminal, or a file or pipe in which lines are as long as they need."""
    console = Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = WIDEST
    return console


def _table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> Table:
    table = Table(*columns, box=None, header_style="bold")
    for r in rows:
        table.add_row(*(Text(x) if isinstance(x, str) else x for x in r))
    return table


def contents_table(data: Mapping[str, Any]) -> None:
    """The equations, quantities and figures of a folder."""
    console = _console()
    console.print(data["paper"], style="bold", highlight=False, markup=False)
    console.print(_table(("id", "equation", "kind"), [(e["id"], e["title"], e["kind"]) for e in data["equations"]]))
    rows = []
    for q in data["quantities"]:
        given = [p + (f"={q['defaults'][p]}" if p in q["defaults"] else "") for p in q["parameters"]]
        rows.append((q["name"], q["title"], " ".join(given)))
    console.print(_table(("quantity", "meaning", "parameters"), rows))
    if data["figures"]:
        console.print(_table(("figure", "title"), [(f["name"], f["title"]) for f in data["figures"]]))


def check_text(found: Report) -> str:
    """The verdicts of a manuscript's formulas, a paragraph each, and what they cover, as plain text."""
    lines = [_checked(c) for c in found.checked]
    lines.append(", ".join(f"{n} {v}" for v, n in Counter(c.verdict for c in found.checked).items()))
    covered = found.coverage()
    met, missed = ([i for i, v in covered["equations"].items() if bool(v) is yes] for yes in (True, False))
    if not covered["judged"]:
        lines.append("nothing was checked: the folder knows none of the left sides that were understood.")
    lines.append(
        f"coverage: {covered['judged']} of {covered['formulas']} formulas judged, {covered['unknown']} understood but "
        f"not known here, {covered['not_understood']} not understood, {covered['undecided']} undecided"
    )
    missing = f"; not met: {', '.join(missed)}" if missed else ""
    lines.append(f"{len(met)} of {len(met) + len(missed)} equations of the folder met{missing}")
    if covered["unnumbered"]:
        lines.append(f"{covered['unnumbered']} displays without a number were not judged; --all judges them too")
    return "\n".join(lines)


def _checked(c: Checked) -> str:
    label = f" [{c.label}]" if c.label else ""
    against = f", as ({c.equation})" if c.equation and c.verdict != Verdict.UNCHECKED else ""
    out = f"{c.file}:{c.line}:{label} {c.left}  {c.verdict}{against}"
    if c.repair:
        out += f"\n    repair: {c.repair}"
        out += "".join(f"\n    or, as small: {r}" for r in c.equally_small_repairs)
    elif c.verdict in (Verdict.UNCHECKED, Verdict.DIFFERS, "unknown"):
        out += f"\n    {c.reason}"
    out += "".join(f"\n    part: {p.statement}  {p.verdict}" for p in c.parts)
    if c.derived_latex:
        shown = c.derived_latex.replace("\n", " ")
        out += f"\n    derived: {shown}"
    return out


def reading_text(found: Contents) -> str:
    """The formulas of a manuscript, a paragraph each: as written, as understood or why not."""
    return "\n".join(_reading(u.to_json()) for u in found.formulas)


def _reading(u: Mapping[str, Any]) -> str:
    label = f" [{u['label']}]" if u["label"] else ""
    out = f"{u['file']}:{u['line']}:{label} {u['status']}\n    {u['latex']}"
    out += "".join(f"\n    -> {s}" for s in u["reading"])
    for n, way in enumerate(u.get("readings", ()), 1):
        out += f"\n    {n}) {'; '.join(way)}"
    return out + (f"\n    {u['reason']}" if u["reason"] else "")


def audit_table(found: Sequence[Audit]) -> None:
    """What the audit made and what was caught."""
    rows, survivors = [], []
    for a in found:
        text = a.statement if len(a.statement) < 60 else a.statement[:57] + "..."
        left = Text(str(len(a.survivors)), "red" if a.survivors else "")
        rows.append((a.id, text, str(a.edits), str(a.caught + a.unreadable), str(len(a.identities)), left))
        survivors += [Text("survivor", "red").append(f" ({a.id}) {a.statement}: {s}", "") for s in a.survivors]
    console = _console()
    console.print(_table(("id", "statement", "edits", "caught", "identities", "survivors"), rows))
    for line in survivors:
        console.print(line)
    edits, same = sum(a.edits for a in found), sum(len(a.identities) for a in found)
    console.print(f"{edits} edits, {same} proved identities, {len(survivors)} survivors")


def scaling_table(found: Any) -> None:
    """An asymptotic optimum: power law, prefactor, optimum, and the certificate."""
    console = _console()
    data = found.to_json()
    factor = found.prefactor.variable
    shown = _value_text(found.prefactor) if found.is_symbolic else data["prefactor_value"]
    console.print(f"min {found.name} = {factor} {found.large}^({data['exponent']})", style="bold", markup=False)
    console.print(f"{factor} = {shown}", markup=False)
    if not found.is_symbolic:
        console.print(f"{factor}: {_value_text(found.prefactor)}", style="dim", markup=False)
    if data["next_exponent"] is not None:
        value = data["next_value"] or _value_text(found.next_value)
        console.print(f"next: {value} {found.large}^({data['next_exponent']})", markup=False)
    if found.optimum:
        rows = []
        for p, t in data["optimum"].items():
            power = "" if t["exponent"] is None else f"{found.large}^({t['exponent']})"
            fixed = found.optimum[p].fixed
            rows.append((p, t["limit"] + (f" ({fixed})" if fixed else ""), power, t["coefficient"] or ""))
        console.print(_table(("optimum", "tends to", "departure", "coefficient"), rows))
    c = found.certificate
    at = ", ".join(f"{k} = {v}" for k, v in c.sample.items())
    console.print(
        f"certificate{f' at {at}' if at else ''}: optimum followed to {found.large} = {c.points[-1][0]}, "
        f"prefactor {c.prefactor_limit}, relative distance {c.error}", markup=False,
    )  # fmt: skip
    rows = [(accuracy, *("-" if v is None else str(v) for v in row.values())) for accuracy, row in c.window.items()]
    console.print(_table(("accuracy", "leading form from", "two terms from"), rows))


def _value_text(value: Any) -> str:
    """An algebraic value as text: the closed form, else the polynomial that it is a root of."""
    if value is None:
        return "not in closed form"
    if value.closed is not None:
        return str(value.closed)
    found = "" if value.proved else " (found from a thousand digits, not proved)"
    root = f"{value.polynomial} = 0{found}" if value.polynomial is not None else "the stationarity conditions"
    return f"root of {root}, {value.about}"
