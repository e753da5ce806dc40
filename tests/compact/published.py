"""Systems with a published closed form: what the toolkit derives, the names of the paper, and the form.

The source beside a system is where it is known from; its form is written in the names used here, as the literature has
it, and is no copy of the print. The number beside each in `python -m
tests.benchmarks.compact` is how many operations both have, counted alike (`Quantity.operations`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import sympy as sp
from sympy import Expr

import cascade_sym as cs
from cascade_sym.operators import LinearForm, Op

a, b, c, b1, b2 = (cs.operator(m) for m in ("a", "b", "c", "1", "2"))
kappa, gamma, Gamma, kappa_1, kappa_2, C_1, C_2 = (
    cs.symbol(s, "positive") for s in ("kappa", "gamma", "Gamma", "kappa_1", "kappa_2", "C_1", "C_2")
)
eta, sigma, omega, Delta, Omega, chi, G, g, n, G_m, G_p, theta, r, K, phi, N = sp.symbols(
    "eta sigma omega Delta Omega chi G g n G_m G_p theta r K phi N"
)


class Published(NamedTuple):
    """A system: what makes the quantity, the paper's names, and its known closed form in them."""

    name: str
    derived: Callable[[], cs.Quantity]
    form: Expr
    names: Mapping[str, Any] = {}


def opo() -> cs.Quantity:
    amplifier = cs.Squeezer("q", chi=sigma * kappa / 2, kappa=eta * kappa, loss=(1 - eta) * kappa)
    return 2 * cs.noise_spectrum(amplifier, "P", frequency=omega)


def output_epr() -> cs.Quantity:
    """Wang-Clerk: EPR variance of two cavities' outputs on resonance, 1 for vacuum."""
    G_1, G_2 = (sp.sqrt(C * kappa * gamma) / 2 for C in (C_1, C_2))
    H = G_1 * (b1.dagger() * b + b.dagger() * b1) + G_2 * (b2 * b + b.dagger() * b2.dagger())
    ports = {"one": sp.sqrt(kappa) * b1, "two": sp.sqrt(kappa) * b2}
    system = cs.SLH("w", H, ports, {"bath": (sp.sqrt(gamma) * b, N)})
    form = LinearForm({Op(f"w.out_{p}", dag): sp.Rational(1, 2) for p in ("one", "two") for dag in (False, True)})
    return 2 * cs.noise_spectrum(system, form, frequency=0)


def two_oscillators(bath: bool) -> cs.Quantity:
    """Woolley-Clerk: EPR variance of two oscillators in a cavity with two drives."""
    both = b1 + b2
    H = Omega * (b1.dagger() * b1 - b2.dagger() * b2) + G_m * (a.dagger() * both + both.dagger() * a)
    H = H + G_p * (a * both + both.dagger() * a.dagger())
    baths = {f"bath_{k}": (sp.sqrt(gamma) * m, n) for k, m in (("1", b1), ("2", b2))} if bath else {}
    return cs.epr_variance(cs.covariance(cs.SLH("w", H, {"light": sp.sqrt(kappa) * a}, baths)), "1", "2", g=1)


def phonons(system: Any) -> cs.Quantity:
    V = cs.covariance(system)
    return (V["X_b", "X_b"] + V["P_b", "P_b"] - 1) / 2


def cooled() -> cs.Quantity:
    H = G * (a.dagger() * b + b.dagger() * a)
    return phonons(cs.SLH("om", H, {"light": sp.sqrt(kappa) * a}, {"bath": (sp.sqrt(gamma) * b, n)}))


def cooling_limit() -> cs.Quantity:
    H = -Delta * a.dagger() * a + Omega * b.dagger() * b + g * (a + a.dagger()) * (b + b.dagger())
    exact = phonons(cs.SLH("om", H, ports={"light": sp.sqrt(kappa) * a}))
    return cs.Quantity("n_min", cs.normal_form(exact).subs(g, 0))


def jpa() -> cs.Quantity:
    H = Delta * a.dagger() * a + sp.I * chi / 2 * (a.dagger() ** 2 - a**2)
    return cs.transfer(cs.SLH("j", H, {"p": sp.sqrt(kappa) * a}), "j.in_p", "j.out_p", frequency=omega)


def omit() -> cs.Quantity:
    H = -Delta * a.dagger() * a + Omega * b.dagger() * b + G * (a.dagger() * b + b.dagger() * a)
    share = {"p": sp.sqrt(eta * kappa) * a}
    baths = {"loss": (sp.sqrt((1 - eta) * kappa) * a, 0), "bath": (sp.sqrt(gamma) * b, n)}
    return cs.transfer(cs.SLH("o", H, share, baths), "o.in_p", "o.out_p", frequency=omega)


def electro_optic() -> cs.Quantity:
    H = g * (a.dagger() * c + c.dagger() * a)
    system = cs.SLH("t", H, {"microwave": sp.sqrt(kappa_1) * a, "light": sp.sqrt(kappa_2) * c})
    return cs.transfer(system, "t.in_microwave", "t.out", frequency=omega)


def transducer() -> cs.Quantity:
    """Through a mechanical mode, on resonance."""
    G_1, G_2 = (sp.sqrt(C * k * gamma) / 2 for C, k in ((C_1, kappa_1), (C_2, kappa_2)))
    H = G_1 * (a * b.dagger() + b * a.dagger()) + G_2 * (c * b.dagger() + b * c.dagger())
    ports = {"microwave": sp.sqrt(kappa_1) * a, "light": sp.sqrt(kappa_2) * c}
    system = cs.SLH("t", H, ports, {"bath": (sp.sqrt(gamma) * b, n)})
    return abs(cs.transfer(system, "t.in_microwave", "t.out", frequency=0)) ** 2


def heterodyne() -> cs.Quantity:
    oscillator = cs.Oscillator("A", Gamma=Gamma, theta=theta, gamma=gamma, n=n)
    return cs.conditional_covariance(cs.riccati(oscillator, cs.Heterodyne()))["X_A", "X_A"]


def squeezed_interferometer() -> cs.Quantity:
    """Output of a mass that squeezed light probes, read at P: phase noise and back-action."""
    light = cs.SqueezedLight(r, phi)
    return 2 * cs.noise_spectrum(light >> cs.PhaseShift(theta), "P", frequency=omega)


def light_mediated() -> cs.Quantity:
    """Karg et al.: one system sees the light before and after the other, which is delayed by phi each way."""
    Gamma_1, Gamma_2 = (cs.symbol(f"Gamma_{k}", "nonnegative") for k in (1, 2))
    (X_1, _), (X_2, _) = cs.quadratures("1"), cs.quadratures("2")
    twice = cs.SLH("A", 0, {"one": sp.sqrt(2 * Gamma_1) * X_1, "two": sp.sqrt(2 * Gamma_1) * X_1})
    once = cs.SLH("B", 0, {"p": sp.sqrt(2 * Gamma_2) * X_2})
    parts = {"A": twice, "forth": cs.PhaseShift(phi), "B": once, "back": cs.PhaseShift(phi)}
    loop = cs.connect(parts, [("A.one", "forth"), ("forth", "B"), ("B", "back"), ("back", "A.two")])
    force = cs.langevin(loop)["1"].terms[Op("2")]  # dP_1/dt = g X_2
    return cs.Quantity("g", 2 * force / sp.I)


SYSTEMS = [
    # Collett and Gardiner, PRA 30, 1386 (1984)
    Published("output spectrum of an OPO", opo, 1 - 4 * eta * sigma / ((1 + sigma) ** 2 + 4 * omega**2 / kappa**2)),
    # Wang and Clerk, PRL 110, 253601 (2013): outputs on resonance, in cooperativities
    Published(
        "EPR variance of two outputs", output_epr,
        ((1 + (sp.sqrt(C_1) - sp.sqrt(C_2)) ** 2) ** 2 + 4 * N * (sp.sqrt(C_1) - sp.sqrt(C_2)) ** 2)
        / (1 + C_1 - C_2) ** 2,
    ),
    # Woolley and Clerk, PRA 89, 063805 (2014)
    Published("EPR variance of two oscillators", lambda: two_oscillators(False), (G_m - G_p) / (G_m + G_p)),
    # Dobrindt, Wilson-Rae, Kippenberg, PRL 101, 263602 (2008), with their g = 2 G
    Published(
        "final phonon number", cooled,
        gamma * n * (4 * G**2 + kappa**2 + kappa * gamma) / ((kappa + gamma) * (4 * G**2 + kappa * gamma)),
    ),
    # Marquardt, Chen, Clerk, Girvin, PRL 99, 093902 (2007)
    Published(
        "cooling limit of a detuned cavity", cooling_limit,
        -((Delta + Omega) ** 2 + kappa**2 / 4) / (4 * Delta * Omega),
    ),
    # Yamamoto, Koshino, Nakamura, in Principles and Methods of Quantum Information Technologies (2016), chapter 23
    Published(
        "gain of a JPA", jpa,
        1 - kappa * (kappa / 2 - sp.I * (Delta + omega)) / ((kappa / 2 - sp.I * omega) ** 2 + Delta**2 - chi**2),
    ),
    # Weis et al., Science 330, 1520 (2010)
    Published(
        "OMIT", omit,
        1 - eta * kappa / (kappa / 2 - sp.I * (Delta + omega) + G**2 / (gamma / 2 - sp.I * (omega - Omega))),
    ),
    # Tsang, PRA 84, 043845 (2011)
    Published(
        "electro-optic transducer", electro_optic,
        sp.I * g * sp.sqrt(kappa_1) * sp.sqrt(kappa_2)
        / ((kappa_1 / 2 - sp.I * omega) * (kappa_2 / 2 - sp.I * omega) + g**2),
    ),
    # Safavi-Naeini and Painter, NJP 13, 013017 (2011)
    Published("mechanical transducer", transducer, 4 * C_1 * C_2 / (1 + C_1 + C_2) ** 2),
    # Doherty and Jacobs, PRA 60, 2700 (1999)
    Published(
        "heterodyne detection", heterodyne,
        (sp.sqrt(gamma**2 + 2 * Gamma * gamma * (2 * n + 1) + Gamma**2) - gamma) / (2 * Gamma),
    ),
    # Karg, Gouraud, Treutlein, Hammerer, PRA 99, 063829 (2019)
    Published(
        "light-mediated coupling", light_mediated,
        -4 * sp.sqrt(sp.Symbol("Gamma_1", nonnegative=True)) * sp.sqrt(sp.Symbol("Gamma_2", nonnegative=True)) * sp.sin(phi),
    ),
    # Caves, PRD 23, 1693 (1981)
    Published(
        "squeezed light", squeezed_interferometer,
        sp.cosh(2 * r) + sp.sinh(2 * r) * sp.cos(2 * theta + phi),
    ),
]  # fmt: skip
