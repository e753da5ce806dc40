"""Master equations, moment equations and Riccati equations as rows, generators as formulas."""

from __future__ import annotations

from sympy import Expr

from cascade_sym.derive.master_equation import MasterEquation
from cascade_sym.derive.master_equation_moments import MomentEquations
from cascade_sym.formula.notation import bracket
from cascade_sym.latex.bodies import expression_body, neat, operator_body
from cascade_sym.latex.equations import definition_rows
from cascade_sym.latex.lines import WHERE, Row
from cascade_sym.latex.notation import FALLBACK, Notation
from cascade_sym.latex.written import Writer
from cascade_sym.operators import Superoperator
from cascade_sym.solve.conditional import Riccati


def master_equation_rows(equation: MasterEquation, notation: Notation = FALLBACK) -> list[Row]:
    r"""d rho with the superoperators D and H, then what H and the longer jump operators are.

    >>> from cascade_sym.derive.master_equation import master_equation
    >>> from cascade_sym.parts import Cavity
    >>> master_equation_rows(master_equation(Cavity("c", kappa=2)))[0].rhs
    '2\\mathcal{D}[\\hat{c}]\\rho\\,\\mathrm{d}t'
    """
    terms = ["-i[\\hat{H},\\rho]\\,\\mathrm{d}t"] if equation.H.terms else []
    below = [Row("\\hat{H}", "=", operator_body(equation.H, notation))] if equation.H.terms else []
    for n, j in enumerate(equation.jumps, 1):
        rate = "" if j.rate == 1 else _factor(j.rate, notation)
        operator = operator_body(j.operator, notation)
        if len(j.operator.terms) > 1:
            below.append(Row(f"\\hat{{J}}_{{{n}}}", "=", operator))
            operator = f"\\hat{{J}}_{{{n}}}"
        terms.append(f"+ {rate}\\mathcal{{D}}[{operator}]\\rho\\,\\mathrm{{d}}t")
    for m in equation.measured:
        name = notation.name(m.name)
        operator = operator_body(m.operator, notation)
        if len(m.operator.terms) > 1:
            below.append(Row(f"\\hat{{M}}_{{{name}}}", "=", operator))
            operator = f"\\hat{{M}}_{{{name}}}"
        terms.append(f"+ \\mathcal{{H}}[{operator}]\\rho\\,\\mathrm{{d}}W_{{{name}}}")
    top = Row("\\mathrm{d}\\rho", "=", " ".join(terms).removeprefix("+ ") or "0")
    return [top, WHERE, *below] if below else [top]


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


def superoperator_latex(value: Superoperator, notation: Notation = FALLBACK) -> str:
    r"""A generator as [A, rho] + sum of coefficient * D[z] rho (and mixed terms) + H[M] rho, without delimiters.

    >>> from cascade_sym.operators import dissipator, operator
    >>> superoperator_latex(dissipator(operator("a"))*2)
    '2\\,\\mathcal D[\\hat{a}]\\hat\\rho'
    """
    rho = notation.symbols.get("rho", "\\hat\\rho")
    parts = []
    if value.commutator.terms:
        parts.append(f"\\left[{operator_body(value.commutator, notation)}, {rho}\\right]")
    for (x, y), c in value.dissipation.items():
        if c == 0:
            continue
        z, w = notation.operator(x), notation.operator(y.dagger())
        if x == y:
            parts.append(f"{_before(c, notation)}\\mathcal D[{z}]{rho}")
        else:
            mixed = f"{z}{rho}{w} - \\tfrac12\\{{{w}{z}, {rho}\\}}"
            parts.append(f"{_before(c, notation)}\\left({mixed}\\right)")
    for (left, right), c in value.sandwiches.items():
        if c != 0:
            before, behind = ("".join(notation.operator(o) for o in m) for m in (left, right))
            parts.append(f"{_before(c, notation)}{before}{rho}{behind}")
    if value.measured.terms:
        parts.append(f"\\mathcal H\\left[{operator_body(value.measured, notation)}\\right]{rho}")
    return " + ".join(parts) or "0"


def _before(c: Expr, notation: Notation) -> str:
    if c == 1:
        return ""
    text = expression_body(c, notation)
    return f"\\left({text}\\right)\\," if c.is_Add else f"{text}\\,"
