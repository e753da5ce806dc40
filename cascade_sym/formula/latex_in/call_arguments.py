"""Whether the bracket behind a symbol is its argument or a factor (the rule stands in `symbol`)."""

from __future__ import annotations

from cascade_sym.formula.ast import Add, Call, Div, Mul, Name, Neg, Node, Number, Pow
from cascade_sym.formula.latex_in.grammar import Reader
from cascade_sym.formula.latex_in.symbols import Key
from cascade_sym.formula.unvalued import CONDITIONS
from cascade_sym.formula.walk import names_in, walk

_COORDINATES = frozenset("t tau x y z r q p s k omega Omega nu theta phi varphi xi u v".split())


_FUNCTION_LETTERS = frozenset("f g h F G H psi phi Psi Phi varphi delta Theta W P Q S J K Y L I D U R rho chi".split())


_NUMBERS = frozenset("klmnpqrstxyz")  # wave numbers, counts and coordinates are no functions


_CONSTANTS = frozenset(("hbar", "k_B", "epsilon_0", "mu_0", "varepsilon_0"))


def is_argument(r: Reader, key: Key, name: str) -> bool:
    """Whether the bracket behind the symbol is its argument."""
    from cascade_sym.formula.latex_in.brackets import bracket

    state, place, words = r.state, r.peek(), key.nucleus.split()
    letter = words[-1]
    if name in state.functions:
        return True
    if name in _CONSTANTS or (key.nucleus in ("hbar", "pi") and not key.sub):
        return False
    if words[0] == "mathrm" and len(letter) > 1 and len(words) > 1:
        return True
    (kind, items), after = r.look(lambda: (bracket(r), r.peek())) or (("", []), place)
    if not kind:
        return False  # what is wrong with the bracket is said where it is read
    if after.is_op("_"):
        if len(items) > 1:
            raise r.error("a subscript behind the arguments of a function; put it on the function", place)
        return False  # (u)_a has a label of its own
    why = f"'{letter}' before this bracket is a function or a factor"
    related = any(isinstance(x, Call) and x.function in CONDITIONS for x in items)
    if kind == "[" and len(items) == 2 and ("hat" in words or any(map(_operators, items))):
        return False  # a commutator
    if kind == "[" and "hat" in words and "mathcal" not in words and _operators(items[0]):
        return False
    if kind == "[" and len(items) == 2 and not related and name not in state.names.declared and letter != "delta":
        return letter in _FUNCTION_LETTERS and r.asks(place, "call", why, name)  # lambda [H, X]
    if len(items) > 1 or related or single(items[0]):
        if name in state.names.declared:
            return not r.asks(place, "call", why, name)
        composite = isinstance(items[0], Name) and items[0].name.startswith(("Delta", "delta"))
        if composite and after.is_op("^") and len(items) == 1:  # the power needs the bracket
            return not r.asks(place, "call", why, name)
        state.called.add(name)
        return True
    node = items[0]
    inside = names_in(node)
    if name in inside or (isinstance(node, Call) and node.function == "matrix"):
        return False
    if name in state.called or (kind == "[" and "mathcal" in words):
        return True
    if letter == "O" and not key.sub:
        return True
    functional = letter in _FUNCTION_LETTERS or bool(key.sup) or key.primes > 0 or (letter == "Gamma" and not key.sub)
    if _operators(node):
        several = isinstance(node, Add) or (isinstance(node, Call) and node.function == "hc")
        return r.asks(place, "call", why, name) if functional and not several else False
    if _coordinates(node):
        times = all(n.rstrip("'").split("_")[0] in ("t", "tau") for n in inside)
        latin = len(letter) == 1 and letter not in _NUMBERS and (letter.isupper() or times)
        if functional or "hat" in words or "mathcal" in words or latin:
            factor = r.in_phase and name in state.bare  # e^{-U(x - x')} where U stands for itself elsewhere
            return not (factor and "hat" not in words and r.asks(place, "call", why, name))
        return False if r.in_phase else r.asks(place, "call", why, name)
    if kind == "[" and functional and isinstance(node, Div | Pow | Call):  # F[e^x]
        return not r.asks(place, "call", why, name)
    if kind == "[" or (isinstance(node, Call) and node.function in ("dotp", "cross")):
        return False
    if isinstance(node, Mul | Div | Pow | Call | Neg):  # nobody brackets a lone factor, but for a power
        if after.is_op("^"):
            return letter in _FUNCTION_LETTERS and r.asks(place, "call", why, name)
        return (functional and "hat" not in words) or not r.asks(place, "call", why, name)
    if not functional or name in state.names.declared:
        return False
    return r.asks(place, "call", why, name)


def _coordinates(node: Node) -> bool:
    """Times, places or frequencies of one kind, added: t + tau, x - x', omega - omega_0."""
    terms = node.terms if isinstance(node, Add) else (node,)
    kinds = set()
    for term in terms:
        factors = term.factors if isinstance(term, Mul) else (term,)
        names = [f.name for f in factors if isinstance(f, Name)]
        if len(names) != 1 or any(not isinstance(f, Name | Number) for f in factors):
            return False
        vector = names[0].startswith("bf_")
        base = names[0].removeprefix("bf_").rstrip("'").split("_")[0]
        if base not in _COORDINATES and not vector:
            return False
        kinds.add("t" if base == "tau" else base)
    return len(kinds) == 1


def single(node: Node) -> bool:
    """One symbol or number, perhaps signed or conjugated: nobody brackets that as a factor."""
    if isinstance(node, Neg):
        node = node.arg
    if isinstance(node, Call) and node.function in ("dag", "conj", "sub"):
        node = node.args[0]
    return isinstance(node, Name | Number)


def _operators(node: Node) -> bool:
    return any(
        (isinstance(n, Name) and n.name.startswith("hat_"))
        or (isinstance(n, Call) and n.function in ("dag", "ket", "bra", "mean"))
        for _, n in walk(node)
    )
