"""A system with detectors: the measured currents as linear forms in its modes and input fields."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import Expr

from cascade_sym.errors import DuplicateName, ParameterError, UnknownName, listing
from cascade_sym.parts.detectors import Current, Detect, Detector, detectors
from cascade_sym.system import LinearSystem, Port
from cascade_sym.system.network import System, as_system, white_system
from cascade_sym.system.values import declared


@dataclass(frozen=True)
class Detection:
    """A system, with the vacuum of inefficient detectors among its inputs, and the currents measured on it.

    The forms of `currents` may use internal fields of `system`; `system.output` names flatten them.
    """

    system: LinearSystem
    currents: tuple[Current, ...]
    efficiencies: tuple[Expr, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each real current: paired ones have a cosine (c) and a sine (s) component."""
        several = len(self.currents) > 1
        out: list[str] = []
        for c in self.currents:
            stem = c.name if several else ""
            out += [f"{stem}{'.' if stem else ''}{q}" for q in "cs"] if c.paired else [stem or "y"]
        return tuple(out)


def detection(system: System, detect: Detect, *, coloured: bool = False) -> Detection:
    """The currents of `detect` (a detector, several, or None) on `system` (a part, cascade or LinearSystem).

    A port is given by its name, or left out where the system has only one output port. `coloured` allows noise and
    damping that depend on the frequency. Raises UnknownName for a port that does not exist, ParameterError where the
    port must be named, DuplicateName when light is detected twice, NotMarkovian.

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> detection(Oscillator("M"), Homodyne(angle=0)).names
    ('c', 's')
    """
    s = (as_system(system) if coloured else white_system(system)).rounded()
    # output fields become internal ones, so that currents refer to them as every other field does
    internal, inputs = dict(s.internal), s.inputs
    currents: list[Current] = []
    efficiencies: list[Expr] = []
    used: set[str] = set()
    found = detectors(detect)
    for d in found:
        port = _port(s, d)
        efficiencies.append(d.eta)
        for c in d.currents(port):
            light = {o.name for o, _ in c.form} - set(c.vacua)
            if twice := (light | set(c.vacua)) & used:
                raise DuplicateName(
                    f"the light {listing(twice)} is detected twice; split it with a BeamSplitter first."
                )
            if clash := set(c.vacua) & {*s.modes, *s.inputs, *s.internal, *s.outputs}:
                raise DuplicateName(f"the detector needs the name {listing(clash)}, which is taken; rename that field.")
            used |= light | set(c.vacua)
            internal |= {f: s.outputs[f] for f in sorted(light - set(internal))}
            inputs = inputs.beside(c.vacua)
            currents.append(c)
    domains = s.domains.merged(declared(vars(d).values() for d in found))
    measured = replace(s, inputs=inputs, internal=internal, domains=domains)
    return Detection(measured, tuple(currents), tuple(efficiencies))


def _port(s: LinearSystem, d: Detector) -> Port:
    if d.port is not None:
        try:
            return s.out_port(d.port)
        except UnknownName as e:
            raise UnknownName(f"the {type(d).__name__} detector looks at a port that does not exist: {e}") from None
    if len(s.out_ports) != 1:
        raise ParameterError(
            f"the system has {len(s.out_ports)} output ports ({listing(p.name for p in s.out_ports)}); say which one "
            f"the {type(d).__name__} detector looks at: port=..."
        )
    return s.out_ports[0]
