"""Linearisation of a Hamiltonian around a classical amplitude."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy import Expr

from cascade_sym.derive.hamiltonian import Derived
from cascade_sym.errors import UnknownName, listing
from cascade_sym.operators import OperatorPolynomial, as_operator, operator
from cascade_sym.steps import Check, Step
from cascade_sym.symbols import conj, expression, own


def linearise(H: OperatorPolynomial, amplitudes: Mapping[str, Expr]) -> Derived:
    """The quadratic part of H after c -> beta + c for each mode in `amplitudes` (fluctuations around a steady state).

    Constants drop out; terms linear in the fluctuations are the classical forces that the steady state balances
    (static shifts are absorbed in the parameters); terms of third and higher order are neglected for a large beta.

    >>> g, beta = sp.symbols("g beta")
    >>> c, a = operator("c"), operator("a")
    >>> H = c.dagger()*c*(a + a.dagger())*(-g)
    >>> len(linearise(H, {"c": beta}).value.terms)
    4
    """
    if missing := set(amplitudes) - H.names():
        raise UnknownName(f"the Hamiltonian has no mode {listing(missing)}; it has {listing(H.names())}.")
    H, amplitudes = H.map_coefficients(expression), {m: expression(b) for m, b in amplitudes.items()}
    shift = {m: as_operator(b) + operator(m) for m, b in amplitudes.items()}
    moved = H.substituted(shift)
    # |beta|^2 a^+ a and the like come from the displacement and only shift frequencies that are there already
    static = {m for m in moved.terms if len(m) == 2 and m not in H.terms and not any(o.name in amplitudes for o in m)}
    kept = moved.filtered(lambda m: len(m) == 2 and m not in static)

    def check() -> Check:
        """Second derivatives of the classical energy H(alpha, alpha^*) at the steady state."""
        names = sorted(H.names())
        z = {n: (own(f"z_{n}"), own(f"zc_{n}")) for n in names}
        energy = sum(c * sp.Mul(*(z[o.name][1 if o.dag else 0] for o in m)) for m, c in H.terms.items())
        point: dict[Expr, Expr] = {}
        for n in names:
            b = amplitudes.get(n, sp.S.Zero)
            point |= {z[n][0]: b, z[n][1]: conj(b)}
        for m, c in kept.terms.items():
            x, y = (z[o.name][1 if o.dag else 0] for o in m)
            second = sp.diff(energy, x, y).subs(point) / (2 if x == y else 1)
            if sp.expand(second - c) != 0:
                return Check(False, "second derivatives of the classical energy", f"{m}: {second} != {c}")
        return Check(True, "second derivatives of the classical energy")

    step = Step("linearisation", "linearise around the classical amplitude", {"H": H}, {"H": kept}, check,
                "static shifts absorbed, terms of third order dropped")  # fmt: skip
    return Derived(kept, (step,))
