"""The notation of a paper: one value that says how names are printed, folded and ordered; and the rules by which names
without an entry (parameters, moments, modes and fields) are printed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.errors import FormulaError
from cascade_sym.formula.lettering import GREEK, ascii_name, name_latex, scripts
from cascade_sym.latex.characters import unicode_latex, unicode_word
from cascade_sym.latex.scan import checked, is_mathematics
from cascade_sym.operators import Op
from cascade_sym.shown import Card, Shown, card
from cascade_sym.symbols import MARK, read_name

_MODE = r"((?:a_)?[^_]+)"
_QUADRATURES = (
    re.compile(r"(var|mean)_([XP])_(.+)"),
    re.compile(r"(cov)_([XP])_(.+)_([XP])_(.+)"),
    re.compile(rf"([A-Za-z]+)_([XP])_{_MODE}(?:_([XP])_{_MODE})?"),
)
# a further definition of the same name; but R_X_a_1_X_a_2 is one of the modes a_1 and a_2
_COUNTED = re.compile(
    r"(?P<stem>(?!var_|mean_|cov_)[A-Za-z]+_[XP]_(?P<first>(?:a_)?[^_]+)_[XP]_(?P<second>[^_]+))_(?P<count>\d+)"
)
_INDEXED = re.compile(r"(?P<head>[A-Za-z]+)_a_(?P<first>[^_]+)(?:_a_(?P<second>[^_]+))?")
_TWO_INDICES = {"A", "K", "Q", "R"}  # R_a_S couples the modes a and S; gamma_a_S belongs to the mode a_S
_FIELD = re.compile(r"(?P<part>[^.]+)\.(?P<end>in|out|lost|vacuum|bath_out|bath)_?(?P<port>.*?)(?P<band>[+-]?)")
_ARGUMENT = re.compile(r"(?P<base>[^()]+)\((?P<arg>[^()]*)\)")
_PLAIN = re.compile(r"[A-Za-z0-9_,.()<>|/*:;!?='+ -]*")
_ESCAPES = {"\\": r"\backslash ", "~": r"\sim ", "^": r"\wedge ", "{": r"\{", "}": r"\}"}
_OWN_LETTER = re.compile(r"([A-Za-z]|" + "|".join(sorted(GREEK, key=len, reverse=True)) + r")(['_].*)?")


@dataclass(frozen=True)
class Notation(Shown):
    r"""How formulas are printed; passed explicitly, never kept globally.

    `symbols` maps parameters and moments to LaTeX, `operators` maps modes and fields to LaTeX; names without
    an entry follow a rule (`symbol_latex`, `operator_latex_name`). `abbreviations` are (symbol, expression) pairs
    in the order in which they are introduced: long expressions are folded with them, exactly. `order` lists names
    (and "1" for a number) in the order in which terms and factors are written (default: as declared); names that
    are not listed come behind, alphabetically. `hats` puts hats on operators that follow the rule.

    Raises FormulaError for LaTeX with unbalanced braces or commands that are not mathematics, and for an
    abbreviation that is not a pair of the right types; DuplicateName and UnknownName for abbreviations that
    are defined twice or used before they are introduced.

    >>> n = Notation({"gt_S": r"\tilde\gamma_{S,0}"}, order=("n_S", "1"))
    >>> n.name("gt_S"), n.name("Gamma_S"), n.operator(Op("S", True))
    ('\\tilde\\gamma_{S,0}', '\\Gamma_{S}', '\\hat{a}_{S}^{\\dagger}')
    """

    symbols: Mapping[str, str] = field(default_factory=dict)
    operators: Mapping[str, str] = field(default_factory=dict)
    abbreviations: tuple[tuple[Symbol, Expr], ...] = ()
    order: tuple[str, ...] = ()
    hats: bool = True
    most: int | None = None

    def __post_init__(self) -> None:
        for table in (self.symbols, self.operators):
            for name, latex in table.items():
                checked(latex, f"the notation of {name!r}")
        for pair in self.abbreviations:
            if len(pair) != 2 or not isinstance(pair[0], Symbol):
                raise FormulaError(f"the abbreviation {pair!r} is not a pair (Symbol, expression).")
        pairs = tuple((s, sp.sympify(e)) for s, e in self.abbreviations)
        object.__setattr__(self, "abbreviations", Definitions(pairs).items)
        object.__setattr__(self, "order", tuple(self.order))

    @property
    def places(self) -> tuple[str, ...]:
        """Names in the order in which they are written: `order`, or as declared."""
        return self.order or (*self.symbols, *self.operators)

    def name(self, name: str) -> str:
        """LaTeX of a parameter or moment."""
        return symbol_latex(name, self.symbols, hats=self.hats)

    def quadrature(self, letter: str, mode: str) -> str:
        """LaTeX of X or P of a mode."""
        return _quadrature(letter, mode, self.hats, {**self.symbols, **self.operators})

    def operator(self, op: Op) -> str:
        """LaTeX of a mode or field operator, or of its adjoint."""
        latex = operator_latex_name(op.name, self.operators, hats=self.hats)
        return dagger(latex) if op.dag else latex

    def __enter__(self) -> Notation:
        _ENTERED.set((*_ENTERED.get(), _CURRENT.set(self)))
        return self

    def __exit__(self, *_: object) -> None:
        *before, last = _ENTERED.get()
        _ENTERED.set(tuple(before))
        _CURRENT.reset(last)


@card.register
def _(value: Notation) -> Card:
    return Card("Notation", {**value.symbols, **value.operators}, "for a while: with notation: ...")


FALLBACK = Notation()
_CURRENT: ContextVar[Notation] = ContextVar("notation", default=FALLBACK)
_ENTERED: ContextVar[tuple[Token[Notation], ...]] = ContextVar("entered", default=())


def current() -> Notation:
    """The notation of the innermost `with` block of this thread or task; else the fallback rules."""
    return _CURRENT.get()


def notation(
    symbols: Mapping[Any, str] | None = None, *, operators: Mapping[str, str] | None = None,
    abbreviations: Mapping[Any, Any] | None = None, order: Sequence[str] = (), hats: bool = True,
) -> Notation:  # fmt: skip
    r"""Own LaTeX for any symbol, as a value: pass it as `notation=`, or use it in a `with` block.

    `symbols` maps parameters and moments (symbols or names) to LaTeX, `operators` modes and fields; `abbreviations`
    maps symbols to expressions that are folded with them; `order` lists names in the order in which terms are
    written. LaTeX that is a sum, a negative or a quotient gets brackets where it has to have them. In a `with` block
    (of this thread or task) all that shows itself follows it: text, LaTeX, HTML, pictures. Raises FormulaError for
    LaTeX that is no mathematics or whose braces don't balance.

    >>> from sympy import Symbol
    >>> from cascade_sym.latex.displayed import value_latex
    >>> x, y = Symbol("x"), Symbol("y")
    >>> print(value_latex(x*y, notation({x: r"\alpha + \beta"})))
    $\displaystyle (\alpha + \beta)y$
    >>> from cascade_sym.definitions import Quantity
    >>> with notation({"kappa": r"\tilde\kappa"}):
    ...     print(Quantity("z", Symbol("kappa")/2))
        κ̃
    z = ─
        2
    """
    short = {(s if isinstance(s, Symbol) else Symbol(s)): e for s, e in (abbreviations or {}).items()}
    for what, given in (("symbols", symbols), ("operators", operators), ("abbreviations", abbreviations)):
        if given is not None and not isinstance(given, Mapping):
            raise FormulaError(f"{what} must be a table such as {{'kappa': r'\\tilde\\kappa'}}; got {given!r}.")
    named = {read_name(s, "notation"): latex for s, latex in (symbols or {}).items()}
    return Notation(named, dict(operators or {}), tuple(short.items()), tuple(order), hats)


def symbol_latex(name: str, declared: Mapping[str, str] | None = None, *, hats: bool = True) -> str:
    r"""LaTeX of a parameter or moment: from `declared`, else by rule.

    The mode a_S is called S in names of moments and rates (var_X_a_S and var_X_S, gamma_a_S and gamma_S are
    one). `var_X_S` is the variance of the quadrature X of the mode S, `cov_X_S_P_M` a symmetrised covariance,
    `A_X_c_P_c` a matrix element between quadratures, `A_X_c_P_c_2` a second one of that name; all other names follow
    `cascade_sym.formula.name_latex`. The toolkit's own symbols are shown like those of the same name.

    >>> symbol_latex("Gamma_SB"), symbol_latex("var_X_S")
    ('\\Gamma_{SB}', '\\Delta^{2}\\hat{X}_{S}')
    >>> symbol_latex("cov_X_S_P_M"), symbol_latex("A_X_c_P_c")
    ('\\operatorname{cov}(\\hat{X}_{S},\\hat{P}_{M})', 'A_{X_{c},P_{c}}')
    >>> symbol_latex("d_X_a_P_a_2")
    'd_{X_{a},P_{a}}^{(2)}'
    """
    table = declared or {}
    if name in table:
        return table[name]
    if MARK in name:
        return symbol_latex(name.replace(MARK, ""), table, hats=hats)
    if (m := _COUNTED.fullmatch(name)) and not (m["first"].startswith("a_") and m["second"] == "a"):
        return f"{symbol_latex(m['stem'], table, hats=hats)}^{{({m['count']})}}"
    short = short_name(name)
    if short != name:
        return symbol_latex(short, table, hats=hats)
    if found := _quadratures(name):
        head, pairs = found
        shown = ",".join(_quadrature(q, mode, hats, table) for q, mode in pairs)
        if head in ("var", "mean"):
            return f"\\Delta^{{2}}{shown}" if head == "var" else f"\\langle {shown}\\rangle"
        if head == "cov" and len(pairs) == 2:
            return f"\\operatorname{{cov}}({shown})"
        sub = ",".join(_quadrature(q, mode, False, {}) for q, mode in pairs)
        return f"{name_latex(head, table)}_{{{sub}}}"
    spelled = ascii_name(name)
    if "\\" in name and "\\" in spelled and is_mathematics(spelled):
        return spelled
    if _PLAIN.fullmatch(spelled):
        return name_latex(spelled, table)
    return _foreign(name) if re.fullmatch(r"\w+", name) else _escaped(name)


def _quadratures(name: str) -> tuple[str, list[tuple[str, str]]] | None:
    """The head of a name of one or two quadratures, and these: cov_X_S_P_M has (X, S) and (P, M)."""
    for pattern in _QUADRATURES:
        if m := pattern.fullmatch(name):
            head, *parts = (part for part in m.groups() if part)
            return head, list(zip(parts[::2], parts[1::2], strict=True))
    return None


def short_name(name: str) -> str:
    """A name without the letter of modes called a_S: var_X_a_S is var_X_S.

    >>> short_name("cov_X_a_S_X_a_M"), short_name("gamma_a_S"), short_name("a_S"), short_name("R_a_S")
    ('cov_X_S_X_M', 'gamma_S', 'a_S', 'R_a_S')
    """
    if found := _quadratures(name):
        return "_".join([found[0], *(f"{q}_{_index(mode)}" for q, mode in found[1])])
    m = _INDEXED.fullmatch(name)
    if m and (m["second"] is not None) == (m["head"] in _TWO_INDICES):
        return "_".join(p for p in m.groups() if p)
    return name


def _index(mode: str) -> str:
    return mode[2:] if mode.startswith("a_") and len(mode) > 2 else mode


def operator_latex_name(name: str, declared: Mapping[str, str] | None = None, *, hats: bool = True) -> str:
    r"""LaTeX of a mode or field operator: from `declared`, else by rule.

    A mode S is \hat a_S (a name that starts with its own letter keeps it: b_c, X_S, c); light is \hat b with
    its sideband and end as subscript and its part as superscript; the bath of S is \hat a_{S,in}; the vacuum
    that enters at a loss is \hat v. `a(Omega)` is the operator at a frequency or time.

    >>> operator_latex_name("S"), operator_latex_name("S.in+"), operator_latex_name("S.bath")
    ('\\hat{a}_{S}', '\\hat{b}_{+,\\mathrm{in}}^{(S)}', '\\hat{a}_{S,\\mathrm{in}}')
    >>> operator_latex_name("loss1.vacuum-"), operator_latex_name("b_c(-Omega)")
    ('\\hat{v}_{-}^{(\\mathrm{loss1})}', '\\hat{b}_{c}(-\\Omega)')
    """
    table = declared or {}
    if name in table:
        return table[name]
    if m := _ARGUMENT.fullmatch(name):
        sign, arg = ("-", m["arg"][1:]) if m["arg"].startswith("-") else ("", m["arg"])
        return operator_latex_name(m["base"], table, hats=hats) + f"({sign}{symbol_latex(arg, table)})"
    if m := _FIELD.fullmatch(name):
        return _field(m["part"], m["end"], m["port"], m["band"], hats)
    base, band = (name[:-1], name[-1]) if name[-1:] in ("+", "-") and len(name) > 1 else (name, "")
    if _OWN_LETTER.fullmatch(base) and not (len(base) == 1 and base.isupper()):
        nucleus, primes, sub, sup = scripts(name_latex(base.rstrip("_")))
        subs = [s for s in (sub.strip("{}") if sub.count("{") <= 1 else sub[1:-1], band) if s]
        return _hat(nucleus, hats) + primes + _sub(subs) + (f"^{sup}" if sup else "")
    return _hat("a", hats) + _sub([_label(base), band])


def dagger(latex: str) -> str:
    r"""The adjoint of an operator's symbol; a superscript or an argument keeps its place.

    >>> dagger(r"\hat a_{S}"), dagger(r"\hat b_{+}^{(S)}"), dagger(r"\hat a(-\Omega)")
    ('\\hat a_{S}^{\\dagger}', '\\hat b_{+}^{(S)\\dagger}', '\\hat a^{\\dagger}(-\\Omega)')
    """
    head, bracket, arg = latex.partition("(")
    if bracket and head.count("{") == head.count("}") and not head.endswith("^"):
        return f"{dagger(head)}({arg}"
    nucleus, primes, sub, sup = scripts(latex)
    body = nucleus + (f"_{sub}" if sub else "")
    if not sup:
        return f"{body}{primes}^{{\\dagger}}"
    inner = sup[1:-1] if sup.startswith("{") else sup
    gap = "" if inner.endswith(")") else "\\,"
    return f"{body}{primes}^{{{inner}{gap}\\dagger}}"


def _field(part: str, end: str, port: str, band: str, hats: bool) -> str:
    if end in ("bath", "bath_out"):
        return _hat("a", hats) + _sub([_label(_index(part)), "\\mathrm{in}" if end == "bath" else "\\mathrm{out}"])
    letter = "v" if end == "vacuum" else "b"
    ends = [] if end == "vacuum" else [f"\\mathrm{{{end}}}"]
    return f"{_hat(letter, hats)}{_sub([band, _label(port), *ends])}^{{({_label(_index(part))})}}"


def _quadrature(q: str, mode: str, hats: bool, table: Mapping[str, str]) -> str:
    if f"{q}_{mode}" in table:
        return table[f"{q}_{mode}"]
    base, band = (mode[:-1], mode[-1]) if mode[-1] in "+-" and len(mode) > 1 else (mode, "")
    return _hat(q, hats) + _sub([_label(base), band])


def _hat(letter: str, hats: bool) -> str:
    return f"\\hat{{{letter}}}" if hats else letter


def _sub(parts: list[str]) -> str:
    kept = ",".join(p for p in parts if p)
    return f"_{{{kept}}}" if kept else ""


def _label(s: str) -> str:
    """A part's or mode's name as a subscript."""
    given, s = s, ascii_name(s)
    if "\\" in s and is_mathematics(s):
        return s
    if not _PLAIN.fullmatch(s):
        return _escaped(given)
    if s in GREEK:
        return GREEK[s]
    words = [GREEK.get(w, w if len(w) < 2 or w.isdigit() else f"\\mathrm{{{w}}}") for w in s.split("_") if w]
    return ",".join(words)


def _foreign(name: str) -> str:
    """A name in letters of another alphabet, with its indices."""
    base, *subs = (unicode_word(s) for s in name.split("_") if s)
    return base + _sub(subs)


def _escaped(name: str) -> str:
    """A name with characters that TeX would act on, as upright text."""
    kept = "".join(_ESCAPES.get(c, "\\" + c if c in "#%&$_" else c if c.isascii() else unicode_latex(c)) for c in name)
    return f"\\mathrm{{{kept}}}"
