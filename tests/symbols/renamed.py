"""What the toolkit finds for systems with given parameters, as numbers: the same whatever the parameters are called."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import sympy as sp
from sympy import Symbol

import cascade_sym as cs
from cascade_sym.derive import eliminate, from_coupling
from cascade_sym.latex.displayed import body
from cascade_sym.operators import Op

Params = Sequence[Symbol]
Numbers = dict[str, Any]
FREQUENCY = 0.37


def number(e: Any, at: Mapping[str, float], **more: Any) -> complex:
    """The value of an expression or quantity by an evaluator that takes parameters by name."""
    f = cs.evaluator(e)
    return complex(np.asarray(f({n: {**at, **more}[n] for n in f.parameters})))


def spectral(q: Any, at: Mapping[str, float]) -> complex:
    """The value of a spectrum at a frequency, whatever its symbol is."""
    assert q.frequency is not None
    return number(q, {**at, q.frequency.name: FREQUENCY})


def moments(V: Any, at: Mapping[str, float], first: str, second: str, g: Symbol) -> Numbers:
    f = cs.evaluator(V)
    values = f({n: at[n] for n in f.parameters})
    out = {f"{i},{j}": complex(values[i, j]) for i, j in V.elements}
    out["EPR g"] = number(cs.epr_variance(V, first, second, g=g), at)
    out["EPR 2g"] = number(cs.epr_variance(V, first, second, g=2 * g + 1), at)
    out["EPR best"] = number(cs.epr_variance(V, first, second, g="optimal"), at)
    out["E_N"] = number(cs.log_negativity(V, first, second), at)
    exact = {n: sp.Rational(str(x)) for n, x in at.items()}
    element = V[next(iter(V.elements))]
    out["exact"] = complex(float(cs.exact_value(element, {s.name: exact[s.name] for s in element.parameters}, 12)[0]))
    fixed = V.subs({p.name: exact[p.name] for p in V.parameters})
    out["subs"] = complex(fixed[next(iter(fixed.elements))].inline())
    assert body(element.inline(), name=element.name) and V._repr_latex_() and element._repr_latex_()
    assert cs.evaluator(element).source
    return out


def chain(p: Params) -> Any:
    """A negative- and a positive-mass oscillator with loss between them."""
    B, P, r, n, eps, C, D, _ = p
    first = cs.Oscillator("a", mass=-1, Gamma_B=B, Gamma_P=P, gamma=r, n=n)
    return (first >> cs.Loss(eps) >> cs.Oscillator("b", Gamma_B=C, Gamma_P=D, gamma=r, n=n)).system()


def covariances(p: Params, at: Mapping[str, float]) -> Numbers:
    """Moments, criteria, proofs, and the kernel in time."""
    system = chain(p)
    out = moments(cs.covariance(system), at, "a", "b", p[-1])
    out["read-out"] = number(cs.epr_variance(cs.covariance(system), "a", "b"), at)
    out["physical"] = bool(cs.is_physical(system))
    solved = cs.time_solution(system)
    assert solved.delay.name not in at
    out["kernel"] = number(solved.kernel[Op("b")][Op("a", True)], {**at, solved.delay.name: 0.3})
    return out


def spectra(p: Params, at: Mapping[str, float]) -> Numbers:
    """Spectra, transfer functions, and what is made of them."""
    system = chain(p)
    N = cs.noise_spectrum(system, "X_b")
    out: Numbers = {"mode": spectral(N, at), "area": number(cs.integrated(N), at)}
    out["light"] = spectral(cs.noise_spectrum(system, cs.Quadrature(p[-1])), at)
    out["transfer"] = spectral(cs.transfer(system, "a.bath", "X_b"), at)
    out["cross"] = spectral(cs.cross_spectrum(system, "X_a", "X_b"), at)
    out["budget"] = [spectral(q, at) for _, q in sorted(cs.noise_budget(system, "P_b").items())]
    out["lab"] = spectral(cs.noise_spectrum(system, "P_L", frame="lab", carrier=p[-1]), at)
    out["sum"] = spectral(cs.over_susceptibilities(N).spectrum, at)
    return out


def force(p: Params, at: Mapping[str, float]) -> Numbers:
    """The sensitivity to a force."""
    w = Symbol("frequency of the force")
    port = cs.force_port(cs.Oscillator("b", Gamma_B=p[0], Gamma_P=p[1], gamma=p[2], n=p[3]), "b", through="b.bath")
    found = cs.matched_filter_sensitivity(port, "P_L", cs.lorentzian(p[-1], frequency=w), frequency=w)
    assert found._repr_latex_()
    return {"force": found.value({s.name: at[s.name] for s in found.variance.parameters})[0]}


def squeezed(p: Params, at: Mapping[str, float]) -> Numbers:
    """Two coupled modes with one- and two-mode squeezing and a detuning; normal forms."""
    G, H, chi, d, k, r, n, g = p
    a, b = cs.operator("a"), cs.operator("b")
    energy = d * a.dagger() * a + G * (a.dagger() * b + b.dagger() * a) + H * (a * b + a.dagger() * b.dagger())
    energy = energy + chi * (a.dagger() ** 2 + a**2)
    system = cs.SLH("om", H=energy, ports={"light": sp.sqrt(k) * a}, baths={"bath": (sp.sqrt(r) * b, n)}).system()
    V = cs.covariance(system)
    out: Numbers = {"X_a,X_b": number(V["X_a", "X_b"], at)}
    out["EPR g"] = number(cs.epr_variance(V, "a", "b", g=2 * g + 1), at)
    out["equal"] = bool(cs.equal((G + chi) ** 2 / k, (G**2 + 2 * G * chi + chi**2) / k))
    out["normal form"] = number(cs.normal_form((G**2 - chi**2) / (G + chi) + sp.sqrt(k * r) * sp.sin(2 * d)), at)
    return out


def looped(p: Params, at: Mapping[str, float]) -> Numbers:
    """A cavity whose light is fed back; a fast mode eliminated."""
    k, m, r, d, _, _, at_frequency, g = p
    ring = cs.feedback(cs.Cavity("a", kappa={"light": k, "back": m}, detuning=d, loss=r), "a.out", "a.in_back")
    out: Numbers = {"loop": number(cs.covariance(ring)["X_a", "X_a"], at)}
    out["loop spectrum"] = spectral(cs.noise_spectrum(ring, "X_a"), at)
    forms = [c for _, c in cs.frequency_solution(ring, "a")]
    (omega,) = {s for c in forms for s in c.free_symbols} - set(ring.parameters)
    out["frequency"] = [number(c, {**at, omega.name: FREQUENCY}) for c in forms]
    c, a, b = cs.operator("c"), cs.operator("a"), cs.operator("b")
    H = c.dagger() * c * d - (c + c.dagger()) * (a + a.dagger()) * g
    cavity = from_coupling(H + (c.dagger() * b - b.dagger() * c) * sp.I, ["c", "a"], {"": "b"}, name="c")
    found = eliminate(cavity, "c", "a", at=at_frequency, rename="m")
    out["eliminated"] = number(found.linewidth, at)
    out["self energy"] = number(found.self_energy, {**at, found.frequency.name: FREQUENCY})
    return out


def conditional(p: Params, at: Mapping[str, float]) -> Numbers:
    """A measured oscillator."""
    B, P, r, n, eta, _, phi, _ = p
    detector = cs.Homodyne(angle=phi, efficiency=eta)
    M = cs.Oscillator("a", Gamma_B=B, Gamma_P=P, gamma=r, n=n)
    seen = cs.conditional_covariance(M, detector)
    out: Numbers = {"closed": number(seen["X_a", "X_a"], at)}
    values = cs.conditional_evaluator(seen)({s.name: at[s.name] for s in (B, P, r, n, eta, phi)})
    out["numbers"] = complex(values["X_a", "X_a"])
    rates = cs.moment_equations(M, detector)
    known = {s: sp.Rational(1, 3 + i) for i, s in enumerate(rates.symbols.values())}
    out["moments"] = [number(rates.covariances[k].xreplace(known), at) for k in sorted(rates.covariances)]
    equations = cs.riccati(M, detector)
    table = dict(zip(equations.symbols, [sp.Rational(1, 3), sp.S.Zero, sp.S.Zero, sp.Rational(1, 2)], strict=True))
    out["riccati"] = number(equations.definitions.inline(equations.equations["X_a", "X_a"].xreplace(table)), at)
    return out


def expansions(p: Params, at: Mapping[str, float]) -> Numbers:
    """Expansions and limits."""
    C, x, m, q = p[:4]
    out: Numbers = {"limit": number(cs.expand(x / (1 + m / C), large=C, terms=1).terms[0][0], at)}
    out["expand"] = [number(c, at) for c, _ in cs.expand(sp.sqrt(m * C + q) / (C + sp.sqrt(C) * m), large=C).terms]
    return out


def optima(p: Params, at: Mapping[str, float]) -> Numbers:
    """Scalings: a closed form, and a root of a polynomial."""
    C, x, m, q = p[:4]
    law = cs.scaling((m + C * (1 - x) ** 2) / (1 + C * (1 - x**2)), large=C, over=[x], positive=[1 + C * (1 - x**2)],
                     checks=0)  # fmt: skip
    out: Numbers = {"exponent": float(law.exponent), "prefactor": float(law.at({m: sp.Rational(str(at[m.name]))}))}
    out["leading"] = len(law.leading_function.free_symbols)
    root = cs.scaling(C * x**5 + q * C / x + m * C * x, large=C, over=[x], terms=1, checks=0)
    out["root"] = float(root.at({s: sp.Rational(str(at[s.name])) for s in (m, q)}))
    assert root.prefactor.variable not in p
    assert law.prefactor.latex() and root.prefactor.latex() and str(law.steps)
    return out


SYSTEMS: dict[str, tuple[Callable[[Params, Mapping[str, float]], Numbers], tuple[float, ...]]] = {
    "covariances": (covariances, (0.9, 0.2, 0.3, 0.4, 0.15, 1.1, 0.35, 0.8)),
    "spectra": (spectra, (0.9, 0.2, 0.3, 0.4, 0.15, 1.1, 0.35, 0.8)),
    "force": (force, (0.9, 0.2, 0.3, 0.4, 0.15, 1.1, 0.35, 0.8)),
    "squeezed": (squeezed, (0.4, 0.15, 0.1, 0.35, 1.7, 0.6, 0.25, 0.8)),
    "looped": (looped, (0.9, 0.3, 0.5, 0.4, 0.15, 0.25, 0.7, 0.3)),
    "conditional": (conditional, (0.9, 0.3, 0.5, 0.25, 0.85, 0.4, 0.7, 0.3)),
    "expansions": (expansions, (0.9, 0.3, 0.6, 0.4)),
    "optima": (optima, (0.9, 0.3, 0.6, 0.4)),
}


def found(system: str, names: Sequence[str]) -> Numbers:
    """All results of a system with these names of its parameters."""
    make, numbers = SYSTEMS[system]
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        return make([Symbol(n) for n in names], dict(zip(names, numbers, strict=True)))


def differences(was: Numbers, now: Numbers) -> list[str]:
    """The results that are not the same."""
    keys = [k for k in was if k not in now or not np.allclose(was[k], now[k], rtol=1e-9, atol=1e-12)]
    return [f"{k}: {was[k]} is now {now.get(k)}" for k in keys]
