"""The inverse of a network without memory: light that has passed both is as it was."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from cascade_sym.errors import DerivationError, listing
from cascade_sym.operators import LinearForm, Op
from cascade_sym.parts.slh import SLH
from cascade_sym.symbols import conj
from cascade_sym.system import VACUUM, Inputs, LinearSystem, Port
from cascade_sym.system.coefficients import vanishes
from cascade_sym.system.network import System, as_system
from cascade_sym.system.part import field_name


def inverse(system: System, name: str = "inverse") -> LinearSystem | SLH:
    """The inverse of the series product: what undoes `system`, before it or behind it.

    Of light that only passes (beam splitters, phases, permutations, `SLH(S=...)` and networks of them) it is S^+ from
    its output ports back to its input ports. Of an `SLH` part with modes it is the triple (S^+, -S^+ L, -H) on the same
    modes (`SLH.inverse`), whose product is formed by `SLH.then`. Raises DerivationError for other systems with modes,
    whose response has no causal inverse, and for what loses light or lets vacuum in. Source: Gough and James, IEEE
    Trans. Autom. Control 54, 2530 (2009), Sec. II.

    >>> from cascade_sym.parts import BeamSplitter
    >>> from cascade_sym.system.network import series
    >>> T = sp.Symbol("T")
    >>> back = series(BeamSplitter(transmission=T), inverse(BeamSplitter(transmission=T)))
    >>> [back.output(f).terms for f in back.outputs]
    [{Op(name='beamsplitter.in1', dag=False): 1}, {Op(name='beamsplitter.in2', dag=False): 1}]
    """
    if isinstance(system, SLH) and system._modes:
        return system.inverse()
    s = as_system(system)
    if s.modes:
        raise DerivationError(
            f"the system has the modes {listing(s.modes)}: what undoes their response is not causal. An SLH part has "
            "the inverse triple on the same modes (SLH.inverse)."
        )
    ins, outs = (_fields(p) for p in (s.in_ports, s.out_ports))
    if lost := {*s.inputs, *s.outputs}.symmetric_difference({*ins, *outs}):
        raise DerivationError(f"light is lost or let in at {listing(lost)}: it can't be brought back.")
    forms = {f: s.output(f) for f in outs}
    S = sp.Matrix(len(outs), len(ins), [forms[f][Op(i)] for f in outs for i in ins])
    if S.rows != S.cols or any(
        not vanishes(*sp.Add.make_args(sp.expand(e))) for e in S * S.T.applyfunc(conj) - sp.eye(S.rows)
    ):
        raise DerivationError("the light at the output ports is not all of the light that entered, once each.")
    enter, leave = (_renamed(ports, name, end) for ports, end in ((s.out_ports, "in"), (s.in_ports, "out")))
    back, forth = _fields(enter), _fields(leave)
    outputs = {f: LinearForm({Op(b): conj(S[k, i]) for k, b in enumerate(back)}) for i, f in enumerate(forth)}
    return LinearSystem(
        (), {}, Inputs(dict.fromkeys(back, VACUUM)), outputs, in_ports=enter, out_ports=leave, domains=s.domains
    )


def _fields(ports: Iterable[Port]) -> list[str]:
    return [f for p in ports for f in p.fields.values()]


def _renamed(ports: Iterable[Port], name: str, end: str) -> tuple[Port, ...]:
    labels = {
        p.name: end if p.name == "light" else f"{end}{p.name}" if p.name.isdigit() else f"{end}_{p.name}" for p in ports
    }
    return tuple(Port(p.name, {c: field_name(name, labels[p.name], c) for c in p.fields}) for p in ports)
