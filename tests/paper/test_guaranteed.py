"""Declared formulas over hard arrays: guaranteed to 1e-13, and no bound below the true error, against mpmath."""

from __future__ import annotations

from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.definitions import Quantity
from cascade_sym.paper import load_folder

HUANG = Path(__file__).resolve().parents[2] / "derivations" / "huang2018"
MODEL = load_folder(HUANG).model
NAMES = [n for n, d in MODEL.quantities.items() if d.number is None]
COUNT = 200


def hard(names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Cooperativities from 1e-3 to 1e12, angles to within 1e-8 of pi/4, occupancies from 0 to 1e8."""
    rng = np.random.default_rng(11)
    near = {j: 10.0 ** rng.uniform(-8, -0.2, COUNT) for j in "SM"}
    near["M"] = np.where(rng.random(COUNT) < 0.3, near["S"] * (1 + 10.0 ** rng.uniform(-15, -3, COUNT)), near["M"])
    table = {f"theta_{j}": np.pi / 4 + near[j] for j in "SM"}
    for j in "SM":
        table[f"C_{j}"] = 10.0 ** rng.uniform(-3, 12, COUNT)
        table[f"gamma_{j}0"] = 10.0 ** rng.uniform(-1, 5, COUNT)
        table[f"n_{j}"] = np.where(rng.random(COUNT) < 0.1, 0.0, 10.0 ** rng.uniform(-2, 8, COUNT))
    table["epsilon"] = np.where(rng.random(COUNT) < 0.3, 0.0, 10.0 ** rng.uniform(-6, -0.05, COUNT))
    table["gamma_sig"] = 10.0 ** rng.uniform(-2, 9, COUNT)
    table["delta"] = 10.0 ** rng.uniform(-3, 9, COUNT)
    return {n: table[n] for n in names}


def in_mpmath(q: Quantity, values: dict[str, np.ndarray]) -> list[mpmath.mpf]:
    """Definition after definition at 150 digits."""
    steps = [(s, sorted(e.free_symbols, key=str), e) for s, e in (*q.definitions, (sp.Symbol("result"), q.expr))]
    functions = [(s, used, sp.lambdify(used, e, "mpmath")) for s, used, e in steps]
    out = []
    with mpmath.workdps(150):
        for k in range(COUNT):
            table = {sp.Symbol(n): mpmath.mpf(float(v[k])) for n, v in values.items()}
            for s, used, f in functions:
                table[s] = f(*(table[u] for u in used))
            out.append(mpmath.re(table[sp.Symbol("result")]))
    return out


@pytest.mark.parametrize("name", NAMES)
def test_declared_formulas(name: str) -> None:
    q = MODEL.declared(name).make()
    values = hard(tuple(s.name for s in q.parameters))
    want = in_mpmath(q, values)
    for precision in ("guaranteed", "double"):
        got, bound = cs.evaluator(q, precision=precision, error=True)(values)
        for g, b, w in zip(got, bound, want, strict=True):
            with mpmath.workdps(60):
                error = abs(mpmath.mpf(float(g)) - w)
            if precision == "double" and np.isnan(g):
                continue  # a root of what rounding made negative: no value, and nothing claimed
            assert error <= b
            assert precision == "double" or error <= 1e-13 * abs(w)
