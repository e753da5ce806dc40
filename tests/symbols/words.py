"""Every word that the toolkit itself uses for a symbol, read off its source, and the words that a user may think of."""

from __future__ import annotations

import ast
import keyword
from functools import cache
from pathlib import Path

import cascade_sym

MAKERS = {
    "Symbol", "symbol", "symbols", "Dummy", "own", "free_symbol", "free_name", "complex_symbol", "name", "once", "real",
    "keep", "named",
}  # fmt: skip
GREEK = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi
psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega""".split()
SUSPECTS = """Omega s t P g Q E T hidden x0 w tau_1 gamma_a var_X_a h u v f K kappa_x chi_a N det gamma""".split()
OTHERS = """E I N O S Q C P T oo zoo nan inf j det K tau_1 tau_2 w x0 g hidden v h u f t s re im conj abs sqrt exp np numpy
math out args self value values result point n_S gamma_S gamma_a var_X_a cov_X_a_X_b R_a_b c_a s_a K_a_b chi_a X_a a b
Omega_2 Omega_ P_2 g_ kappa_x kappa_a' x' n' M_PI double e_1 x_1 _x _w0 _0_1 _part0""".split()


def _filled(node: ast.expr) -> list[str]:
    """The names that an expression may give, with the modes a and b in the gaps of f-strings."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.split() if len(node.value) < 20 else []
    if isinstance(node, ast.JoinedStr):
        parts = [p.value if isinstance(p, ast.Constant) else None for p in node.values]
        gaps = iter("ab" * len(parts))
        name = "".join(next(gaps) if p is None else p for p in parts)
        return [] if " " in name else [name]
    if isinstance(node, ast.IfExp):
        return [*_filled(node.body), *_filled(node.orelse)]
    return []


@cache
def own_words() -> tuple[str, ...]:
    """The names in calls of functions that make symbols or definitions, in all files of the package."""
    found: set[str] = set()
    for path in Path(cascade_sym.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in MAKERS:
                    found.update(w for a in node.args for w in _filled(a))
    return tuple(sorted(w for w in found if w and len(w) < 30))


@cache
def all_words() -> tuple[str, ...]:
    """The toolkit's words, Greek letters, and words of Python and of formulas."""
    spoken = [*GREEK, *OTHERS, *keyword.kwlist, "x y", "Γ_1", "a.in", "a(Omega)", "int[t=0..oo]", "arctan(x)"]
    return tuple(dict.fromkeys((*SUSPECTS, *own_words(), *spoken)))
