"""Random physical systems, and their frequency response by plain NumPy."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp

from cascade_sym.operators import as_operator, operator
from cascade_sym.parts import Loss, Oscillator
from cascade_sym.system import LinearSystem, Port
from cascade_sym.system.triple import Channel, slh_system


def _number(rng: random.Random, size: int = 1) -> sp.Rational:
    return sp.Rational(rng.randint(-9 * size, 9 * size), 10)


def random_network(seed: int, modes: int = 2, *, coupled: bool = True) -> LinearSystem:
    """A system with a random quadratic Hamiltonian and random linear couplings; stable, phase-sensitive,
    exact numbers."""
    rng = random.Random(seed)
    while True:
        names = [f"m{k}" for k in range(modes)]
        a = {m: operator(m) for m in names}
        H = as_operator(0)
        for i, m in enumerate(names):
            H = H + a[m].dagger() * a[m] * _number(rng, 2)
            for k in names[i + 1 if coupled else modes :]:
                g, h = _number(rng) + sp.I * _number(rng), _number(rng) + sp.I * _number(rng)
                H = H + a[m] * a[k].dagger() * g + a[m].dagger() * a[k] * sp.conjugate(g)
                H = H + a[m] * a[k] * h + a[m].dagger() * a[k].dagger() * sp.conjugate(h)
            s = sp.Rational(rng.randint(-2, 2), 10)
            H = H + (a[m] ** 2 + a[m].dagger() ** 2) * s
        channels = []
        for k in range(modes + 1):
            L = as_operator(0)
            for m in names:
                L = L + a[m] * (_number(rng) + sp.I * _number(rng) + (1 if k else 0)) + a[m].dagger() * _number(rng) / 3
            noise = sp.Rational(1, 2) + (sp.Rational(rng.randint(0, 30), 10) if k else 0)
            channels.append(Channel(f"in{k}", f"out{k}", L, sp.S.One, noise))
        s = slh_system(
            names, H, channels, in_ports=[Port("light", {"": "in0"})], out_ports=[Port("light", {"": "out0"})]
        )
        if np.linalg.eigvals(np.array(s.A, dtype=complex)).real.max() < -0.05:
            return s


def random_cascade(seed: int, length: int = 2) -> LinearSystem:
    """Oscillators of random mass sign in series with losses between them; stable, exact numbers."""
    rng = random.Random(seed)
    q = lambda a, b: sp.Rational(rng.randint(int(10 * a), int(10 * b)), 10)  # noqa: E731
    chain: object = None
    for k in range(length):
        damping, up = q(0.2, 2), q(0, 2)
        down = up + q(-0.1, 2) if up > sp.Rational(1, 2) else up + q(0, 2)
        part = Oscillator(
            f"o{k}",
            mass=rng.choice((1, -1)),
            Gamma_B=down,
            Gamma_P=up,
            gamma=damping + sp.Rational(1, 10),
            n=q(0, 4),
            detuning=q(-1, 1),
        )
        chain = part if chain is None else chain >> Loss(q(0, 1)) >> part  # type: ignore[operator]
    return chain.system()  # type: ignore[attr-defined]


def frequency_response(system: LinearSystem, w: float) -> np.ndarray:
    """C (-i w - A)^(-1) B + D, rows (out, out^+), columns (in, in^+), from the flattened matrices."""
    A, B, C, D = (np.array(sp.Matrix(m).evalf(30), dtype=complex) for m in (system.A, system.B, system.C, system.D))
    return C @ np.linalg.solve(-1j * w * np.eye(len(A)) - A, B) + D


def noise(system: LinearSystem) -> np.ndarray:
    return np.repeat([float(n) for n in system.inputs.values()], 2)


@pytest.fixture
def network() -> Callable[..., LinearSystem]:
    return random_network


@pytest.fixture
def cascade() -> Callable[..., LinearSystem]:
    return random_cascade


@pytest.fixture
def response() -> Callable[[LinearSystem, float], np.ndarray]:
    return frequency_response


@pytest.fixture
def input_noise() -> Callable[[LinearSystem], np.ndarray]:
    return noise
