"""Random networks for property tests: a description that hypothesis can shrink, and the numbers of a point."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from hypothesis import strategies as st

import cascade_sym as cs

SIDEBANDS, SINGLE = ("+", "-"), ("",)


def rational(low: int, high: int) -> st.SearchStrategy[sp.Rational]:
    """Hundredths between low/100 and high/100."""
    return st.integers(low, high).map(lambda k: sp.Rational(k, 100))


@dataclass(frozen=True)
class Network:
    """Parts with symbols for parameters, wires between their ports, and a number for each symbol."""

    parts: tuple[cs.parts.Part, ...]
    wires: tuple[tuple[str, str], ...]
    values: dict[sp.Symbol, sp.Rational]

    def build(self) -> cs.LinearSystem:
        return cs.connect(self.parts, self.wires)


RATE, PUMP, TURN, SHARE, OCCUPANCY = (30, 200), (0, 40), (-150, 150), (0, 100), (0, 300)
SIDEBAND_PARTS = ("oscillator", "negative mass", "detuned oscillator", "two-mode squeezer", "loss", "phase", "splitter")
NARROW_PARTS = ("cavity", "detuned cavity", "squeezer", "turned squeezer", "optomechanics", "loss", "phase", "splitter")


@st.composite
def networks(draw: st.DrawFn, most_parts: int = 6, loops: bool = True) -> Network:
    """Up to six parts of one kind of light, with any number of wires (in order along the list unless `loops`)."""
    values: dict[sp.Symbol, sp.Rational] = {}

    def parameter(name: str, bounds: tuple[int, int]) -> sp.Symbol:
        s = sp.Symbol(name)
        values[s] = draw(rational(*bounds))
        return s

    sideband = draw(st.booleans())
    kinds = draw(
        st.lists(st.sampled_from(SIDEBAND_PARTS if sideband else NARROW_PARTS), min_size=1, max_size=most_parts)
    )
    parts = tuple(make_part(kind, k, sideband, parameter) for k, kind in enumerate(kinds))
    systems = [p.build(p.name or "", SIDEBANDS if sideband else SINGLE) for p in parts]
    outs = [(k, f"{p.name}.{q.name}") for k, (p, s) in enumerate(zip(parts, systems, strict=True)) for q in s.out_ports]
    ins = [(k, f"{p.name}.{q.name}") for k, (p, s) in enumerate(zip(parts, systems, strict=True)) for q in s.in_ports]
    pairs = zip(draw(st.permutations(outs)), draw(st.permutations(ins)), strict=True)
    count = draw(st.integers(0, len(ins)))
    wires = tuple((o, i) for (a, o), (b, i) in list(pairs)[:count] if loops or a < b)
    return Network(parts, wires, values)


def make_part(kind: str, k: int, sideband: bool, parameter) -> cs.parts.Part:
    match kind:
        case "oscillator" | "negative mass" | "detuned oscillator":
            return cs.Oscillator(
                f"o{k}", -1 if kind == "negative mass" else 1, Gamma_B=parameter(f"B{k}", RATE),
                Gamma_P=parameter(f"P{k}", PUMP), gamma=parameter(f"g{k}", (5, 100)), n=parameter(f"n{k}", OCCUPANCY),
                detuning=parameter(f"d{k}", TURN) if kind == "detuned oscillator" else 0,
            )  # fmt: skip
        case "two-mode squeezer":
            return cs.Squeezer(f"q{k}", parameter(f"x{k}", PUMP), parameter(f"k{k}", RATE), two_mode=True)
        case "cavity" | "detuned cavity":
            ports = {"l": parameter(f"k{k}", RATE), "r": parameter(f"j{k}", RATE)}
            detuning = parameter(f"d{k}", TURN) if kind == "detuned cavity" else 0
            return cs.Cavity(f"c{k}", kappa=ports, detuning=detuning, loss=parameter(f"h{k}", (0, 50)))
        case "squeezer":
            return cs.Squeezer(f"q{k}", parameter(f"x{k}", PUMP), parameter(f"k{k}", RATE))
        case "turned squeezer":
            chi = parameter(f"x{k}", PUMP) * sp.exp(sp.I * parameter(f"a{k}", TURN))
            return cs.Squeezer(f"q{k}", chi, parameter(f"k{k}", RATE), detuning=parameter(f"d{k}", TURN))
        case "optomechanics":
            a, b = cs.operator(f"a{k}"), cs.operator(f"b{k}")
            H = (
                parameter(f"G{k}", PUMP) * (a + a.dagger()) * (b + b.dagger())
                + parameter(f"w{k}", RATE) * b.dagger() * b
            )
            return cs.SLH(
                f"om{k}", H, {"light": sp.sqrt(parameter(f"k{k}", RATE)) * a},
                {"th": (sp.sqrt(parameter(f"g{k}", (5, 100))) * b, parameter(f"n{k}", OCCUPANCY))},
            )  # fmt: skip
        case "loss":
            return cs.Loss(parameter(f"e{k}", SHARE), name=f"l{k}")
        case "phase" if sideband:
            return cs.PhaseShift({"+": parameter(f"u{k}", TURN), "-": parameter(f"v{k}", TURN)}, name=f"p{k}")
        case "phase":
            return cs.PhaseShift(parameter(f"u{k}", TURN), name=f"p{k}")
    return cs.BeamSplitter(angle=parameter(f"t{k}", TURN), name=f"s{k}")


def mesh(layers: int, beams: int) -> cs.LinearSystem:
    """Splitters that cross neighbouring beams, each followed by a loss and a cavity."""
    parts: dict[str, cs.parts.Part] = {}
    wires, at = [], {}
    for layer in range(layers):
        for b in range(layer % 2, beams - 1, 2):
            k = len([p for p in parts if p.startswith("s")])
            parts[f"s{k}"] = cs.BeamSplitter(angle=sp.Symbol(f"theta{k}"))
            for beam, port in ((b, "1"), (b + 1, "2")):
                loss, cavity = f"l{k}_{port}", f"c{k}_{port}"
                parts[loss] = cs.Loss(sp.Symbol(f"eps{k}_{port}"))
                parts[cavity] = cs.Cavity(
                    cavity, kappa=sp.Symbol(f"kappa{k}_{port}"), detuning=sp.Symbol(f"D{k}_{port}")
                )
                wires += [(at[beam], f"s{k}.{port}")] if beam in at else []
                wires += [(f"s{k}.{port}", loss), (loss, cavity)]
                at[beam] = cavity
    return cs.connect(parts, wires)
