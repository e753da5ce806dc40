"""Transfer functions and spectra against the frequency response that plain NumPy finds from (A, B, C, D)."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from cascade_sym.evaluate import evaluator
from cascade_sym.operators import LinearForm, Op
from cascade_sym.spectra import Quadrature, cross_spectrum, noise_spectrum, transfer
from cascade_sym.steps import check_all

GRID = np.array([-3.1, -0.4, 0.0, 0.7, 2.9])
r2 = 1 / np.sqrt(2)


def at(f, w):
    """The value of an evaluator at a frequency, also where it depends on none (a transfer function that is
    zero)."""
    return f(Omega=w) if "Omega" in f.parameters else f()


def rows_of(system, forms):
    """Forms over (outputs, adjoints) as NumPy rows, in the order of frequency_response."""
    names = list(system.outputs)
    out = np.zeros((len(forms), 2 * len(names)), complex)
    for i, form in enumerate(forms):
        for (name, dag), c in form.items():
            out[i, 2 * names.index(name) + dag] = c
    return out


@pytest.mark.parametrize("seed", range(6))
def test_single_band_network(seed, network, response, input_noise):
    s = network(seed, modes=1 + seed % 3)
    phi = 0.3 + seed
    quads = ["X", "P", Quadrature(sp.Float(phi))]
    forms = [{("out0", 0): r2 * np.exp(-1j * a), ("out0", 1): r2 * np.exp(1j * a)} for a in (0, np.pi / 2, phi)]
    weights = rows_of(s, forms)
    f = [evaluator(noise_spectrum(s, q)) for q in quads]
    cross = evaluator(cross_spectrum(s, "X", "P"))
    for w in GRID:
        T = weights @ response(s, w)
        S = T @ np.diag(input_noise(s)) @ T.conj().T
        for k in range(3):
            assert at(f[k], w) == pytest.approx(S[k, k].real, rel=1e-11)
        assert complex(at(cross, w)) == pytest.approx(S[0, 1], rel=1e-11, abs=1e-11 * abs(S[0, 0]))


@pytest.mark.parametrize("seed", range(6))
def test_sideband_cascade(seed, cascade, response, input_noise):
    s = cascade(seed, length=1 + seed % 3)
    port = s.out_ports[0]
    plus, minus = port.fields["+"], port.fields["-"]
    forms = [
        {(plus, 0): r2, (minus, 1): r2},
        {(plus, 0): -1j * r2, (minus, 1): 1j * r2},
        {(plus, 0): 0.5, (plus, 1): 0.5, (minus, 0): 0.5, (minus, 1): 0.5},
        {(plus, 0): -0.5j, (plus, 1): 0.5j, (minus, 0): -0.5j, (minus, 1): 0.5j},
    ]
    names = ["X_L", "P_L", "X_cos", "P_cos"]
    weights = rows_of(s, forms)
    f = [evaluator(noise_spectrum(s, q)) for q in names]
    for w in GRID:
        T = weights @ response(s, w)
        S = T @ np.diag(input_noise(s)) @ T.conj().T
        for k, name in enumerate(names):
            assert at(f[k], w) == pytest.approx(S[k, k].real, rel=1e-11), name


@pytest.mark.parametrize("seed", range(2))
def test_every_transfer_function(seed, cascade, network, response):
    for s in (cascade(seed, length=2), network(seed, modes=2)):
        out = next(iter(s.outputs))
        for j, name in enumerate(s.inputs):
            for dag in (0, 1):
                T = evaluator(transfer(s, name + "^+" * dag, out))
                for w in GRID:
                    assert complex(at(T, w)) == pytest.approx(response(s, w)[0, 2 * j + dag], rel=1e-11, abs=1e-13)


def test_a_loop_of_eight_operators(network, response, input_noise):
    s = network(11, modes=4)
    f = evaluator(noise_spectrum(s, "P"))
    weights = rows_of(s, [{("out0", 0): -1j * r2, ("out0", 1): 1j * r2}])
    for w in GRID:
        T = weights @ response(s, w)
        assert f(Omega=w) == pytest.approx(float((input_noise(s) * abs(T[0]) ** 2).sum()), rel=1e-11)


def test_arrays_of_frequencies_and_parameters():
    from cascade_sym.parts import Oscillator

    N = noise_spectrum(Oscillator("M", Gamma_P=0, gamma=1, n=0), "P_L")
    values = evaluator(N)(Omega=GRID[:, None], Gamma_MB=np.array([0.5, 1.0]))
    assert values.shape == (5, 2)
    assert values.dtype == np.float64


def test_steps_hold_and_can_fail(cascade):
    from dataclasses import replace

    from cascade_sym.parts import Oscillator

    s = (Oscillator("S", mass=-1) >> Oscillator("M")).system()
    N = noise_spectrum(s, "P_L")
    assert [c.ok for c in check_all(N.steps)] == [True, True, True]
    # the same sweep, checked against a system with another coupling, is refused
    from cascade_sym.spectra.backward import sweep
    from cascade_sym.spectra.readout import as_readout, axis
    from cascade_sym.spectra.spectrum import started
    from cascade_sym.spectra.spectrum_steps import response_steps

    read = as_readout(s, "P_L")
    dynamics = started(s, axis((read,), None, "rotating", None), (read,))
    found = sweep(dynamics, read.form)
    dynamics.system = replace(s, drift={**s.drift, "M": s.drift["M"].scaled(2)})
    assert not all(c.ok for c in check_all(response_steps(dynamics, (read,), (found,))))


def test_output_given_as_a_form(cascade, response, input_noise):
    s = cascade(3, length=2)
    port = s.out_ports[0]
    form = LinearForm({Op(port.fields["+"]): sp.Integer(2), Op(port.fields["-"], True): sp.I})
    f = evaluator(noise_spectrum(s, form))
    weights = rows_of(s, [{(port.fields["+"], 0): 2, (port.fields["-"], 1): 1j}])
    T = weights @ response(s, 0.4)
    assert f(Omega=0.4) == pytest.approx(float((input_noise(s) * abs(T[0]) ** 2).sum()), rel=1e-11)
