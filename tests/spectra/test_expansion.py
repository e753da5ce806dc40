"""Spectra over susceptibilities, in other letters, and along long cascades."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from cascade_sym.evaluate import evaluator
from cascade_sym.exact import equal
from cascade_sym.parts import Cavity, Loss, Oscillator
from cascade_sym.spectra import cross_spectrum, noise_spectrum, over_susceptibilities

S, M = Oscillator("S", mass=-1), Oscillator("M")
Omega, epsilon = sp.Symbol("Omega"), sp.Symbol("epsilon")


def amplitude(j: str, k: str) -> sp.Expr:
    return sp.sqrt(sp.Symbol(f"Gamma_{j}{k}"))


@pytest.mark.parametrize(
    "system",
    [
        S >> M,
        S >> Loss() >> M,
        Oscillator("S", mass=-1, detuning=sp.Symbol("d")) >> M,
        Oscillator("S", mass=-1, phases=(sp.Symbol("a"), sp.Symbol("b"))) >> M,
        Cavity("c", detuning=sp.Symbol("d"), loss=sp.Symbol("k")),
    ],
    ids=["pair", "lossy", "detuned", "phases", "cavity"],
)
def test_same_spectrum_in_another_form(system):
    output = "P_L" if not isinstance(system, Cavity) else "X_c"
    N = noise_spectrum(system, output)
    found = over_susceptibilities(N)
    assert found.spectrum.steps[-1].check().ok
    f, g = evaluator(N), evaluator(found.spectrum)
    rng = np.random.default_rng(3)
    v = {p: rng.uniform(1, 2) if p.endswith("B") else rng.uniform(0.2, 0.9) for p in g.parameters}
    v |= {p: 0.0 for p in f.parameters if p not in v}  # what drops out of the sum
    np.testing.assert_allclose(g({p: v[p] for p in g.parameters}), f({p: v[p] for p in f.parameters}), rtol=1e-11)


def test_coefficients_are_free_of_the_frequency_and_of_differences():
    found = over_susceptibilities(noise_spectrum(S >> M, "P_L"))
    assert set(found.coefficients) == {((), 0), (("S",), 0), (("M",), 0), (("S", "M"), 0), (("S", "M"), 2)}
    for c in found.coefficients.values():
        assert Omega not in c.free_symbols
        assert sp.denom(sp.together(c)).is_number


def test_loss_between_the_parts_mixes_two_spectra():
    """N(epsilon) = (1 - epsilon) N_hybrid + epsilon N_M: the lost light is replaced by vacuum."""
    lossy = over_susceptibilities(noise_spectrum(S >> Loss(epsilon) >> M, "P_L"))
    clear = over_susceptibilities(noise_spectrum(S >> M, "P_L"))
    alone = over_susceptibilities(noise_spectrum(M, "P_L"))
    for key in clear.coefficients:
        assert equal(lossy[key], (1 - epsilon) * clear[key] + epsilon * alone[key])


def test_cross_spectrum_has_complex_coefficients():
    found = over_susceptibilities(cross_spectrum(S >> M, "X_L", "P_L"))
    assert found.spectrum.steps[-1].check().ok


def chain(n: int):
    parts = Oscillator("o0", mass=-1)
    for k in range(1, n):
        parts = parts >> Loss(sp.Symbol(f"eps_{k}")) >> Oscillator(f"o{k}", mass=(-1) ** (k + 1))
    return parts.system()


def test_definitions_grow_linearly():
    sizes = [len(noise_spectrum(chain(n), "P_L").definitions) for n in (4, 8, 12)]
    assert sizes[2] - sizes[1] == sizes[1] - sizes[0]


def test_a_long_cascade(response):
    s = chain(10)
    rng = np.random.default_rng(0)
    v = {}
    for p in s.parameters:
        name = str(p)
        v[p] = sp.Float(rng.uniform(1, 2) if name.endswith("B") else rng.uniform(0.1, 0.9))
    w = 0.37
    numeric = s.subs(v)
    T = response(numeric, w)
    names = list(s.outputs)
    port = s.out_ports[0]
    row = np.zeros(2 * len(names), complex)
    row[2 * names.index(port.fields["+"])] = -1j / np.sqrt(2)
    row[2 * names.index(port.fields["-"]) + 1] = 1j / np.sqrt(2)
    noise = np.repeat([float(n) for n in numeric.inputs.values()], 2)
    expected = float((noise * abs(row @ T) ** 2).sum())
    f = evaluator(noise_spectrum(s, "P_L"))
    assert f({**{str(k): float(x) for k, x in v.items()}, "Omega": w}) == pytest.approx(expected, rel=1e-11)
