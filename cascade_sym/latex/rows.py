"""The equations by which quantities, systems, covariances, master and moment equations are shown, as rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sympy import Expr, I, Mul, Symbol, sqrt

from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.derive.master_equation import MasterEquation
from cascade_sym.derive.master_equation_moments import MomentEquations
from cascade_sym.errors import CascadeError
from cascade_sym.formula import names_in, parse, to_latex
from cascade_sym.formula.lettering import bracket, with_accent
from cascade_sym.latex.bodies import expression_body, neat, operator_body, operator_node
from cascade_sym.latex.cards import size as size_up_to
from cascade_sym.latex.fold import fold, size, used
from cascade_sym.latex.lines import WHERE, Row
from cascade_sym.latex.monomials import gathered
from cascade_sym.latex.notation import FALLBACK, Notation
from cascade_sym.latex.text import text_latex
from cascade_sym.latex.written import Writer
from cascade_sym.operators import LinearForm, Op, OperatorPolynomial
from cascade_sym.parts import Part
from cascade_sym.shown import renderer
from cascade_sym.solve import Covariance, Means
from cascade_sym.solve.conditional import Riccati
from cascade_sym.system import LinearSystem

MAX_MODES = 12  # whose equations are shown
MAX_ROWS = 80  # of definitions
ALIAS = 14  # nodes of a definition that is written out where it is used, once
FEW = 6  # modes and beams between parts of a system whose equations are written out at a prompt
CUT = 3  # times what a notation has room for, from which one expression is not shown at all


def equation(lhs: str, e: Expr, notation: Notation) -> Row:
    """lhs = e."""
    return Row(lhs, "=", Writer(notation).latex(e))


@renderer.register(Definitions)
def definition_rows(
    defs: Definitions, notation: Notation = FALLBACK, results: Sequence[tuple[str, Expr]] = ()
) -> list[Row]:
    """`results` (left side, expression over `defs`), then the definitions that they need and the
    abbreviations used.

    Without results, all definitions; of more than MAX_ROWS the first are shown. A definition that is no more
    than a product of abbreviations is written out where it is used (R_{M,S} = sqrt(1-epsilon) R), unless the
    notation declares its name.
    """
    restated = _restated(defs, notation)
    taken = {t for t, _ in restated.values()}
    free = tuple(p for p in notation.abbreviations if p[0] not in defs and p[0] not in taken)  # not defined already
    notation = replace(notation, abbreviations=free)
    short: dict[Symbol, Expr] = {}
    folded: list[tuple[Symbol, Expr]] = []
    own: set[Symbol] = set()
    most = within(defs, notation)
    results = [(lhs, cut(e, notation)) for lhs, e in results]
    for s, e in ((s, cut(e, notation)) for s, e in defs.items[:most]):
        own |= e.free_symbols
        f = fold(e.xreplace(short), notation.abbreviations)
        if s in restated:
            t, k = restated[s]
            short[s] = t / k
            folded.append((t, fold(k * f, notation.abbreviations)))
        elif s.name not in notation.symbols and _is_alias(s, f, e):
            short[s] = f
        else:
            folded.append((s, f))
    top = [(lhs, e, fold(e.xreplace(short), notation.abbreviations)) for lhs, e in results]
    own |= {s for _, e, _ in top for s in e.free_symbols}
    extra = [(s, a) for s, a in used([f for _, f in folded] + [f for _, _, f in top], notation.abbreviations)
             if s not in own]  # fmt: skip
    rows = []
    for lhs, _, f in top:
        named = next((p for p in folded if p[0] == f and notation.name(p[0].name) == lhs), None)
        if named:  # the result is one of the definitions: show that
            folded.remove(named)
        elif f in defs and notation.name(f.name) == lhs:  # ... one of those that are left out
            named = (f, fold(defs[f].xreplace(short), notation.abbreviations))
        rows.append(equation(lhs, gathered(named[1] if named else f), notation))
    below = [equation(notation.name(s.name), gathered(e), notation) for s, e in (*extra, *folded)]
    rest = [_ellipsis(len(defs) - most, "definitions")] if len(defs) > most else []
    return [*rows, *([WHERE] if rows and below else []), *below, *rest]


def within(items: Iterable[tuple[Any, Expr]], notation: Notation) -> int:
    """How many definitions are shown: MAX_ROWS, or the first ones that the notation has room for (at least one)."""
    room, count = notation.most, 0
    for _, e in items:
        if room is not None and (room := room - size_up_to(e, room + 1)) < 0:
            break
        count += 1
    return min(max(count, 1), MAX_ROWS)


def cut(e: Expr, notation: Notation) -> Expr:
    """An expression that the notation has no room for as three dots."""
    many = notation.most is not None and size_up_to(e, CUT * notation.most) >= CUT * notation.most
    return Symbol("...") if many else e


def _restated(defs: Definitions, notation: Notation) -> dict[Symbol, tuple[Symbol, Expr]]:
    """Definitions of which the notation abbreviates a multiple: s -> (t, k) where t = k s, k a number."""
    out = {}
    for t, e in notation.abbreviations:
        k, s = e.as_coeff_Mul()
        if s.is_Symbol and s in defs and k != 1 and t not in defs:
            out[s] = (t, k)
    return out


@renderer.register(Quantity)
def quantity_rows(q: Quantity, notation: Notation = FALLBACK) -> list[Row]:
    """A quantity, then its definitions."""
    first, *rest = definition_rows(q.definitions.needed(q.expr), notation, [(named(q.name, notation), q.expr)])
    return [Row("", "", first.rhs) if q.unnamed or first.lhs == first.rhs else first, *rest]


def named(name: str, notation: Notation) -> str:
    """LaTeX of the name of a quantity: declared ones, identifiers and plain formulas are typeset, others are text."""
    if name in notation.symbols or re.fullmatch(r"\w+'*", name) or "\\" in name:
        return notation.name(name)
    try:
        node = parse(name)
        return to_latex(node, {n: notation.name(n) for n in names_in(node)})
    except (CascadeError, RecursionError):
        return f"\\text{{{text_latex(name, notation.name)}}}"


@renderer.register(LinearSystem)
def system_rows(s: LinearSystem, notation: Notation = FALLBACK) -> list[Row]:
    """Langevin equations of the modes and input-output relations of the ports (of all outputs without ports).

    Of more than MAX_MODES modes the first are shown. Where the notation has no room for the equations of all modes
    written out, each part stands in terms of the light that reaches it, as far as there is room.
    """
    if notation.most is not None and len(s.internal) + len(s.modes) > FEW:
        return part_rows(s, notation, notation.most)
    ends = [f for p in s.out_ports for f in p.fields.values()] or list(s.outputs)
    left = [(with_accent(notation.operator(Op(m)), "\\dot"), m, s.equation(m)) for m in s.modes[:MAX_MODES]]
    left += [(notation.operator(Op(f)), f, s.output(f)) for f in ends]
    rows = []
    new: set[Symbol] = set()
    for lhs, name, form in left:
        first = (name, f"{name}.bath", *s.modes) if name in s.drift else s.modes
        shown = LinearForm({o: neat(c, notation) for o, c in form})
        new |= shown.symbols - form.symbols
        writer = Writer(notation)
        rows.append(Row(lhs, "=", writer.typeset(operator_node(shown, writer, first=first))))
    if len(s.modes) > MAX_MODES:
        rows.insert(MAX_MODES, _ellipsis(len(s.modes) - MAX_MODES, "modes"))
    rows += _state_rows(s, notation)
    below = [equation(notation.name(x.name), gathered(a), notation) for x, a in used([*new], notation.abbreviations)]
    return rows + ([WHERE, *below] if below else [])


def part_rows(s: LinearSystem, notation: Notation, room: int) -> list[Row]:
    """Each mode, and the light between the parts, in terms of the light that reaches it."""
    rows: list[Row] = []
    left = [*((with_accent(notation.operator(Op(m)), "\\dot"), f) for m, f in s.drift.items()),
            *((notation.operator(Op(n)), f) for n, f in (*s.internal.items(), *s.outputs.items()))]  # fmt: skip
    for lhs, form in left:
        room -= sum(size_up_to(c, room + 1) for _, c in form)
        if room < 0 and rows:
            return [*rows, _ellipsis(len(left) - len(rows), "equations")]
        rows.append(Row(lhs, "=", operator_body(form, notation, first=s.modes)))
    return rows


def _state_rows(s: LinearSystem, notation: Notation) -> list[Row]:
    """Correlations of the light that enters, its amplitudes, and classical drives."""

    def average(*ops: Op) -> str:
        return f"\\langle {' '.join(map(notation.operator, ops))}\\rangle"

    rows = [equation(average(x, y), c, notation) for (x, y), c in s.inputs.pairs.items()]
    for f in sorted(s.inputs.correlated, key=list(s.inputs).index):
        both = " ".join(map(notation.operator, (Op(f, True), Op(f))))
        rows.append(equation(f"\\langle {both}\\rangle + \\tfrac{{1}}{{2}}", s.inputs[f], notation))
    rows += [equation(average(Op(f)), c, notation) for f, c in s.inputs.means.items()]
    dots = {m: with_accent(notation.operator(Op(m)), "\\dot") for m in s.drives}
    return rows + [
        equation(f"\\langle {dots[m]}\\rangle_{{\\mathrm{{drive}}}}", c, notation) for m, c in s.drives.items()
    ]


@renderer.register(Means)
def means_rows(m: Means, notation: Notation = FALLBACK) -> list[Row]:
    """The mean of each mode, then the definitions."""
    root = 1 / sqrt(2)
    found = [(f"\\langle {notation.operator(Op(k))}\\rangle", (x + I * p) * root) for k, (x, p) in m.modes.items()]
    return definition_rows(m.definitions.needed(*(e for _, e in found)), notation, found)


renderer.register(Part, lambda part, notation: part.system())


@renderer.register(Covariance)
def covariance_rows(V: Covariance, notation: Notation = FALLBACK) -> list[Row]:
    """The definitions of a covariance matrix and how its elements are read off; elements not shown vanish."""
    rows = definition_rows(V.definitions, notation)
    if len(V.definitions) > within(V.definitions, notation):
        return rows
    for (i, j), e in V.elements.items():
        name = f"var_{i}" if i == j else f"cov_{i}_{j}"
        if e != Symbol(name) and str(e) != name:
            rows.append(equation(notation.name(name), neat(e, notation), notation))
    return rows


def _is_alias(s: Symbol, f: Expr, e: Expr) -> bool:
    """Whether the folded form is a short product that folding made so (sums only under roots); no moment."""
    if s.name.startswith(("var_", "cov_")) or size(f) > ALIAS or not f.free_symbols - e.free_symbols:
        return False
    return not any(b.is_Add and k.is_Integer for b, k in (x.as_base_exp() for x in Mul.make_args(f)))


def _ellipsis(count: int, what: str) -> Row:
    return Row("", "", f"\\vdots\\quad\\text{{({count} more {what})}}", text=True)


@renderer.register(MasterEquation)
def master_equation_rows(equation: MasterEquation, notation: Notation = FALLBACK) -> list[Row]:
    r"""d rho with the superoperators D and H, then what H and the longer jump operators are.

    >>> from cascade_sym.derive.master_equation import master_equation
    >>> from cascade_sym.parts import Cavity
    >>> master_equation_rows(master_equation(Cavity("c", kappa=2)))[0].rhs
    '2\\mathcal{D}[\\hat{c}]\\rho\\,\\mathrm{d}t'
    """
    below: list[Row] = []

    def called(letter: str, operator: LinearForm | OperatorPolynomial, longest: int, index: str = "") -> str:
        """An operator; where it has more terms than `longest` its symbol, explained below."""
        shown = operator_body(operator, notation)
        if len(operator.terms) <= longest:
            return shown
        symbol = f"\\hat{{{letter}}}" + (f"_{{{index}}}" if index else "")
        below.append(Row(symbol, "=", shown))
        return symbol

    terms = []
    if equation.H.terms:
        terms.append(f"-i[{called('H', equation.H, 0)},\\rho]\\,\\mathrm{{d}}t")
    for n, j in enumerate(equation.jumps, 1):
        rate = "" if j.rate == 1 else _factor(j.rate, notation)
        terms.append(f"+ {rate}\\mathcal{{D}}[{called('J', j.operator, 1, str(n))}]\\rho\\,\\mathrm{{d}}t")
    for m in equation.measured:
        name = notation.name(m.name)
        terms.append(f"+ \\mathcal{{H}}[{called('M', m.operator, 1, name)}]\\rho\\,\\mathrm{{d}}W_{{{name}}}")
    top = Row("\\mathrm{d}\\rho", "=", " ".join(terms).removeprefix("+ ") or "0")
    return [top, WHERE, *below] if below else [top]


@renderer.register(MomentEquations)
def moments_rows(equations: MomentEquations, notation: Notation = FALLBACK) -> list[Row]:
    """The stochastic equations of the means and the deterministic ones of the covariances."""
    rows = []
    for q, (drift, kicks) in equations.means.items():
        terms = [f"{_factor(drift, notation)}\\,\\mathrm{{d}}t"] if drift != 0 else []
        for k, c in kicks.items():
            if c != 0:
                kick = _factor(c, notation)
                sign = "" if kick.startswith("-") else "+ "
                terms.append(f"{sign}{kick}\\,\\mathrm{{d}}W_{{{notation.name(k)}}}")
        rows.append(Row(f"\\mathrm{{d}}{notation.name(f'mean_{q}')}", "=", " ".join(terms).removeprefix("+ ") or "0"))
    return rows + [_rate(pair, e, notation) for pair, e in equations.covariances.items()]


@renderer.register(Riccati)
def riccati_rows(problem: Riccati, notation: Notation = FALLBACK) -> list[Row]:
    """The equations of motion of the conditional covariances, then the definitions that they use."""
    rows = [_rate(pair, e, notation) for pair, e in problem.equations.items()]
    used = problem.definitions.needed(*problem.equations.values())
    return [*rows, WHERE, *definition_rows(used, notation)] if len(used) else rows


def _factor(e: Expr, notation: Notation) -> str:
    """An expression before a factor: sums in brackets."""
    shown = neat(e, notation)
    text = Writer(notation).latex(shown)
    return bracket(text) if shown.is_Add else text


def _rate(pair: tuple[str, str], e: Expr, notation: Notation) -> Row:
    i, j = pair
    name = notation.name(f"var_{i}" if i == j else f"cov_{i}_{j}")
    return Row(f"\\frac{{\\mathrm{{d}}}}{{\\mathrm{{d}}t}}{name}", "=", expression_body(e, notation))
