"""Poles and zeros of a system, also of one that is unstable alone."""

from __future__ import annotations

import sympy as sp
from sympy import Expr

from cascade_sym.compose import System, white_system
from cascade_sym.errors import NoClosedForm
from cascade_sym.exact import normal_form
from cascade_sym.operators import LinearForm, Op
from cascade_sym.spectra.readout import Readable, as_readout
from cascade_sym.spectra.response import input_weights
from cascade_sym.symbols import own
from cascade_sym.system import LinearSystem
from cascade_sym.system.sectors import flow_order

S = own("s")
QUADRATIC = 2  # degree up to which roots are written out: those of Cardano's formula help nobody


def poles(system: System) -> tuple[Expr, ...]:
    """The eigenvalues s of the drift, e^(st): all of them have negative real parts in a stable system.

    Those of each feedback loop in turn, upstream first, with every mode beside its adjoint. Exact where the polynomial
    has factors of first and second degree, else numbers (17 digits); NoClosedForm where those need values.

    >>> from cascade_sym.parts import Cavity
    >>> poles(Cavity("c", kappa=4, detuning=1))
    (-2 - I, -2 + I)
    """
    s = white_system(system, coloured=True).rounded()
    rows = _drift(s)
    found: list[Expr] = []
    for block in flow_order(rows, {i: [j for j in rows[i] if j != i] for i in rows}):
        matrix = sp.Matrix(len(block), len(block), [rows[i].get(j, 0) for i in block for j in block])
        found += _roots((S * sp.eye(len(block)) - matrix).det(method="berkowitz"), str(block[0].name))
    return tuple(found)


def zeros(system: System, input: str | Op, output: Readable) -> tuple[Expr, ...]:
    """The s at which the transfer function from `input` to `output` vanishes (both as in `transfer`).

    What cancels against a pole is left out. Raises as `poles`, and as `transfer` for names.

    >>> from cascade_sym.parts import Cavity
    >>> zeros(Cavity("c", kappa=4), "c.in", "c.out")
    (2,)
    """
    s = white_system(system, coloured=True).rounded()
    readout = as_readout(s, output)
    form = readout.form.substituted({f: s.output(f) for f in (*s.outputs, *s.internal)})
    weights = input_weights(s, input)
    ops = [Op(m, d) for m in s.modes for d in (False, True)]
    n, rows = len(ops), _drift(s)

    def of_input(f: LinearForm) -> Expr:
        return sp.Add(*(f[o] * c for o, c in weights.items()))

    A = sp.Matrix(n, n, [rows[i].get(j, 0) for i in ops for j in ops])
    B = sp.Matrix(n, 1, [of_input(s.equation(o)) for o in ops])
    C = sp.Matrix(1, n, [form[o] for o in ops])
    whole = sp.Matrix([[S * sp.eye(n) - A, -B], [C, sp.Matrix([[of_input(form)]])]])
    ratio = whole.det(method="berkowitz") / (S * sp.eye(n) - A).det(method="berkowitz")
    above = sp.cancel(ratio) if s.has_floats else normal_form(ratio)
    return tuple(_roots(sp.fraction(sp.together(above))[0], readout.label))


def _drift(s: LinearSystem) -> dict[Op, dict[Op, Expr]]:
    return {Op(m, d): {o: c for o, c in s.equation(Op(m, d)) if o.name in s.modes} for m in s.modes
            for d in (False, True)}  # fmt: skip


def _roots(polynomial: Expr, where: str) -> list[Expr]:
    p = sp.Poly(sp.expand(polynomial), S)
    if any(c.has(sp.Float) for c in p.all_coeffs()) and not p.free_symbols_in_domain:
        return sorted(map(sp.sympify, p.nroots(n=17)), key=sp.default_sort_key)
    every: list[Expr] = []
    for factor, times in p.factor_list()[1]:
        if factor.degree() <= QUADRATIC:
            found = [r for r, k in sp.roots(factor).items() for _ in range(k)]
        elif factor.free_symbols_in_domain:
            raise NoClosedForm(
                f"the roots of a polynomial of degree {factor.degree()} at {where} have no useful closed form; put "
                "numbers in (system.subs) and ask again."
            )
        else:
            found = list(map(sp.sympify, factor.nroots(n=17)))
        every += found * times
    return sorted(every, key=sp.default_sort_key)
