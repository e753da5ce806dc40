"""Expressions in files: text in the language of formulas where it says exactly the same, else trees."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Expr, Symbol
from sympy.printing.str import StrPrinter

from cascade_sym.errors import CascadeError, SavedFileError
from cascade_sym.formula import Environment, interpret, parse
from cascade_sym.operators.polynomial import Integration
from cascade_sym.program import BY_CLASS, BY_NAME
from cascade_sym.symbols import Domain, complex_symbol, is_complex_symbol
from cascade_sym.symbols.domains import Ranged
from cascade_sym.symbols.names import Own

ATOMS = {"pi": sp.pi, "I": sp.I, "e": sp.E, "oo": sp.oo, "-oo": -sp.oo, "zoo": sp.zoo, "nan": sp.nan,
         "true": sp.true, "false": sp.false}  # fmt: skip
HEADS: dict[str, Any] = {
    "add": sp.Add, "mul": sp.Mul, "pow": sp.Pow, "eq": sp.Eq, "ne": sp.Ne, "lt": sp.Lt, "le": sp.Le, "gt": sp.Gt,
    "ge": sp.Ge, "and": sp.And, "or": sp.Or, "not": sp.Not, "tuple": sp.Tuple, "integral": sp.Integral,
    "piecewise": sp.Piecewise, "case": sp.functions.elementary.piecewise.ExprCondPair, "rootof": sp.CRootOf,
    "derivative": sp.Derivative, "purepoly": sp.PurePoly,
    **{name: f.sympy for name, f in BY_NAME.items()},
}  # fmt: skip
NAMES = {cls: name for name, cls in HEADS.items()}
LONG = 4000  # characters of a formula; longer ones would be slow to read and are no help to a reader


class _Text(StrPrinter):  # type: ignore[misc]
    """SymPy's text with the names that functions have in formulas."""

    def _print_Function(self, e: Expr) -> str:
        known = BY_CLASS.get(type(e))
        name = known.name if known else type(e).__name__
        return f"{name}({', '.join(map(self._print, e.args))})"

    _print_Abs = _print_conjugate = _print_re = _print_im = _print_Min = _print_Max = _print_sign = _print_Function
    _print_arg = _print_Function


def expression_stored(e: sp.Basic) -> dict[str, Any]:
    """An expression for a file.

    >>> x = Symbol("x")
    >>> expression_stored(sp.sqrt(x)/2), expression_stored(Symbol("a b"))
    ({'formula': 'sqrt(x)/2'}, {'tree': ['symbol', 'a b']})
    """
    if isinstance(e, Expr) and all(type(s) is Symbol for s in e.free_symbols) and not e.has(sp.Float):
        kinds = sorted(s.name for s in e.free_symbols if is_complex_symbol(s))
        text = _Text().doprint(e).replace("**", "^")
        found = {"formula": text, **({"complex": kinds} if kinds else {})}
        try:
            if len(text) <= LONG and _read(found) == e:
                return found
        except (CascadeError, RecursionError, TypeError, ValueError, AttributeError):
            pass
    found = {"tree": _tree(e)}
    if expression_restored(found) != e and expression_restored(found := {**found, "written": True}) != e:
        raise SavedFileError(f"the expression {str(e)[:60]} can't be stored exactly; simplify it.")
    return found


def expression_restored(stored: dict[str, Any]) -> Any:
    """The expression of `expression_stored`."""
    return _read(stored) if "formula" in stored else _grown(stored["tree"], bool(stored.get("written")))


def _read(stored: dict[str, Any]) -> Any:
    text, kinds = stored["formula"], set(stored.get("complex", ()))
    node = parse(text)
    from cascade_sym.formula import names_in

    names = {n: complex_symbol(n) if n in kinds else Symbol(n) for n in names_in(node) if n not in ("pi", "I", "oo")}
    return interpret(node, Environment(names))


def _tree(e: Any) -> Any:
    if isinstance(e, Ranged):
        d = e.domain
        return ["ranged", e.name, _tree(d.low), _tree(d.high), d.above, d.below, d.kind]
    if isinstance(e, Integration):
        return ["integration", *map(_tree, e.limits)] if hasattr(e, "limits") else ["own", e.name]
    if isinstance(e, Own):
        return ["own", e.name]
    if isinstance(e, Symbol):
        given = {k: v for k, v in sorted(e._assumptions_orig.items()) if v is not None}
        return ["symbol", e.name, *([given] if given and given != {"commutative": True} else [])]
    for name, atom in ATOMS.items():
        if e is atom or e == atom:
            return name
    if isinstance(e, sp.Integer):
        return int(e)
    if isinstance(e, sp.Rational):
        return ["ratio", str(e.p), str(e.q)]
    if isinstance(e, sp.Float):
        sign, mantissa, exponent, _ = e._mpf_
        return ["float", sign, str(mantissa), exponent, e._prec]
    if isinstance(e, sp.Poly):
        return ["purepoly", _tree(e.as_expr()), *map(_tree, e.gens)]
    head = NAMES.get(type(e))
    if head is None:
        raise SavedFileError(f"{type(e).__name__} is no function of the language of formulas and can't be stored.")
    return [head, *map(_tree, e.args)]


def _grown(tree: Any, written: bool = False) -> Any:
    """The expression of a tree; `written`: as it stands, where SymPy would write it otherwise."""
    if isinstance(tree, bool):
        raise SavedFileError("a truth value stands where an expression is expected.")
    if isinstance(tree, int):
        return sp.Integer(tree)
    if isinstance(tree, str):
        if tree not in ATOMS:
            raise SavedFileError(f"{tree!r} is no constant.")
        return ATOMS[tree]
    if not isinstance(tree, list) or not tree or not isinstance(tree[0], str):
        raise SavedFileError(f"{str(tree)[:40]!r} is no expression.")
    head, *rest = tree
    match head:
        case "symbol":
            return Symbol(_text(rest[0]), **{str(k): bool(v) for k, v in (rest[1] if len(rest) > 1 else {}).items()})
        case "own":
            return Own(_text(rest[0]))
        case "ranged":
            name, low, high, above, below, kind = rest
            return Ranged(_text(name), Domain(_grown(low), _grown(high), bool(above), bool(below), _text(kind)))
        case "ratio":
            return sp.Rational(int(rest[0]), int(rest[1]))
        case "float":
            sign, mantissa, exponent, precision = rest
            value = (-1 if sign else 1) * sp.Integer(int(mantissa)) * sp.Integer(2) ** int(exponent)
            return sp.Float(value, precision=int(precision))
    if head not in HEADS:
        raise SavedFileError(f"{head!r} is no function of the language of formulas.")
    args = [_grown(a, written) for a in rest]
    return HEADS[head](*args, **({"evaluate": False} if written and head in ("add", "mul", "pow") else {}))


def _text(x: Any) -> str:
    if not isinstance(x, str) or not x:
        raise SavedFileError(f"{x!r} stands where a name is expected.")
    return x
