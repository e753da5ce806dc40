"""Results as tables on the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from cascade_sym.manuscript import Checked
    from cascade_sym.paper.audit import Audit
    from cascade_sym.paper.ledger import Entry

COLOURS = {
    "definition": "cyan", "exact": "green", "asymptotic": "green", "approximate": "yellow", "misprint": "red",
    "differs": "red", "unchecked": "magenta",
}  # fmt: skip


def ledger_table(entries: Sequence[Entry]) -> None:
    """The verdicts of a ledger."""
    _verdicts(
        {"id": e.printed.id, "title": e.printed.title, "verdict": e.verdict, "statements": len(e.statements),
         "seconds": e.seconds, "as_expected": e.as_expected, "note": e.correction or e.deviation}
        for e in entries
    )  # fmt: skip


def records_table(records: Sequence[Mapping[str, Any]]) -> None:
    """The verdicts of a ledger that was read from its cache."""
    _verdicts(
        {**r, "statements": len(r["evidence"]["statements"]), "note": r["correction"] or r["deviation"]}
        for r in records
    )


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, header_style="bold")


def _verdicts(rows: Iterable[Mapping[str, Any]]) -> None:
    count: Counter[str] = Counter()
    table = _table("id", "equation", "verdict", "statements", "seconds")
    for r in rows:
        count[r["verdict"]] += 1
        word = f"[{COLOURS[r['verdict']]}]{r['verdict']}[/]" + ("" if r["as_expected"] else " [red](not expected)[/]")
        title = r["title"] + (f"\n[dim]{r['note']}[/]" if r["note"] else "")
        table.add_row(r["id"], title, word, str(r["statements"]), f"{r['seconds']:.2f}")
    console = Console()
    console.print(table)
    console.print(", ".join(f"{n} {v}" for v, n in count.items()), highlight=False)


def contents_table(data: Mapping[str, Any]) -> None:
    """The equations and quantities of a folder."""
    console = Console()
    console.print(data["paper"], style="bold", highlight=False)
    table = _table("id", "equation", "kind")
    for e in data["equations"]:
        table.add_row(e["id"], e["title"], e["kind"])
    console.print(table)
    table = _table("quantity", "meaning", "parameters")
    for q in data["quantities"]:
        given = [p + (f"={q['defaults'][p]}" if p in q["defaults"] else "") for p in q["parameters"]]
        table.add_row(q["name"], q["title"], " ".join(given))
    console.print(table)
    if data["figures"]:
        table = _table("figure", "title")
        for f in data["figures"]:
            table.add_row(f["name"], f["title"])
        console.print(table)


def check_text(checked: Sequence[Checked]) -> str:
    """The verdicts of a manuscript's formulas, a paragraph each, as plain text."""
    lines = [_checked(c) for c in checked]
    lines.append(", ".join(f"{n} {v}" for v, n in Counter(c.verdict for c in checked).items()))
    if all(c.verdict == "unknown" for c in checked):
        lines.append("nothing was checked: the folder knows none of the left sides.")
    return "\n".join(lines)


def _checked(c: Checked) -> str:
    label = f" [{c.label}]" if c.label else ""
    against = f", as ({c.equation})" if c.equation and c.verdict != "unchecked" else ""
    out = f"{c.file}:{c.line}:{label} {c.left}  {c.verdict}{against}"
    if c.repair:
        out += f"\n    repair: {c.repair}"
        out += "".join(f"\n    or, as small: {r}" for r in c.equally_small_repairs)
    elif c.verdict in ("unchecked", "differs"):
        out += f"\n    {c.reason}"
    if c.derived_latex:
        shown = c.derived_latex.replace("\n", " ")
        out += f"\n    derived: {shown}"
    return out


def audit_table(found: Sequence[Audit]) -> None:
    """What the audit made and what was caught."""
    table = _table("id", "statement", "edits", "caught", "identities", "survivors")
    for a in found:
        text = a.statement if len(a.statement) < 60 else a.statement[:57] + "..."
        survivors = f"[red]{len(a.survivors)}[/]" if a.survivors else "0"
        table.add_row(a.id, text, str(a.edits), str(a.caught + a.unreadable), str(len(a.identities)), survivors)
    console = Console()
    console.print(table)
    for a in found:
        for s in a.survivors:
            console.print(f"[red]survivor[/] ({a.id}) {a.statement}: {s}", highlight=False)
    edits, left = sum(a.edits for a in found), sum(len(a.survivors) for a in found)
    same = sum(len(a.identities) for a in found)
    console.print(f"{edits} edits, {same} proved identities, {left} survivors", highlight=False)


def scaling_table(found: Any) -> None:
    """An asymptotic optimum: power law, prefactor, optimum, and the certificate."""
    console = Console(highlight=False)
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
        table = _table("optimum", "tends to", "departure", "coefficient")
        for p, t in data["optimum"].items():
            power = "" if t["exponent"] is None else f"{found.large}^({t['exponent']})"
            fixed = found.optimum[p].fixed
            table.add_row(p, t["limit"] + (f" ({fixed})" if fixed else ""), power, t["coefficient"] or "")
        console.print(table)
    c = found.certificate
    at = ", ".join(f"{k} = {v}" for k, v in c.sample.items())
    console.print(
        f"certificate{f' at {at}' if at else ''}: optimum followed to {found.large} = {c.points[-1][0]}, "
        f"prefactor {c.prefactor_limit}, relative distance {c.error}", markup=False,
    )  # fmt: skip
    table = _table("accuracy", "leading form from", "two terms from")
    for accuracy, row in c.window.items():
        table.add_row(accuracy, *(str(v) if v is not None else "-" for v in row.values()))
    console.print(table)


def _value_text(value: Any) -> str:
    """An algebraic value as text: the closed form, else the polynomial that it is a root of."""
    if value is None:
        return "not in closed form"
    if value.closed is not None:
        return str(value.closed)
    near = f"{value.variable} = {value.sample.str(12, radius=False)}"
    at = ", ".join(f"{s} = {value.origin[s]}" for s in value.parameters)
    if value.polynomial is None:
        return f"root of the stationarity conditions, {near}" + (f" at {at}" if at else "")
    found = "" if value.proved else " (found from a thousand digits, not proved)"
    return f"root of {value.polynomial} = 0{found}, {near}" + (f" at {at}" if at else "")
