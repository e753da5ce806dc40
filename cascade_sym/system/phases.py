"""Modes and fields redefined by phases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sympy as sp
from sympy import Expr

from cascade_sym.conventions import Conventions
from cascade_sym.errors import UnknownName, listing
from cascade_sym.operators import LinearForm
from cascade_sym.system import LinearSystem
from cascade_sym.system.network import System, as_system
from cascade_sym.system.values import real


def rephased(system: System, angles: Mapping[str, Expr]) -> LinearSystem:
    """The system in new operators c' = e^(i angle) c, for the modes and input or output fields in `angles`.

    Names are kept. UnknownName for one that does not exist.

    >>> from cascade_sym.parts import Cavity
    >>> t = sp.Symbol("theta")
    >>> s = rephased(Cavity("c", kappa=1), {"c": t})
    >>> s.equation("c").terms[list(s.equation("c").terms)[1]]
    -exp(I*theta)
    """
    s = as_system(system)
    if bad := set(angles) - {*s.modes, *s.inputs, *s.outputs}:
        raise UnknownName(f"no mode, input or output {listing(bad)}; there are {listing((*s.modes, *s.outputs))}.")
    phase = {k: sp.exp(sp.I * real(a, f"the angle of {k}")) for k, a in angles.items()}

    def inside(form: LinearForm) -> LinearForm:
        """Old operators written in the new ones."""
        turns = ((o, c, phase.get(o.name, sp.S.One)) for o, c in form)
        return LinearForm({o: sp.powsimp(c * (p if o.dag else 1 / p)) for o, c, p in turns})

    def outside(name: str, form: LinearForm) -> LinearForm:
        p, new = phase.get(name), inside(form)
        return new if p is None else new.map_coefficients(lambda c: sp.powsimp(sp.expand(p * c)))

    return replace(
        s, drift={m: outside(m, f) for m, f in s.drift.items()}, inputs=s.inputs.rephased(phase),
        outputs={k: outside(k, f) for k, f in s.outputs.items()},
        internal={k: inside(f) for k, f in s.internal.items()},
        drives={m: phase.get(m, sp.S.One) * c for m, c in s.drives.items()},
    )  # fmt: skip


def in_conventions(system: System, conventions: Conventions) -> LinearSystem:
    """The system with the paper's input-output sign: b_out = b_in - sqrt(kappa) a is a -> -a for every mode.

    >>> from cascade_sym.parts import Cavity
    >>> in_conventions(Cavity("c", kappa=4), Conventions(output_sign=-1)).C[0, 0]
    -2
    """
    s = as_system(system)
    return s if conventions.output_sign == 1 else rephased(s, dict.fromkeys(s.modes, sp.pi))
