r"""What is read and printed back, but has no value here: kets, sums with symbolic limits, matrices, derivatives.

A form is a call of the formula language: ket(n), sum_over(x_n, n, 0, oo), matrix(row(a, b), row(c, d)). To evaluate one
is refused as for any unknown function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Add, Call, Name, Neg, Node, Number
from cascade_sym.formula.lettering import ATOM, PRODUCT, SUM

Print = Callable[[Node], str]  # how a part is typeset
CONDITIONS = {
    "eq": "=", "lt": "<", "gt": ">", "le": "\\le", "ge": "\\ge", "ne": "\\neq", "approx": "\\approx", "tends": "\\to",
    "elem": "\\in", "muchless": "\\ll", "muchgreater": "\\gg", "similar": "\\sim", "proportional": "\\propto",
    "identical": "\\equiv",
}  # fmt: skip
RELATIONS = {
    "=": "=", "~=": "\\approx", ":=": ":=", "<": "<", "<=": "\\le", ">": ">", ">=": "\\ge", "==": "\\equiv", "!=":
    "\\neq",
    "~": "\\sim", "prop": "\\propto", "->": "\\to", "<<": "\\ll", ">>": "\\gg", "<~": "\\lesssim", ">~": "\\gtrsim",
    "in": "\\in",
}  # fmt: skip
_OPERATORS = {"derivative_by": "d", "partial_by": "\\partial "}
_DERIVATIVES = {"derivative": "\\mathrm{d}", "partial": "\\partial "}
_OPEN = frozenset(
    """derivative partial derivative_by partial_by sum_over prod_over integral_over limit dotp cross differential
    max_over argmax_over argmin_over min_over sup_over inf_over""".split()
)
_SERIES = {"sum_over": "\\sum", "prod_over": "\\prod"}
PLAIN_WORDS = frozenset(
    """uparrow downarrow rightarrow leftarrow leftrightarrow nabla perp parallel circ bullet dots vdots ddots emptyset
    dagger square star aleph exists forall top bot oplus otimes Uparrow Downarrow nearrow searrow clubsuit spadesuit
    diamond triangle varnothing hbar ell partial infty wp""".split()
)
FACTOR_WORDS = frozenset("nabla dots vdots ddots emptyset varnothing hbar ell partial infty wp".split())
FORM_NAMES = frozenset(
    (
        *CONDITIONS,
        *_OPERATORS,
        *_DERIVATIVES,
        *_SERIES,
        *"""for_all inner ket bra braket mel reduced labels sub overline underline norm factorial
    binom transpose at matrix braced tensor_power oplus_power row piecewise case otherwise integral_over volume dotp
    cross tensor oplus differential
    tuple list braces limit degrees log_base normal uncertain max_over min_over argmax_over argmin_over sup_over
    inf_over floor ceiling""".split(),
    )
)


def form_latex(name: str, args: Sequence[Node], top: Print, closed: Print) -> str | None:
    """LaTeX of a form, None for what is none; `closed` prints a part so that nothing can fall into it."""
    if name in CONDITIONS and len(args) == 2:
        return f"{top(args[0])} {CONDITIONS[name]} {top(args[1])}"
    if name in _SERIES and len(args) in (2, 3, 4):
        limits = f"_{{{_below(args, top)}}}" + (f"^{{{top(args[3])}}}" if len(args) == 4 else "")
        return f"{_SERIES[name]}{limits}{closed(args[0])}"
    if name in _OPERATORS:
        d = _OPERATORS[name]
        order, below = _variables(args, d, top)
        return f"\\frac{{{d}{order}}}{{{below}}}"
    if name in _DERIVATIVES and len(args) >= 2:
        d = _DERIVATIVES[name]
        order, below = _variables(args[1:], d, top)
        if isinstance(args[0], Name):
            return f"\\frac{{{d}{order}{top(args[0])}}}{{{below}}}"
        return f"\\frac{{{d}{order}}}{{{below}}}\\left({top(args[0])}\\right)"
    write = _WRITERS.get(name)
    if write is None:
        return None
    try:
        return write(args, top, closed)
    except (IndexError, ValueError) as err:
        raise FormulaError(f"{name} was written with {len(args)} argument(s), which is not one of its forms.") from err


def level_of(node: Call) -> int:
    """How tightly a typeset form binds, as in `notation`."""
    if node.function in (*CONDITIONS, "for_all", "uncertain", "tensor", "oplus", "labels", "row"):
        return SUM
    if node.function in _DERIVATIVES and isinstance(node.args[0], Name):
        return ATOM
    return PRODUCT if node.function in _OPEN else ATOM


def _below(args: Sequence[Node], top: Print) -> str:
    said = len(args) > 2 and args[2] != Name("unsaid")
    return top(args[1]) + (f"={top(args[2])}" if said else "")


def _variables(args: Sequence[Node], d: str, top: Print) -> tuple[str, str]:
    """The order of a derivative as a superscript, and what stands below the line."""
    total, below = 0, ""
    symbolic = ""
    for n, a in enumerate(args):
        if isinstance(a, Number):
            continue
        after = args[n + 1] if n + 1 < len(args) else None
        power = after.text if isinstance(after, Number) else ""
        total += int(power or 1)
        below += (
            d
            + (top(a) if isinstance(a, Name | Call) else f"\\left({top(a)}\\right)")
            + (f"^{{{power}}}" if power else "")
        )
    return symbolic or (f"^{{{total}}}" if total > 1 else ""), below


def _listed(args: Sequence[Node], top: Print) -> str:
    return ", ".join(map(top, args))


def _label(node: Node, top: Print) -> str:
    return _listed(node.args, top) if isinstance(node, Call) and node.function == "labels" else top(node)


def _at(args: Sequence[Node], top: Print, closed: Print) -> str:
    inside, *rest = args
    below, above = (rest[0], f"^{{{top(rest[1])}}}" if len(rest) > 1 else "")
    return f"\\left.{top(inside)}\\right|_{{{top(below)}}}{above}"


def _braced(args: Sequence[Node], top: Print, closed: Print) -> str:
    return _matrix(args, top, closed).replace("{pmatrix}", "{Bmatrix}")


def _matrix(args: Sequence[Node], top: Print, closed: Print) -> str:
    rows = [" & ".join(map(top, r.args)) if isinstance(r, Call) else top(r) for r in args]
    return "\\begin{pmatrix}" + " \\\\ ".join(rows) + "\\end{pmatrix}"


def _piecewise(args: Sequence[Node], top: Print, closed: Print) -> str:
    rows = []
    for a in args:
        value, condition = a.args if isinstance(a, Call) else (a, Name("otherwise"))
        said = "\\text{otherwise}" if condition == Name("otherwise") else f"\\text{{if }} {top(condition)}"
        rows.append(f"{top(value)} & {said}")
    return "\\begin{cases}" + " \\\\ ".join(rows) + "\\end{cases}"


def _integral(args: Sequence[Node], top: Print, closed: Print) -> str:
    body, over, *limits = args
    marks = "".join(f"{sign}{{{top(x)}}}" for sign, x in zip("_^", limits, strict=False))
    variables = over.args if isinstance(over, Call) and over.function == "labels" else (over,)
    measure = "\\,".join(_measure(v, top) for v in variables)
    return f"\\int{marks or ' '}{closed(body)}\\,{measure}"


def _measure(v: Node, top: Print) -> str:
    if isinstance(v, Call) and v.function == "volume":
        return f"\\mathrm{{d}}^{{{top(v.args[1])}}}{top(v.args[0])}"
    return f"\\mathrm{{d}}{top(v)}"


def _sub(args: Sequence[Node], top: Print, closed: Print) -> str:
    node, label = args
    if isinstance(node, Name):
        return f"({top(node)})_{{{_label(label, top)}}}"
    return f"{{{closed(node)}}}_{{{_label(label, top)}}}"


def _extremum(f: str) -> Callable[[Sequence[Node], Print, Print], str]:
    word = f"\\operatorname{{{f}}}" if f.startswith("arg") else f"\\{f}"
    return lambda a, top, closed: f"{word}_{{{top(a[1])}}}{closed(a[0])}"


def _bare(node: Node, top: Print) -> str:
    """The middle of a bracket: a sign at its start needs brackets."""
    signed = isinstance(node, Neg) or (isinstance(node, Add) and node.signs[0] < 0)
    return f"\\left({top(node)}\\right)" if signed else top(node)


_WRITERS: dict[str, Callable[[Sequence[Node], Print, Print], str]] = {
    "ket": lambda a, top, closed: f"\\lvert {_listed(a, top)}\\rangle",
    "bra": lambda a, top, closed: f"\\langle {_listed(a, top)}\\rvert ",
    "braket": lambda a, top, closed: f"\\langle {_label(a[0], top)}\\vert {_label(a[1], top)}\\rangle",
    "mel": lambda a, top, closed: (
        f"\\langle {_label(a[0], top)}\\vert {_bare(a[1], top)}\\vert {_label(a[2], top)}\\rangle"
    ),
    "reduced": lambda a, top, closed: (
        f"\\langle {_label(a[0], top)}\\Vert {top(a[1])}\\Vert {_label(a[2], top)}\\rangle"
    ),
    "for_all": lambda a, top, closed: f"\\forall {_listed(a, top)}",
    "inner": lambda a, top, closed: f"\\langle {_listed(a, top)}\\rangle",
    "labels": lambda a, top, closed: _listed(a, top),
    "sub": _sub,
    "overline": lambda a, top, closed: f"\\overline{{{top(a[0])}}}",
    "underline": lambda a, top, closed: f"\\underline{{{top(a[0])}}}",
    "norm": lambda a, top, closed: f"\\lVert {top(a[0])}\\rVert ",
    "factorial": lambda a, top, closed: f"{closed(a[0])}!",
    "binom": lambda a, top, closed: f"\\binom{{{top(a[0])}}}{{{top(a[1])}}}",
    "transpose": lambda a, top, closed: f"{closed(a[0])}^{{\\mathsf{{T}}}}",
    "at": _at,
    "matrix": _matrix,
    "braced": _braced,
    "tensor_power": lambda a, top, closed: f"{closed(a[0])}^{{\\otimes {top(a[1])}}}",
    "oplus_power": lambda a, top, closed: f"{closed(a[0])}^{{\\oplus {top(a[1])}}}",
    "row": lambda a, top, closed: _listed(a, top),
    "piecewise": _piecewise,
    "integral_over": _integral,
    "dotp": lambda a, top, closed: f"{closed(a[0])}\\cdot {closed(a[1])}",
    "cross": lambda a, top, closed: f"{closed(a[0])}\\times {closed(a[1])}",
    "tensor": lambda a, top, closed: "\\otimes ".join(map(closed, a)),
    "oplus": lambda a, top, closed: "\\oplus ".join(map(closed, a)),
    "differential": lambda a, top, closed: f"\\mathrm{{d}}{closed(a[0])}",
    "tuple": lambda a, top, closed: f"\\left({_listed(a, top)}\\right)",
    "list": lambda a, top, closed: f"\\left[{_listed(a, top)}\\right]",
    "braces": lambda a, top, closed: f"\\left\\{{{_listed(a, top)}\\right\\}}",
    "limit": lambda a, top, closed: f"\\lim_{{{top(a[1])}\\to {top(a[2])}}}{closed(a[0])}",
    "normal": lambda a, top, closed: f":\\!{top(a[0])}\\!:",
    "uncertain": lambda a, top, closed: f"{top(a[0])} \\pm {top(a[1])}",
    "floor": lambda a, top, closed: f"\\left\\lfloor {top(a[0])}\\right\\rfloor ",
    "ceiling": lambda a, top, closed: f"\\left\\lceil {top(a[0])}\\right\\rceil ",
    **{f"{f}_over": _extremum(f) for f in ("max", "min", "sup", "inf", "argmax", "argmin")},
    "degrees": lambda a, top, closed: f"{closed(a[0])}^{{\\circ}}",
    "log_base": lambda a, top, closed: f"\\log_{{{top(a[1])}}}\\left({top(a[0])}\\right)",
}
