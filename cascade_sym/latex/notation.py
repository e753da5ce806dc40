"""The notation of a paper: one value that says how names are printed, folded and ordered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.errors import DuplicateName, FormulaError
from cascade_sym.latex.names import dagger, operator_latex_name, symbol_latex
from cascade_sym.latex.scan import checked
from cascade_sym.operators import Op

_DIGITS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
_SIGNS = {"+": "Plus", "-": "Minus", "'": "Prime"}


@dataclass(frozen=True)
class Notation:
    r"""How formulas are printed; passed explicitly, never kept globally.

    `symbols` maps parameters and moments to LaTeX, `operators` maps modes and fields to LaTeX; names without
    an entry follow a rule (`cascade_sym.latex.names`). `abbreviations` are (symbol, expression) pairs in the
    order in which they are introduced: long expressions are folded with them, exactly. `order` lists names (and
    "1" for a number) in the order in which terms and factors are written (default: as declared); names that are
    not listed come behind, alphabetically. `hats` puts hats on operators that follow the rule.

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

    def __post_init__(self) -> None:
        for table in (self.symbols, self.operators):
            for name, latex in table.items():
                checked(latex, f"the notation of {name!r}")
        pairs = []
        for pair in self.abbreviations:
            if len(pair) != 2 or not isinstance(pair[0], Symbol):
                raise FormulaError(f"the abbreviation {pair!r} is not a pair (Symbol, expression).")
            pairs.append((pair[0], sp.sympify(pair[1])))
        object.__setattr__(self, "abbreviations", Definitions(tuple(pairs)).items)
        object.__setattr__(self, "order", tuple(self.order))

    @property
    def places(self) -> tuple[str, ...]:
        """Names in the order in which they are written: `order`, or as declared."""
        return self.order or (*self.symbols, *self.operators)

    def name(self, name: str) -> str:
        """LaTeX of a parameter or moment."""
        return symbol_latex(name, self.symbols, hats=self.hats)

    def operator(self, op: Op) -> str:
        """LaTeX of a mode or field operator, or of its adjoint."""
        latex = operator_latex_name(op.name, self.operators, hats=self.hats)
        return dagger(latex) if op.dag else latex


FALLBACK = Notation()


def macros(notation: Notation, prefix: str = "sym") -> str:
    r"""One \newcommand for each declared symbol and operator: Gamma_SB becomes \symGammaSB.

    The prefix keeps clear of TeX's own macros; where two names would give the same macro their underscores are spelled
    Sub. Raises DuplicateName where two names that print differently still do.

    >>> print(macros(Notation({"Gamma_S1": r"\Gamma_{S1}"}, {"a_S": r"\hat a_S"})))
    \newcommand{\symGammaSOne}{\Gamma_{S1}}
    \newcommand{\symaS}{\hat a_S}
    """
    declared = {**notation.symbols, **notation.operators}
    plain = Counter(macro_name(name, prefix) for name in declared)
    table: dict[str, str] = {}
    for name in declared:
        macro = macro_name(name, prefix)
        if plain[macro] > 1:  # theta_p beside thetap
            macro = macro_name(name.replace("_", "_Sub"), prefix)
        if macro in table and declared[table[macro]] == declared[name]:
            continue  # two names that print alike
        if macro in table:
            raise DuplicateName(f"{name!r} and {table[macro]!r} both give the macro {macro}; rename one of them.")
        table[macro] = name
    return "\n".join(f"\\newcommand{{{m}}}{{{declared[name]}}}" for m, name in table.items())


def macro_name(name: str, prefix: str = "sym") -> str:
    r"""The macro of a name: letters only, digits and signs spelled out.

    >>> macro_name("gamma_S0"), macro_name("a_M'")
    ('\\symgammaSZero', '\\symaMPrime')
    """
    spelled = "".join(_DIGITS[int(c)] if c.isdecimal() and c.isascii() else _SIGNS.get(c, c) for c in name)
    return "\\" + prefix + re.sub(r"[^A-Za-z]", "", spelled)
