"""A difference is shown simplified, or, where that takes too long, as it stands."""

from __future__ import annotations

import pytest
import sympy as sp

from cascade_sym.paper import verdict

a, b, c, d, e, f = sp.symbols("a b c d e f")


def test_a_difference_of_nested_roots_is_shown_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "SIMPLIFIED", 0.3)
    x = sp.sqrt(a + sp.sqrt(b + c * sp.sqrt(d + e)))
    y = sp.sqrt(f + x * sp.sqrt(a**2 + b**2 + sp.sqrt(c * d + e * f)))
    long = (x + y) ** 3 / (1 + x * y + sp.sqrt(1 + x**2 + y**2))
    long -= (y - x * sp.sqrt(a + b + c)) ** 3 / (2 + x + sp.sqrt(y + x + a))
    assert verdict.shown_difference(long) == long
    monkeypatch.setattr(verdict, "SIMPLIFIED", 60.0)
    assert verdict.shown_difference((a**2 - b**2) / (a + b)) == a - b
