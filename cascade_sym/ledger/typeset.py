"""A ledger typeset: printed and derived forms, differences, corrections, derivations; as a document and as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import FormulaError
from cascade_sym.folder.derived_values import Bound, Leading, PowerLaw, leading_form
from cascade_sym.folder.environment import written_out
from cascade_sym.folder.load import Folder
from cascade_sym.formula import Node, Relation, to_latex
from cascade_sym.latex.displayed import body
from cascade_sym.latex.document import Entry as DocumentEntry
from cascade_sym.latex.document import document, steps_of
from cascade_sym.latex.lines import aligned, row
from cascade_sym.latex.notation import Notation
from cascade_sym.latex.rows import definition_rows
from cascade_sym.latex.text import text_latex
from cascade_sym.ledger.comparison import shown_difference
from cascade_sym.ledger.entries import Entry
from cascade_sym.ledger.records import Record, StepRecord
from cascade_sym.ledger.verdict import StatementVerdict
from cascade_sym.operators import OperatorPolynomial
from cascade_sym.operators.integral import shown
from cascade_sym.solve import Stability
from cascade_sym.steps import Derivation

_SIGNS = {"<": "<", ">": ">", "<=": "\\leq", ">=": "\\geq"}
SHORT = 60  # operations of a derived form in which names of its own are written out


def notation_of(folder: Folder) -> Notation:
    """The notation in which a folder's derived results are typeset."""
    table = {**folder.printed.notation, **folder.printed.derived_notation}
    return Notation(table, table, tuple(folder.model.abbreviations))


def printed_latex(folder: Folder, entry: Entry) -> str:
    """The printed formulas of an equation, as written."""
    found = ((_written(folder, v.statement.relation), v.statement.where) for v in entry.statements)
    return _lines([f"{text}\\quad({where})" if where else text for text, where in found])


def correction_latex(folder: Folder, entry: Entry) -> str | None:
    """The repaired formulas, with the change marked; None where nothing was repaired."""
    fixed = [replace(v.statement.relation, rhs=v.repair.marked) for v in entry.statements if v.repair]
    return _lines([_written(folder, r) for r in fixed]) if fixed else None


def derived_latex(folder: Folder, entry: Entry) -> str:
    """The derived right sides under the printed left sides, in the paper's notation."""
    lines = {}
    for v in entry.statements:
        if isinstance(v.derived, Stability):
            shown = replace(v.derived, conditions=tuple(map(folder.model.in_base, v.derived.conditions)))
            lines[v.statement.key] = ",\\quad ".join(body(e, notation_of(folder), line=1e9) for e in shown.inequalities)
            continue
        sign = _SIGNS[v.derived.relation] if isinstance(v.derived, Bound) else "="
        sign = "\\approx" if isinstance(v.derived, Leading | PowerLaw) else sign
        # an abbreviation is not written with itself
        own = tuple(a for a in folder.model.abbreviations if a[0].name != v.statement.key)
        notation = replace(notation_of(folder), abbreviations=own)
        lines[v.statement.key] = f"{_left(folder, v)} {sign} {_value(_known(v.derived, folder), notation)}"
        if isinstance(v.derived, PowerLaw) and (root := _root(v.derived, notation)):
            lines[f"{v.statement.key}, root"] = root
    return _lines(list(lines.values()))


def difference_latex(folder: Folder, entry: Entry) -> str | None:
    """derived - printed where they differ; None where nothing does."""
    notation = notation_of(folder)
    wrong = [(_left(folder, v), shown_difference(v.difference)) for v in entry.statements if v.difference is not None]
    lines = [f"{left}\\text{{: derived}} - \\text{{printed}} = {_value(change, notation)}" for left, change in wrong]
    return _lines(lines) if lines else None


def _left(folder: Folder, v: StatementVerdict) -> str:
    return _written(folder, v.statement.relation.lhs)


def _written(folder: Folder, formula: Node | Relation) -> str:
    """A printed formula typeset; one with a function whose arguments do not fit, as the text that it is."""
    try:
        return to_latex(formula, folder.printed.notation, folder.printed.functions)
    except FormulaError:
        return f"\\text{{{text_latex(str(formula))}}}"


def _value(value: Any, notation: Notation) -> str:
    value = leading_form(value)
    return body(_opened(value) if isinstance(value, Quantity) else value, notation, line=1e9)


def _root(derived: PowerLaw, notation: Notation) -> str:
    """The equation of a prefactor without closed form; empty where there is one."""
    exact = derived.law.prefactor
    if exact.closed is not None or exact.polynomial is None:
        return ""
    return f"0 = {body(exact.polynomial, notation, line=1e9)}"


def _known(value: Any, folder: Folder) -> Any:
    """A derived quantity; where it is hardly more than names that the paper does not have, these are written out."""
    if not isinstance(value, Quantity) or isinstance(value.expr.as_coeff_Mul()[1], Symbol):
        return value
    named = {*folder.model.names(), *folder.printed.notation, *(s.name for s, _ in folder.model.abbreviations)}
    own = Definitions(tuple((s, e) for s, e in value.definitions.items if s.name not in named))
    if not value.expr.free_symbols <= {s for s, _ in own.items}:
        return value
    short = own.inline(value.expr)
    return replace(value, expr=short) if short.count_ops() <= SHORT else value


def _opened(q: Quantity) -> Expr:
    """A quantity that is one of its own definitions (up to a number), written out by one level."""
    number, name = q.expr.as_coeff_Mul()
    return number * q.definitions[name] if isinstance(name, Symbol) and name in q.definitions else q.expr


def _lines(lines: Sequence[str]) -> str:
    return lines[0] if len(lines) == 1 else aligned([row(x) for x in lines])


def derivation_latex_of(folder: Folder, id: str) -> str:
    """The derivation of an equation as an aligned chain."""
    return body(Derivation(f"Equation ({id})", tuple(folder.model.derive(id).steps)), notation_of(folder))


def derivation_text(folder: Folder, id: str) -> tuple[str, bool]:
    """The derivation as text, each step with its check run again, and whether all hold."""
    result = folder.model.derive(id)
    lines, ok = [f"Equation ({id}): {folder.printed.equation(id).title}", ""], True
    for n, s in enumerate(result.steps, 1):
        lines.append(f"{n}. [{s.kind}] {s.title}" + (f" ({s.note})" if s.note else ""))
        for name, value in s.after.items():
            lines.append(f"     {name} = {_text(value)}")
        if s.check is not None:
            c = s.check()
            ok = ok and c.ok
            lines.append(f"     {'checked' if c.ok else 'FAILED'}: {c.method}{': ' + c.residual if c.residual else ''}")
    for key, value in result.values.items():
        lines += ["", f"=> {key} = {_text(value)}"]
    return "\n".join(lines), ok


def _text(value: Any) -> str:
    if isinstance(value, Stability):
        return ", ".join(map(str, value.inequalities))
    value = leading_form(value)
    value = shown(written_out(_opened(value) if isinstance(value, Quantity) else value))
    if not isinstance(value, OperatorPolynomial):
        return str(value)
    words = [" ".join([f"({c})", *(o.name + ("^+" if o.dag else "") for o in m)]) for m, c in value.terms.items()]
    return " + ".join(words) or "0"


def document_entry(folder: Folder, entry: Entry, steps: bool = True) -> DocumentEntry:
    """A ledger entry as the document's, its derivation with `steps` only."""
    return DocumentEntry(
        id=entry.printed.id, title=entry.printed.title, verdict=entry.verdict, method=entry.method,
        printed_latex=printed_latex(folder, entry), derived_latex=derived_latex(folder, entry),
        difference_latex=difference_latex(folder, entry), correction_latex=correction_latex(folder, entry),
        reading=entry.printed.reading, conditions=entry.printed.conditions,
        steps=steps_of(entry.derivation, notation_of(folder)) if steps else (),
    )  # fmt: skip


def document_of(folder: Folder, entries: Sequence[Entry], style: str = "article") -> str:
    """The whole ledger as a LaTeX document that compiles as it is."""
    return document_text(folder, [document_entry(folder, e) for e in entries], style)


def document_text(folder: Folder, entries: Sequence[DocumentEntry], style: str = "article") -> str:
    """Entries that were typeset already as a LaTeX document."""
    return document(entries, notation_of(folder), folder.printed.title, style=style)


def record(folder: Folder, entry: Entry, shown: DocumentEntry | None = None) -> Record:
    """A ledger entry as a record with its four forms; with `shown` (typeset for a document) with its steps too."""
    forms = shown or document_entry(folder, entry, steps=False)
    steps = tuple(StepRecord(s.title, aligned(s.rows) if s.rows else None, s.checked) for s in forms.steps)
    return replace(
        entry.record(), printed_latex=forms.printed_latex, derived_latex=forms.derived_latex,
        difference_latex=forms.difference_latex, correction_latex=forms.correction_latex,
        steps=steps if shown else None,
    )  # fmt: skip


def heading(folder: Folder) -> dict[str, Any]:
    """The paper's title and reference, and its abbreviations as LaTeX (null where it has none)."""
    rows = definition_rows(Definitions(tuple(folder.model.abbreviations)), notation_of(folder))
    printed = folder.printed
    return {
        "name": printed.name, "title": printed.title, "reference": printed.reference,
        "notation": {**printed.notation, **printed.derived_notation},
        "abbreviations_latex": aligned(rows) if rows else None,
    }  # fmt: skip
