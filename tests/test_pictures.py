"""Drawings of networks: every part and beam is there, nothing lies on top of another, whatever the network."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ET

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import ParameterError
from cascade_sym.pictures.arrange import HALF, arranged

SVG = "{http://www.w3.org/2000/svg}"


def parts_in(svg: str) -> list[ET.Element]:
    return [g for g in ET.fromstring(svg).iter(f"{SVG}g") if g.get("class") == "part"]


def random_network(seed: int) -> cs.LinearSystem:
    """Beam splitters and cavities wired at random, loops included."""
    rng = random.Random(seed)
    n = rng.randint(2, 7)
    parts = {f"b{k}": cs.BeamSplitter(sp.Symbol(f"T_{k}")) for k in range(n)} | {f"c{k}": cs.Cavity(f"c{k}") for k in range(2)}
    outs = [f"b{k}.{p}" for k in range(n) for p in "12"] + ["c0", "c1"]
    ins = list(outs)
    rng.shuffle(outs)
    rng.shuffle(ins)
    wires = [(o, i) for o, i in zip(outs, ins, strict=True) if o != i][: rng.randint(1, n + 1)]
    return cs.connect(parts, wires)


@pytest.mark.parametrize("seed", range(25))
def test_parts_and_beams_of_any_network(seed: int) -> None:
    try:
        s = random_network(seed)
    except cs.errors.AlgebraicLoop:
        pytest.skip("light in a loop without loss")
    picture = cs.draw(s)
    assert len(parts_in(picture.svg)) == len(s.sketch.parts)
    places, beams = arranged(s)
    assert sum(b.source is not None and b.target is not None for b in beams) == len(s.sketch.wires)
    assert sum(b.source is None for b in beams) == len(s.in_ports)
    assert sum(b.target is None for b in beams) == len(s.out_ports)
    boxes = [(p.x, p.y, p.height) for p in places.values()]
    for k, (x, y, h) in enumerate(boxes):
        assert all(abs(x - u) >= 2 * HALF or abs(y - v) > h + g for u, v, g in boxes[:k]), "parts overlap"
    root = ET.fromstring(picture.svg)
    left, top, wide, tall = map(float, root.get("viewBox").split())
    for x, y, h in boxes:
        assert left < x - HALF and x + HALF < left + wide and top < y - h and y + h < top + tall


def test_a_cascade_stands_in_a_line_with_the_signs_of_its_masses() -> None:
    chain = cs.Oscillator("S") >> cs.Loss("epsilon") >> cs.Oscillator("M", mass=-1)
    picture = cs.draw(chain, cs.Homodyne(angle=sp.pi / 2, efficiency="eta"))
    texts = ["".join(t.itertext()) for t in ET.fromstring(picture.svg).iter(f"{SVG}text")]
    assert {"S", "M", "+", "\u2212", "ε", "P, η"} <= set(texts)
    places, _ = arranged(chain.system())
    assert [p.column for p in places.values()] == [0, 1, 2] and len({p.y for p in places.values()}) == 1


def test_the_sketch_outlives_what_is_done_to_a_system() -> None:
    chain = (cs.Cavity("a") >> cs.Cavity("b")).system()
    for s in (chain, chain.subs({"kappa_a": 1}), cs.feedback(cs.Cavity("a", kappa={"1": 1, "2": 2}), "a.out_1", "a.in_2"), chain.renamed({"a.in": "x", "b.out": "y"})):
        assert cs.draw(s).svg.count('class="part"') == len(s.sketch.parts) > 0
        assert cs.draw(s).svg.count('stroke-width="2"') == len(s.sketch.wires) + len(s.in_ports) + len(s.out_ports)


def test_names_follow_the_notation_and_are_escaped() -> None:
    with cs.notation({"c": r"\mu_{1}"}):
        assert "μ" in cs.draw(cs.Cavity("c")).svg
    assert ET.fromstring(cs.draw(cs.Cavity("<&>")).svg) is not None


def test_wrong_input() -> None:
    s = cs.Cavity("c").system()
    bare = cs.LinearSystem(s.modes, s.drift, s.inputs, s.outputs)
    with pytest.raises(ParameterError, match="made from equations"):
        cs.draw(bare)
    with pytest.raises(ParameterError, match="expected a part"):
        cs.draw(3)
    with pytest.raises(ParameterError, match="no output port"):
        cs.draw(s, cs.Homodyne(angle=0, port="dark"))
