r"""What is read and printed back, but has no value here: kets, sums with symbolic limits, matrices, derivatives.

A form is a call of the formula language: ket(n), sum_over(x_n, n, 0, oo), matrix(row(a, b), row(c, d)). To evaluate one
is refused as for any unknown function.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Add, Call, Name, Neg, Node, Number
from cascade_sym.formula.lettering import ATOM, PRODUCT, SUM

Print = Callable[[Node], str]  # how a part is typeset
_PLACE = re.compile(r"([#@])(\d)")
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
    tuple list braces limit degrees convolution log_base normal uncertain
    max_over min_over argmax_over argmin_over sup_over
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
    return f"^{{{total}}}" if total > 1 else "", below


def _listed(args: Sequence[Node], top: Print) -> str:
    return ", ".join(map(top, args))


def _label(node: Node, top: Print) -> str:
    return _listed(node.args, top) if isinstance(node, Call) and node.function == "labels" else top(node)


def _at(args: Sequence[Node], top: Print, closed: Print) -> str:
    inside, *rest = args
    below, above = (rest[0], f"^{{{top(rest[1])}}}" if len(rest) > 1 else "")
    return f"\\left.{top(inside)}\\right|_{{{top(below)}}}{above}"


def _matrix(environment: str) -> Callable[[Sequence[Node], Print, Print], str]:
    def write(args: Sequence[Node], top: Print, closed: Print) -> str:
        rows = [" & ".join(map(top, r.args)) if isinstance(r, Call) else top(r) for r in args]
        return f"\\begin{{{environment}}}" + " \\\\ ".join(rows) + f"\\end{{{environment}}}"

    return write


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


# forms of a fixed shape: #1 is an argument as it stands, @1 one into which nothing can fall
_TEMPLATES = {
    "overline": r"\overline{#1}",
    "underline": r"\underline{#1}",
    "norm": r"\lVert #1\rVert ",
    "factorial": r"@1!",
    "binom": r"\binom{#1}{#2}",
    "transpose": r"@1^{\mathsf{T}}",
    "tensor_power": r"@1^{\otimes #2}",
    "oplus_power": r"@1^{\oplus #2}",
    "dotp": r"@1\cdot @2",
    "cross": r"@1\times @2",
    "differential": r"\mathrm{d}@1",
    "limit": r"\lim_{#2\to #3}@1",
    "normal": r":\!#1\!:",
    "uncertain": r"#1 \pm #2",
    "floor": r"\left\lfloor #1\right\rfloor ",
    "ceiling": r"\left\lceil #1\right\rceil ",
    "degrees": r"@1^{\circ}",
    "convolution": r"@1\ast @2",
    "log_base": r"\log_{#2}\left(#1\right)",
}


def _filled(template: str) -> Callable[[Sequence[Node], Print, Print], str]:
    def write(args: Sequence[Node], top: Print, closed: Print) -> str:
        return _PLACE.sub(lambda m: (top if m[1] == "#" else closed)(args[int(m[2]) - 1]), template)

    return write


_WRITERS: dict[str, Callable[[Sequence[Node], Print, Print], str]] = {
    **{name: _filled(template) for name, template in _TEMPLATES.items()},
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
    "at": _at,
    "matrix": _matrix("pmatrix"),
    "braced": _matrix("Bmatrix"),
    "row": lambda a, top, closed: _listed(a, top),
    "piecewise": _piecewise,
    "integral_over": _integral,
    "tensor": lambda a, top, closed: "\\otimes ".join(map(closed, a)),
    "oplus": lambda a, top, closed: "\\oplus ".join(map(closed, a)),
    "tuple": lambda a, top, closed: f"\\left({_listed(a, top)}\\right)",
    "list": lambda a, top, closed: f"\\left[{_listed(a, top)}\\right]",
    "braces": lambda a, top, closed: f"\\left\\{{{_listed(a, top)}\\right\\}}",
    **{f"{f}_over": _extremum(f) for f in ("max", "min", "sup", "inf", "argmax", "argmin")},
}
