"""The derivation of a spectrum as steps, each with a check that takes another road than the sweep did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp
from sympy import Expr

from cascade_sym.exact import identity_check
from cascade_sym.operators import Op
from cascade_sym.spectra.inline import written_out
from cascade_sym.spectra.readout import Readout
from cascade_sym.spectra.sweep import Dynamics, Response
from cascade_sym.steps import Step
from cascade_sym.symbols import conj


def response_steps(dynamics: Dynamics, reads: Sequence[Readout], swept: Sequence[Response]) -> tuple[Step, ...]:
    """Equations of motion -> frequency space -> response of the outputs to modes and inputs."""
    s, w = dynamics.system, dynamics.frequency
    table = dict(dynamics.naming.definitions)
    motion = {f"d{m}/dt": s.drift[m] for m in s.modes}
    chis = [c.symbol for c in dynamics.susceptibilities.values()]
    fourier = {str(c): table.get(c, c) for c in chis}
    drives = {f"{r.label} <- {o.label}": k for r, q in zip(reads, swept, strict=True) for o, k in q.drives.items()}
    inputs = {f"{r.label} <- {o.label}": t for r, q in zip(reads, swept, strict=True) for o, t in q.inputs.items()}
    drives = {_name(k, label): table.get(k, k) for label, k in drives.items()}
    inputs = {_name(t, label): table.get(t, t) for label, t in inputs.items()}

    def resolvent_pairs() -> Mapping[str, tuple[Expr, Expr]]:
        return _pairs(dynamics, reads, swept, of_modes=True)

    def input_pairs() -> Mapping[str, tuple[Expr, Expr]]:
        return _pairs(dynamics, reads, swept, of_modes=False)

    return (
        Step("input", "equations of motion of the modes", {}, motion),
        Step("fourier", f"time derivative to -i times {w}; susceptibilities", motion, fourier),
        Step("solve", "response of the outputs to a drive on each mode", fourier, drives,
             identity_check(resolvent_pairs, "K(-i Omega - A) = C with the flattened A and C")),
        Step("readout", "transfer functions from the inputs", drives, inputs,
             identity_check(input_pairs, "T = D + K B with the flattened B and D")),
    )  # fmt: skip


def _name(e: Expr, label: str) -> str:
    return str(e) if e.is_Symbol else label


def spectrum_steps(
    dynamics: Dynamics, reads: Sequence[Readout], swept: Sequence[Response], noise: Mapping[str, Expr], total: Expr
) -> tuple[Step, ...]:
    """The steps of the response, and the sum over uncorrelated inputs."""
    definitions = dynamics.naming.definitions
    table: dict[str, Any] = dict(noise)

    def in_parts() -> Mapping[str, tuple[Expr, Expr]]:
        first, last = swept[0].inputs, swept[-1].inputs
        real = imag = sp.S.Zero
        for o, t in first.items():
            u = last.get(o, sp.S.Zero)
            (a, b), (c, d) = (_parts(written_out(definitions, z)) for z in (t, u))
            real += noise[o.name] * (a * c + b * d)
            imag += noise[o.name] * (b * c - a * d)
        return {"N": (written_out(definitions, total), real + sp.I * imag)}

    summed = Step(
        "readout", "inputs are uncorrelated: N = sum (n + 1/2) T conj(T')", table, {"N": total},
        identity_check(in_parts, "real and imaginary parts multiplied out"),
    )  # fmt: skip
    return (*response_steps(dynamics, reads, swept), summed)


def _parts(z: Expr) -> tuple[Expr, Expr]:
    return (z + conj(z)) / 2, (z - conj(z)) / (2 * sp.I)


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
            carried = sp.Add(*(full(k) * rows[o][j] for o, k in q.drives.items()))
            if of_modes:
                driven = full(q.drives.get(j, sp.S.Zero))
                out[f"{r.label} {j.label}"] = (-sp.I * w * driven, carried + target[j])
            else:
                out[f"{r.label} {j.label}"] = (full(q.inputs.get(j, sp.S.Zero)), carried + target[j])
    return out
