"""No false identity is proved and no true one refuted: a table over declared domains, and random rewritings.

The oracle for what is random is mpmath, which shares no code with the exact algebra.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import mpmath
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

import cascade_sym as cs
from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact import converter
from cascade_sym.symbols import Domains
from tests.core.test_ordinary_hamiltonians import examples

TABLE = Path(__file__).with_name("identities.txt")
PART = Path(__file__).with_name("identities_on_part.txt")  # inverse functions, arguments, nested roots: harder ones


def rows(*tables: Path) -> list[tuple[bool, str, str, dict[str, Any]]]:
    out = []
    for line in "\n".join(t.read_text() for t in tables).splitlines():
        if not line or line.startswith("#"):
            continue
        truth, claim, declared = (part.strip() for part in line.split("|"))
        left, right = claim.split(" = ")
        domains: dict[str, Any] = {}
        for one in filter(None, map(str.strip, declared.split(";"))):
            name, domain = one.split(" ", 1)
            ends = re.fullmatch(r"\((.+), (.+)\)", domain)
            domains[name] = domain if ends is None else tuple(sp.sympify(e) for e in ends.groups())
        out.append((truth == "true", left, right, domains))
    return out


def formula(text: str, domains: dict[str, Any]) -> sp.Expr:
    names = set(re.findall(r"[A-Za-z_][A-Za-z_0-9]*", text))
    known = {n for n in names if hasattr(sp, n) and n not in ("beta", "gamma", "C", "D", "S", "N", "E", "Q")}
    symbols = {n: sp.Symbol(n, complex=True) if domains.get(n) == "complex" else sp.Symbol(n) for n in names - known}
    text = re.sub(r"(?<![\w.])(\d+)/(\d+)", r"Rational(\1, \2)", text)
    return sp.sympify(text, locals={**symbols, "abs": sp.Abs})


ROWS = rows(TABLE, PART)
IDS = [f"{'' if truth else 'not '}{left}={right} {domains or ''}" for truth, left, right, domains in ROWS]


@pytest.mark.parametrize(("truth", "left", "right", "domains"), ROWS, ids=IDS)
def test_no_verdict_is_wrong(truth: bool, left: str, right: str, domains: dict[str, Any]) -> None:
    found = cs.equal(formula(left, domains), formula(right, domains), domains=domains)
    assert found.status in (("equal", "undecided") if truth else ("different", "undecided"))
    assert bool(found) == (found.status == "equal")
    assert (found.witness is not None) == (found.status == "different")


def test_most_true_identities_are_proved_and_most_false_ones_refuted() -> None:
    status = [cs.equal(formula(a, d), formula(b, d), domains=d).status for _, a, b, d in ROWS]
    true = [s for s, row in zip(status, ROWS, strict=True) if row[0]]
    false = [s for s, row in zip(status, ROWS, strict=True) if not row[0]]
    assert len(ROWS) >= 300
    assert true.count("equal") >= 0.9 * len(true)
    assert false.count("different") >= 0.9 * len(false)


@pytest.mark.parametrize("same", [0.1 * sp.Symbol("x"), sp.nan, sp.oo, sp.zoo, sp.Symbol("x") + sp.oo])
def test_floats_and_what_has_no_value_are_never_proved_equal(same: sp.Expr) -> None:
    assert cs.equal(same, same).status == "undecided"


def test_large_floats_are_decimals_that_can_be_refuted() -> None:
    x = sp.Symbol("x")
    assert cs.equal(100000000000000000001 * x, 1e20 * x).status == "different"
    assert cs.equal(x / 2, 0.5 * x).status == "undecided"


def test_what_is_not_real_has_no_sign_and_is_not_its_own_conjugate() -> None:
    """Squares of complex values, arctangents of them, and angles that only share a declared name."""
    z, a, b, x = sp.Symbol("z", complex=True), *sp.symbols("a b x")
    conv, (difference, *_) = converter([(z - sp.conjugate(z)) ** 2, z, sp.conjugate(z)], Domains())
    assert conv.tower.sign_of(conv(difference)) is None  # it is <= 0
    for e in (sp.atan(z), sp.atan(sp.sqrt(x))):
        with pytest.raises(OutsideExactDomain):
            cs.normal_form(sp.conjugate(e))
    assert cs.normal_form(sp.conjugate(sp.atan(x))) == sp.atan(x)
    assert cs.normal_form(sp.Abs(sp.sin(a * b)), domains={"a*b": (0, sp.pi)}) != sp.sin(a * b)


def test_assumptions_name_what_an_arctangent_or_a_cancelled_factor_rests_on() -> None:
    x, y = sp.symbols("x y")
    assert cs.equal(sp.sqrt(sp.atan(x) ** 2), sp.atan(x), domains={"x": "nonnegative"}).assumptions == ("x >= 0",)
    assert cs.equal((x * y + x) / x, y + 1, domains={"x": "positive"}).assumptions == ("x > 0",)
    assert cs.equal((x * y + x) / x, y + 1).assumptions == ("x != 0",)


def test_points_where_a_side_has_no_value_are_no_obstacle() -> None:
    x = sp.Symbol("x")
    assert cs.equal(sp.Max(sp.sqrt(x), 2), 3).status == "different"


# -- random formulas, rewritten by rules that hold only on part of the domain ---------------------------------------

X, Y = sp.symbols("x y")
DOMAINS = ["real", "nonnegative", "positive", (0, 1), (1, 3), (-2, -1), (-1, 1), ("-oo", 0)]
INNER = st.sampled_from([X, Y, X - 1, 1 - X, X - Y, X + Y, X * Y, X**2 - Y, 1 + X**2, X / Y, -X, X**2 + X + 1, 2 - Y])


def root(e: sp.Expr, q: int = 2) -> sp.Expr:
    return sp.Pow(e, sp.Rational(1, q), evaluate=False)


REWRITTEN = [  # (before, after): true only where the signs are right
    lambda a, b: (root(a**2), a),
    lambda a, b: (root(a * b), root(a) * root(b)),
    lambda a, b: (root(a / b), root(a) / root(b)),
    lambda a, b: (1 / root(a), root(1 / a)),
    lambda a, b: (root(a**2 * b), a * root(b)),
    lambda a, b: (sp.Abs(a), a),
    lambda a, b: (sp.Abs(a - b), a - b),
    lambda a, b: (sp.conjugate(root(a)), root(a)),
    lambda a, b: (root(a**3, 3), a),
    lambda a, b: (root(-a), sp.I * root(a)),
    lambda a, b: (root((a + sp.I * b) ** 2), a + sp.I * b),
    lambda a, b: (root(sp.exp(2 * root(a) * b)), sp.exp(root(a) * b)),
    lambda a, b: (sp.Max(a, b), a),
    lambda a, b: (sp.Abs(root(a)) ** 2, a),
    lambda a, b: (sp.atan(a) + sp.atan(1 / a), sp.pi / 2),
    lambda a, b: (root(a + b + 2 * root(a * b)), root(a) + root(b)),
    lambda a, b: (root(a**2 - 2 * a * b + b**2), a - b),
    lambda a, b: (root(a * b) * root(a / b), a),
    lambda a, b: (root(sp.sin(a) ** 2), sp.sin(a)),
    lambda a, b: (root(sp.cosh(a) ** 2), sp.cosh(a)),
]


def values(declared: Any) -> list[float]:
    """Values of a domain, its edges and both sides of what formulas turn at among them."""
    low, high = {"real": ("-oo", "oo"), "nonnegative": (0, "oo"), "positive": (1e-9, "oo")}.get(declared, declared)
    low, high = (float(str(end).replace("oo", "inf")) for end in (low, high))
    every = [-37.5, -2, -1.6, -1.3, -1, -0.45, -1e-3, 0, 1e-3, 0.3, 0.71, 1, 1.4, 1.73, 2.2, 3, 8.1, 50.5]
    return [v for v in [*every, low, high] if low <= v <= high and abs(v) != float("inf")]


def truly_equal(left: sp.Expr, right: sp.Expr, dx: Any, dy: Any) -> bool:
    f = sp.lambdify([X, Y], [left, right], "mpmath")
    with mpmath.workdps(40):
        for x in values(dx):
            for y in values(dy):
                try:
                    a, b = (mpmath.mpc(v) for v in f(mpmath.mpf(x), mpmath.mpf(y)))
                except (ZeroDivisionError, ValueError, OverflowError):
                    continue
                if mpmath.isfinite(abs(a)) and mpmath.isfinite(abs(b)) and abs(a - b) > 1e-20 * (1 + abs(a) + abs(b)):
                    return False
    return True


@examples(60, 2000)
@given(st.sampled_from(REWRITTEN), INNER, INNER, st.sampled_from(DOMAINS), st.sampled_from(DOMAINS), st.booleans())
def test_rewritings_are_proved_only_where_they_hold(rule: Any, a: sp.Expr, b: sp.Expr, dx: Any, dy: Any, more: bool) -> None:
    left, right = rule(a, b)
    if more:
        left, right = (1 + left) ** 2 / (2 + Y**2), (1 + right) ** 2 / (2 + Y**2)
    found = cs.equal(left, right, domains={"x": dx, "y": dy})
    true = truly_equal(left, right, dx, dy)
    if found.status == "equal":
        assert true
    if found.status == "different":
        at = {s: sp.Rational(v) for s, v in ((sp.Symbol(n), v) for n, v in found.witness["point"].items())}
        gap = sp.N((left - right).xreplace(at), 30)
        assert abs(gap) > 0


def test_declared_expressions_bind_through_other_symbols() -> None:
    x, y = sp.symbols("x y")
    above = cs.Quantity("q", x, domain=(x - y, y))  # x > y > 0
    assert cs.equal(above, sp.Abs(x)).status != "different"
    found = cs.equal(above, sp.Abs(x) * (x - y) / sp.Abs(x + y))
    assert found.witness is not None and float(found.witness["point"]["x"]) > float(found.witness["point"]["y"]) > 0


def test_a_declared_product_says_nothing_where_its_square_factor_is_zero() -> None:
    x, y = sp.symbols("x y")
    weak, strict = (Domains(**{kind: (x * y**2,)}) for kind in ("nonnegative", "positive"))
    conv, _ = converter([sp.sqrt(x**2) + y], weak)
    assert conv.tower.known_sign(conv(x).num) is None  # x < 0 at y = 0
    assert not cs.equal(sp.sqrt(x**2) + y, x + y, domains=weak)
    assert cs.equal(sp.sqrt(x**2) + y, x + y, domains=strict)
