"""The EPR variance of two oscillators in cascade, written down from a paper's equations (4), (7), (8).

Huang et al. (2018). gamma_M0 is given by r = gammat_M0/gammat_S0. Kept apart from the toolkit's own derivation.
"""

from __future__ import annotations

import mpmath as mp
import sympy as sp

C_S, C_M, theta_S, theta_M, n_S, n_M, epsilon, r, gamma_S0 = sp.symbols(
    "C_S C_M theta_S theta_M n_S n_M epsilon r gamma_S0"
)
half = sp.Rational(1, 2)
ANGLES = (theta_S, theta_M)

gammat_S0 = gamma_S0 * (n_S + half)
gammat_M0 = r * gammat_S0
gamma_M0 = gammat_M0 / (n_M + half)
Gamma_S, Gamma_M = C_S * gammat_S0, C_M * gammat_M0
gamma_S = gamma_S0 - Gamma_S * sp.cos(2 * theta_S)
gamma_M = gamma_M0 - Gamma_M * sp.cos(2 * theta_M)
R = -sp.sqrt(Gamma_M * Gamma_S) * sp.sin(theta_M - theta_S)
tau = sp.sqrt(1 - epsilon)
var_S = (Gamma_S / 2 + gammat_S0) / gamma_S
cross = -2 * tau / (gamma_S + gamma_M) * (sp.sqrt(Gamma_S * Gamma_M) * sp.sin(theta_M + theta_S) - 2 * R * var_S)
var_M = (Gamma_M / 2 + gammat_M0 + tau * R * cross) / gamma_M
g = sp.sqrt(Gamma_M / ((1 - epsilon) * Gamma_S)) * sp.cos(theta_M - sp.pi / 4) / sp.cos(theta_S - sp.pi / 4)
xi_g = 2 * (var_S + g**2 * var_M + g * cross) / (1 + g**2)
STABLE = [gamma_S, gamma_M]


def direct_optimum(objective, variables, large, value, start, digits=60):
    """The minimum of a SymPy expression at large = value, by mpmath alone: Newton on numerical derivatives.

    `start` maps variables to first guesses. Returns the objective there.
    """
    with mp.workdps(4 * digits):
        f = sp.lambdify(variables, objective.subs(large, value), "mpmath")
        scale = [abs(mp.mpf(start[v]) - mp.pi / 4) or mp.mpf(1) for v in variables]
        x = mp.matrix([mp.mpf(start[v]) for v in variables])
        n = len(variables)
        for _ in range(60):
            h = [s * mp.mpf(10) ** -digits for s in scale]

            def at(*moves, x=x, h=h):
                y = list(x)
                for i, k in moves:
                    y[i] += k * h[i]
                return f(*y)

            grad = mp.matrix([(at((i, 1)) - at((i, -1))) / (2 * h[i]) for i in range(n)])
            hess = mp.matrix(n, n)
            for i in range(n):
                for j in range(n):
                    if i == j:
                        hess[i, i] = (at((i, 1)) - 2 * at() + at((i, -1))) / h[i] ** 2
                    else:
                        mixed = at((i, 1), (j, 1)) - at((i, 1), (j, -1)) - at((i, -1), (j, 1)) + at((i, -1), (j, -1))
                        hess[i, j] = mixed / (4 * h[i] * h[j])
            step = mp.lu_solve(hess, -grad)
            x = x + step
            if all(abs(d) < s * mp.mpf(10) ** -25 for d, s in zip(step, scale, strict=True)):
                return f(*x)
        raise ArithmeticError("the direct optimisation did not settle")
