"""The derivation of a spectrum, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import product

import sympy as sp
from sympy import Expr

from cascade_sym.exact import identity_check
from cascade_sym.operators import Op
from cascade_sym.spectra.backward import Dynamics, Response
from cascade_sym.spectra.inline import real_and_imaginary, written_out
from cascade_sym.spectra.readout import Readout
from cascade_sym.steps import Step
from cascade_sym.system import Inputs


def response_steps(dynamics: Dynamics, reads: Sequence[Readout], swept: Sequence[Response]) -> tuple[Step, ...]:
    """Equations of motion -> frequency space -> response of the outputs to modes and inputs."""
    s, w = dynamics.system, dynamics.frequency
    table = dict(dynamics.naming.definitions)
    motion = {f"d{m}/dt": s.drift[m] for m in s.modes}
    chis = [c.symbol for c in dynamics.susceptibilities.values()]
    fourier = {str(c): table.get(c, c) for c in chis}
    drives, inputs = (
        {
            str(e) if e.is_Symbol else f"{r.label} <- {o.label}": table.get(e, e)
            for r, q in zip(reads, swept, strict=True)
            for o, e in getattr(q, kind).items()
        }
        for kind in ("drives", "inputs")
    )
    pairs = partial(_pairs, dynamics, reads, swept)
    declared = dynamics.naming.domains
    return (
        Step("input", "equations of motion of the modes", {}, motion),
        Step("fourier", f"time derivative to -i times {w}; susceptibilities", motion, fourier),
        Step("solve", "response of the outputs to a drive on each mode", fourier, drives,
             identity_check(partial(pairs, of_modes=True), "K(-i Omega - A) = C with the flattened A and C", declared)),
        Step("readout", "transfer functions from the inputs", drives, inputs,
             identity_check(partial(pairs, of_modes=False), "T = D + K B with the flattened B and D", declared)),
    )  # fmt: skip


def spectrum_steps(
    dynamics: Dynamics, reads: Sequence[Readout], swept: Sequence[Response], noise: Inputs, total: Expr
) -> tuple[Step, ...]:
    """The steps of the response, and the sum over the inputs."""
    definitions = dynamics.naming.definitions

    def in_parts() -> Mapping[str, tuple[Expr, Expr]]:
        first, last = swept[0].inputs, swept[-1].inputs
        real = imag = sp.S.Zero
        for x, y in product(first, last):
            if (both := noise.symmetrised(x, y)) == 0:
                continue
            t, u = both * first[x], last[y]
            (a, b), (c, d) = (real_and_imaginary(written_out(definitions, z)) for z in (t, u))
            real += a * c + b * d
            imag += b * c - a * d
        return {"N": (written_out(definitions, total), real + sp.I * imag)}

    summed = Step(
        "readout", "N = T G conj(T'), with the correlations G of the inputs", _shown(noise), {"N": total},
        identity_check(in_parts, "real and imaginary parts multiplied out", definitions.domains),
    )  # fmt: skip
    return (*response_steps(dynamics, reads, swept), summed)


def _shown(noise: Inputs) -> dict[str, Expr]:
    return {**noise, **{f"{x.label} {y.label}": c for (x, y), c in noise.pairs.items()}}


def _pairs(
    dynamics: Dynamics, reads: Sequence[Readout], swept: Sequence[Response], *, of_modes: bool
) -> dict[str, tuple[Expr, Expr]]:
    s, w = dynamics.system, dynamics.frequency
    definitions = dynamics.naming.definitions

    def full(e: Expr) -> Expr:
        return written_out(definitions, e)

    out: dict[str, tuple[Expr, Expr]] = {}
    for r, q in zip(reads, swept, strict=True):
        target = r.form.substituted({f: s.output(f) for f in (*s.outputs, *s.internal)})
        rows = {o: s.equation(o) for o in q.drives}
        names = s.modes if of_modes else (*s.inputs, *r.vacua)
        for j in (Op(n, d) for n in names for d in (False, True)):
            carried = sp.Add(*(full(k) * rows[o][j] for o, k in q.drives.items())) + target[j]
            found = full((q.drives if of_modes else q.inputs).get(j, sp.S.Zero))
            out[f"{r.label} {j.label}"] = (-sp.I * w * found if of_modes else found, carried)
    return out
