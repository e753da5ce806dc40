"""What is read out: quadratures of output light at any homodyne angle and efficiency, and of modes.

For light in one band X = (b + b^+)/sqrt2, P = (b - b^+)/(sqrt2 i). For light with two sidebands the two-mode
quadratures X_L = (b_+ + b_-^+)/sqrt2 and P_L = (b_+ - b_-^+)/(sqrt2 i) are not Hermitian; their Hermitian
parts are X_L = (X_cos + i X_sin)/sqrt2 and likewise for P_L. At angle phi every kind is X cos(phi) + P
sin(phi). It is read out at a frequency in the frame in which the system is written, or in the lab frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import DuplicateName, ParameterError, PortMismatch, UnknownName, listing
from cascade_sym.operators import LinearForm, Op
from cascade_sym.parts.detectors import Homodyne
from cascade_sym.shown import Shown
from cascade_sym.symbols import NOTHING, Domains, domains_in, expression, free_symbol
from cascade_sym.system import LinearSystem, Port
from cascade_sym.system.values import Value, declared, fraction, real

Part: TypeAlias = Literal["", "cos", "sin"]
SIDEBANDS = {"+", "-"}
NAMES = {"+": "p", "-": "m"}


@dataclass(frozen=True)
class Quadrature(Shown):
    """The quadrature X cos(angle) + P sin(angle) of the light at an output port, seen by a detector.

    `part` is "cos" or "sin" for the Hermitian parts of a two-mode quadrature, else ""; `channel` picks one sideband
    alone. `efficiency` is the
    detector's: b -> sqrt(eta) b + sqrt(1 - eta) v with v vacuum. Raises ParameterError for impossible values.

    >>> Quadrature(sp.pi/2, efficiency=sp.Rational(9, 10)).label
    'P'
    """

    angle: Value = 0
    port: str = "light"
    part: Part = ""
    efficiency: Value = 1
    channel: str | None = None
    declared: Domains = field(default=NOTHING, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "declared", declared((self.angle, self.efficiency)))
        object.__setattr__(self, "angle", real(self.angle, "angle of the quadrature"))
        object.__setattr__(self, "efficiency", fraction(self.efficiency, "efficiency of the detector"))
        if self.part not in ("", "cos", "sin"):
            raise ParameterError(f"part of the quadrature is {self.part!r}; give 'cos', 'sin' or ''.")

    @property
    def label(self) -> str:
        """X, P or Q (any other angle), with the part."""
        letter = {sp.S.Zero: "X", sp.pi / 2: "P"}.get(sp.sympify(self.angle), "Q")
        return f"{letter}_{self.part}" if self.part else letter


Readable: TypeAlias = str | Quadrature | Homodyne | LinearForm


@dataclass(frozen=True)
class Readout(Shown):
    """A form in modes, fields and detector vacua; `hermitian` forms obey q(-Omega) = q(Omega)^+.

    `light` says that the form is the light of a port, `vacua` names the detector's own inputs, `efficiency`
    their share. `declared` is what symbols in it declare.
    """

    label: str
    form: LinearForm
    hermitian: bool
    light: str = ""
    efficiency: Expr = sp.S.One
    sidebands: bool = False
    demodulated: bool = False
    vacua: tuple[str, ...] = ()
    declared: Domains = NOTHING


def as_readout(system: LinearSystem, what: Readable) -> Readout:
    """What `what` reads out of `system`.

    `what` is the name of a mode quadrature ("X_M", "P_M"), of the light's ("X", "P", "X_L", "P_cos", ...; at the only
    output port; of several ports "X_light": the name of a port, where no mode has it), of a field or mode operator
    ("S.out+", "M", with "^+" for the adjoint), a `Quadrature`, a `Homodyne` detector, or a LinearForm. Raises
    UnknownName, PortMismatch, ParameterError.
    """
    if isinstance(what, LinearForm):
        form = what.map_coefficients(expression)
        fields = (*system.inputs, *system.internal, *system.outputs)
        if bad := {o.name for o, _ in form} - {*system.modes, *fields}:
            raise UnknownName(
                f"the form holds {listing(bad)}; there are the modes {listing(system.modes)} and the fields "
                f"{listing(fields)}."
            )
        return Readout("form", form, form == form.dagger(), declared=declared(what))
    if isinstance(what, str):
        return _by_name(system, what)
    if isinstance(what, Quadrature):
        return _light(system, what)
    if isinstance(what, Homodyne):
        angle = what.phi if what.angle is None else what.angle
        port = system.out_port(what.port) if what.port else _out_port(system)
        one = what.channels is not None and len(what.channels) == 1 < len(port.channels)
        channel = what.channels[0] if what.channels and one else None
        return _light(system, Quadrature(angle, port.name, "", what.efficiency, channel))
    raise ParameterError(
        f"can't read out {what!r} ({type(what).__name__}); give a name such as 'P_L' or 'X_M', or a Quadrature."
    )


def _by_name(system: LinearSystem, name: str) -> Readout:
    dag = name.endswith("^+")
    plain = name.removesuffix("^+")
    if plain in system.modes or plain in system.outputs or plain in system.internal:
        return Readout(name, LinearForm({Op(plain, dag): sp.S.One}), False)
    letter, _, rest = name.partition("_")
    of_light = rest in ("", "L", "cos", "sin")
    ports = [port.name for port in system.out_ports]
    if letter in ("X", "P"):
        if rest in system.modes:
            if of_light and system.out_ports:
                raise DuplicateName(
                    f"{name!r} may mean the mode {rest!r} or the light; give a Quadrature for the light."
                )
            return Readout(name, _quadrature(Op(rest), Op(rest, True), letter), True)
        if of_light:
            port = _out_port(system)
            if rest and set(port.channels) != SIDEBANDS:
                raise PortMismatch(
                    f"{name!r} needs the sidebands '+' and '-', but port {port.name!r} has {port.channels}."
                )
            part: Part = "cos" if rest == "cos" else "sin" if rest == "sin" else ""
            return _light(system, Quadrature(sp.pi / 2 if letter == "P" else 0, port.name, part))
        if rest in ports:
            return _light(system, Quadrature(sp.pi / 2 if letter == "P" else 0, rest))
    modes = [f"{q}_{m}" for m in system.modes for q in "XP"]
    raise UnknownName(
        f"no quadrature or operator {name!r}; there are the light's X, P (X_L, P_L, X_cos, X_sin, P_cos, P_sin with "
        f"two sidebands; X_ and P_ with the name of a port among {listing(ports)}), the quadratures {listing(modes)}, "
        f"and the operators {listing((*system.modes, *system.outputs))}."
    )


def only_port(ports: Sequence[Port], kind: str, advice: str) -> Port:
    if len(ports) == 1:
        return ports[0]
    raise PortMismatch(f"which {kind} port? The system has {listing(p.name for p in ports)}; {advice}.")


def _out_port(system: LinearSystem) -> Port:
    return only_port(system.out_ports, "output", "give its name as in 'X_light', or Quadrature(angle, port=...)")


def light_ops(port: Port, channel: str | None = None) -> tuple[Op, Op] | None:
    """What makes up quadratures: (b, b^+) of one channel, (b_+, b_-^+) of two sidebands; None where there is neither.

    `channel` picks one of several.
    """
    if channel is None and set(port.channels) == SIDEBANDS:
        return Op(port.fields["+"]), Op(port.fields["-"], True)
    wanted = port.channels if channel is None else (channel,)
    if len(wanted) > 1 or wanted[0] not in port.channels:
        return None
    return (b := Op(port.fields[wanted[0]])), b.dagger()


def _quadrature(b: Op, b_dag: Op, letter: str) -> LinearForm:
    r = 1 / sp.sqrt(2)
    return LinearForm({b: r, b_dag: r}) if letter == "X" else LinearForm({b: -sp.I * r, b_dag: sp.I * r})


def _light(system: LinearSystem, q: Quadrature) -> Readout:
    port = system.out_port(q.port)
    cos, sin = sp.cos(q.angle), sp.sin(q.angle)
    two = set(port.channels) == SIDEBANDS and q.channel is None
    pair = light_ops(port, q.channel)
    if pair is None or (q.part and not two):
        which = f"channel {q.channel!r}" if q.channel is not None else "the sidebands '+' and '-'"
        raise PortMismatch(f"port {q.port!r} has the channels {port.channels}; {q.label} needs {which}.")
    form = _quadrature(*pair, "X").scaled(cos) + _quadrature(*pair, "P").scaled(sin)
    if q.part == "cos":
        form = (form + form.dagger()).scaled(1 / sp.sqrt(2))
    if q.part == "sin":
        form = (form - form.dagger()).scaled(1 / (sp.sqrt(2) * sp.I))
    eta = sp.sympify(q.efficiency)
    label = q.label
    if two and not q.part:
        label = f"{label}_L"
    elif q.channel:
        label = f"{label}_{NAMES.get(q.channel, q.channel)}"
    seen = form.scaled(sp.sqrt(eta)) if eta != 1 else form
    missed = form.scaled(sp.sqrt(1 - eta)).renamed({f: detector(f) for f in port.fields.values()})
    vacua = tuple(detector(f) for f in port.fields.values()) if eta != 1 else ()
    whole = seen + missed if vacua else seen
    return Readout(label, whole, not two or bool(q.part), q.port, eta, two, bool(q.part), vacua, q.declared)


def detector(field: str) -> str:
    """The name of the vacuum that a detector of less than full efficiency adds to a field."""
    return f"{field}.detector"


FrameName: TypeAlias = Literal["rotating", "lab"]


@dataclass(frozen=True)
class Axis:
    """`variable` is what a user varies (None at a fixed frequency), `offset` the frequency in the system's frame.

    `domain` are expressions that are positive where the spectrum holds, `declared` what its symbols declare.
    """

    variable: Symbol | None
    offset: Expr
    domain: tuple[Expr, ...] = ()
    declared: Domains = NOTHING


def axis(
    readouts: tuple[Readout, ...], frequency: Value | None, frame: FrameName, carrier: Value | None,
    parameters: Iterable[str] = (),
) -> Axis:  # fmt: skip
    """The frequency axis of a spectrum: of the symbol Omega, or of another where one of the `parameters`, or one of
    the read-outs or the carrier, has that name.

    "rotating": the frame in which the system is written; for sidebands Omega is counted from the carriers
    +-Omega_M of b_+ and b_-. "lab": Omega is counted from the light's carrier, the sidebands lie around
    +-`carrier`, and the positive branch Omega > 0 is given (the spectrum of a Hermitian lab quadrature is
    even). Raises ParameterError for a frequency in the wrong frame.
    """
    used = set(map(Symbol, parameters))
    used.update(s for r in readouts for _, c in r.form for s in c.free_symbols)
    center = None if carrier is None else real(carrier, "carrier")
    given = free_symbol("Omega", used, center or sp.S.Zero) if frequency is None else real(frequency, "frequency")
    variable = given if isinstance(given, Symbol) else None
    if variable is None and len(given.free_symbols) == 1 and frame == "rotating":
        variable = next(iter(given.free_symbols))
    if variable in used:  # the frequency is tied to a parameter
        variable = None
    declared = domains_in(frequency, carrier).merged(*(r.declared for r in readouts))
    if frame == "rotating":
        if center is not None:
            raise ParameterError(
                f"carrier = {carrier} has no meaning in the rotating frame, where the frequency is counted from it; "
                "give frame='lab', or leave the carrier out."
            )
        return Axis(variable, given, declared=declared)
    if frame != "lab":
        raise ParameterError(f"frame is {frame!r}; give 'rotating' or 'lab'.")
    for r in readouts:
        if not r.sidebands or r.demodulated:
            raise ParameterError(
                f"{r.label} has no lab-frame spectrum: it is defined in the frame of the system "
                f"({'a demodulated quadrature' if r.demodulated else 'not the light of two sidebands'}); "
                "give frame='rotating'."
            )
    if center is None:
        raise ParameterError(
            "the lab frame needs the carrier of the sidebands; give carrier=Omega_M, a symbol or number."
        )
    if center.is_number and not center > 0:
        raise ParameterError(f"carrier is {center}; it must be positive.")
    if given.is_number and not given > 0:
        raise ParameterError(
            f"frequency is {given}; in the lab frame give the positive branch (the spectrum is even in Omega)."
        )
    return Axis(variable, sp.expand(given - center), () if given.is_number else (given,), declared)
