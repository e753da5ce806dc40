"""Huge programs as vector instructions, against the same programs compiled and in NumPy; and the work they take."""

from __future__ import annotations

import random

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.evaluate.backends import compiled
from cascade_sym.evaluate.backends.numpy_blocks import NumpyKernel
from cascade_sym.evaluate.program.forms import HUGE
from cascade_sym.program.builder import Builder
from cascade_sym.program.nodes import Output, Program
from tests.benchmarks.core import cascade

pytest.importorskip("llvmlite")
UNARY = ("neg", "abs", "sqrt", "sin", "cos", "tan", "exp", "log", "atan", "asin", "acos", "sinh", "cosh", "tanh",
         "asinh", "rint", "nonnegative", "positive")  # fmt: skip
BINARY = ("add", "add", "sub", "sub", "mul", "mul", "mul", "div", "min", "max", "copysign", "pow", "atan2", "positive",
          "nonnegative")  # fmt: skip


def random_program(seed: int, size: int = 80) -> Program:
    rng, b = random.Random(seed), Builder()
    nodes = [b.param(f"x{k}") for k in range(4)] + [b.const(2), b.const(-3)]
    for _ in range(size):
        kind = rng.choice("uubbbbbs")
        pick = [rng.choice(nodes) for _ in range(3)]
        if all(b.value(i) is not None for i in pick[: 1 + (kind != "u")]):
            continue  # would be folded
        if kind == "u":
            nodes.append(b.apply(rng.choice(UNARY), pick[0]))
        elif kind == "b":
            nodes.append(b.apply(rng.choice(BINARY), *pick[:2]))
        else:
            nodes.append(b.apply("select", *pick))
    outputs = [Output(f"o{k}", i) for k, i in enumerate(rng.sample(nodes, 20))]
    return b.finish([*outputs, Output("again", outputs[0].re), Output("x0", nodes[0])])


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_random_programs_give_what_compiled_ones_give(seed, strict, monkeypatch):
    program = random_program(seed)
    rng = np.random.default_rng(seed)
    for count in (1, 3, 4, 7, 131, 300):
        inputs = [rng.normal(size=count) if k != 1 else 0.75 for k, _ in enumerate(program.leaves)]
        found = {}
        for limit in (0, 10**9):
            monkeypatch.setattr(compiled, "LONG", limit)
            out = [np.empty(count) for _ in program.output_nodes()]
            flags = compiled.CompiledKernel(program, 1, strict)(count, inputs, out)
            found[limit] = out
            assert flags.holes or not np.isnan(out[0]).any()
        reference = [np.empty(count) for _ in program.output_nodes()]
        NumpyKernel(program)(count, inputs, reference)
        for name, a, b, c in zip(program.outputs, found[0], found[10**9], reference, strict=True):
            # what cancels may differ by its rounding, so a value far from both would have to be far from their distance
            assert (np.isnan(a) == np.isnan(b)).all() or (np.isnan(a) == np.isnan(c)).all(), name
            close = np.isclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True)
            close |= np.isclose(a, c, rtol=1e-9, atol=1e-12, equal_nan=True)
            assert close.mean() > 0.95, name


def test_a_sum_of_products_is_right_to_the_last_digits(monkeypatch):
    """Fused operations of every shape: a b + c, c + a b, a b - c, c - a b."""
    monkeypatch.setattr(compiled, "LONG", 0)
    a, b, c = sp.symbols("a b c")
    formulas = {"1": a * b + c, "2": a * b - c, "3": c - a * b, "4": -a * b - c, "5": a * b + c * b, "6": a * b - c * b}
    rng = np.random.default_rng(0)
    at = {n: rng.normal(size=100) for n in "abc"}
    for name, value in cs.evaluator(formulas, "compiled", threads=1)(at).items():
        want = sp.lambdify((a, b, c), formulas[name])(*at.values())
        assert np.abs(value - want).max() < 1e-15 * 8, name


@pytest.fixture(scope="module")
def sixteen():
    return cs.covariance(cascade(16))


def test_a_long_cascade_is_right_and_watched(sixteen):
    """Sixteen oscillators: instructions, against exact values; and where digits are lost the call says so."""
    V = sixteen
    f = cs.evaluator(V, "compiled", threads=1)
    assert f._evaluate.plan.huge
    rng = np.random.default_rng(2)
    at = {n: rng.uniform(*((0.0, 0.3) if "eps" in n else (0.0, 0.5) if n.endswith("P") else (0.6, 1.5)), 40)
          for n in f.parameters}  # fmt: skip
    found = f(at)
    for i, j in (("X_o0", "X_o15"), ("X_o7", "X_o9"), ("X_o15", "X_o15")):
        names = {s.name for s in V[i, j].parameters}
        exact = float(cs.exact_value(V[i, j], {n: float(v[11]) for n, v in at.items() if n in names}, 17)[0])
        assert found[i, j][11] == pytest.approx(exact, rel=1e-11)
    hard = {n: v.copy() for n, v in at.items()}
    for k in range(16):  # each mode is damped by the last digits of a difference
        hard[f"Gamma_o{k}B"][:] = 1e9
        hard[f"Gamma_o{k}P"][:] = 1e9
    with pytest.warns(RuntimeWarning, match="digits of a result are lost"):
        f(hard)


def test_work_grows_as_the_network_does(sixteen):
    """Operations of the whole covariance: at most as the cube, and planning never makes more than were written."""
    counts = {}
    for n, V in ((8, cs.covariance(cascade(8))), (16, sixteen)):
        e = cs.evaluator(V)._evaluate
        assert len(e.plan.best.nodes) <= 1.05 * len(e.plan.literal.nodes)
        counts[n] = e.operations
    assert len(e.plan.literal.nodes) > HUGE
    assert counts[16] < 8 * counts[8]
