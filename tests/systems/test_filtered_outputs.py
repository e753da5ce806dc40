"""Filtered output modes of an optical parametric oscillator below threshold, and their entanglement.

With lambda_-+ = kappa/2 -+ chi the output of a degenerate oscillator has the two-time functions

    <X(t) X(s)> = delta(t - s)/2 + (kappa chi/(2 lambda_-)) e^(-lambda_- |t - s|),   <P P> with -chi and lambda_+,

and int int f f e^(-lambda |t - s|) = 2/(lambda + g/2) for f = sqrt(g) e^(-g t/2): the filtered mode has

    Var X = 1/2 + kappa chi/(lambda_- (lambda_- + g/2)),   Var P = 1/2 - kappa chi/(lambda_+ (lambda_+ + g/2)).

Signal and idler of a nondegenerate oscillator, filtered alike, are the superpositions of two such outputs: their EPR
variance is 2 Var P, and their logarithmic negativity -ln(2 Var P). Narrow filters, g -> 0, see the spectrum at zero
frequency, Var P = 1/2 - kappa chi/lambda_+^2 = (kappa/2 - chi)^2/(2 (kappa/2 + chi)^2).
Source: Collett and Gardiner, PRA 30, 1386 (1984); Drummond and Reid, PRA 41, 3930 (1990); for filtered modes, Genes,
Mari, Tombesi, Vitali, PRA 78, 032316 (2008).
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs

chi, kappa, g = sp.symbols("chi kappa g")
half = sp.Rational(1, 2)
below, above = kappa / 2 - chi, kappa / 2 + chi
squeezed = half - kappa * chi / (above * (above + g / 2))


def test_degenerate():
    V = cs.temporal_mode(cs.Squeezer("s", chi=chi, kappa=kappa), "s.out", cs.exponential_envelope(g))
    assert cs.equal(V["X_f1", "X_f1"], half + kappa * chi / (below * (below + g / 2)))
    assert cs.equal(V["P_f1", "P_f1"], squeezed)
    assert cs.equal(V["X_f1", "P_f1"], 0)


def test_signal_and_idler_are_entangled():
    pair = cs.Squeezer("o", chi=chi, kappa=kappa, two_mode=True)
    V = cs.temporal_mode(pair, list(cs.as_system(pair).outputs), cs.exponential_envelope(g))
    x = V["X_f1", "X_f1"].inline()
    c = V["X_f1", "X_f2"].inline()
    assert cs.equal(x, V["P_f2", "P_f2"]) and cs.equal(-c, V["P_f1", "P_f2"])
    assert cs.equal(x - c, squeezed)
    assert cs.equal(cs.epr_variance(V, "f1", "f2", g=-1), 2 * squeezed)
    E = cs.evaluator(cs.log_negativity(V, "f1", "f2"))
    for values in ({"chi": 0.2, "kappa": 1.0, "g": 0.3}, {"chi": 0.45, "kappa": 1.0, "g": 2.0}):
        closed = -cs.evaluator(sp.log(2 * squeezed))(values)
        assert abs(E(values) - closed) < 1e-11


def test_narrow_filters_see_the_spectrum():
    assert cs.equal(squeezed.subs(g, 0), below**2 / (2 * above**2))
    N = cs.noise_spectrum(cs.Squeezer("s", chi=chi, kappa=kappa), "P", frequency=0)
    assert cs.equal(N, squeezed.subs(g, 0))
