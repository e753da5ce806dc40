"""Long rows and wide networks: light added up once on its way, commutators proved part by part.

HYPOTHESIS_PROFILE=thorough draws two thousand networks.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cascade_sym as cs
from cascade_sym.compose import physical
from cascade_sym.system import fields
from tests.core import oracle
from tests.core.networks import networks
from tests.core.test_random_networks import MARGIN, built, regular

FEWER, FEW = (settings(max_examples=max(1, settings().max_examples // k)) for k in (5, 20))


def row(n: int, between=lambda k: cs.Loss(sp.Symbol(f"epsilon_{k}"))) -> cs.System:
    """n oscillators of alternating mass sign."""
    parts = [cs.Oscillator("o0", mass=-1)]
    for k in range(1, n):
        parts += [between(k), cs.Oscillator(f"o{k}", mass=(-1) ** (k + 1))]
    return reduce(lambda a, b: a >> b, parts)


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


def violation(s: cs.LinearSystem, values: dict[sp.Symbol, sp.Rational]) -> float:
    """How much A J + J A^+ + B J B^+, J C^+ + B J D^+ and D J D^+ - J are off zero, by numbers."""
    numbers = s.subs({p: sp.Float(v, 17) for p, v in values.items()})
    A, B, C, D = (np.array(m.tolist(), complex).reshape(m.shape) for m in (numbers.A, numbers.B, numbers.C, numbers.D))
    J, K, L = (np.kron(np.eye(n), np.diag([1, -1])) for n in (len(s.modes), len(s.inputs), len(s.outputs)))
    parts = A @ J + J @ A.conj().T + B @ K @ B.conj().T, J @ C.conj().T + B @ K @ D.conj().T, D @ K @ D.conj().T - L
    return max(np.abs(p).max(initial=0) for p in parts)


@given(networks(), st.data())
@FEW
def test_one_wrong_coefficient_is_refused_where_numbers_refuse_it(network, data):
    system = built(network)
    assume(regular(system, network))
    places = [(t, k, o) for t in ("drift", "internal", "outputs") for k, f in getattr(system, t).items() for o, _ in f]
    table, key, op = data.draw(st.sampled_from(places))
    factor = data.draw(st.sampled_from([sp.Rational(11, 10), sp.Integer(-1), sp.Integer(0), sp.I]))
    forms = getattr(system, table)
    form = cs.LinearForm({o: c * factor if o == op else c for o, c in forms[key]})
    wrong = replace(system, **{table: {**forms, key: form}})
    off = violation(wrong, network.values)
    assume(off < 1e-9 or off > 1e-6)
    # where a number is off the formula is; a formula may be off where this number is not
    assert off < 1e-9 or not cs.is_physical(wrong)
    assert violation(system, network.values) < 1e-9 and cs.is_physical(system)


@given(networks())
@FEWER
def test_light_added_up_on_its_way_is_that_of_numbers(network):
    """With a station wherever light carries two modes, which in nature takes seven."""
    system = built(network)
    assume(regular(system, network) and oracle.growth(system, network.values) < -MARGIN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fields, "LONG", 2)
        V = cs.covariance(system)
    oracle.assert_same(V, system, network.values, 1e-9)


@pytest.mark.parametrize(
    "between",
    [
        lambda k: cs.Squeezer(f"q{k}", chi=sp.Rational(1, 10 + k), two_mode=True),
        lambda k: cs.PhaseShift(sp.Symbol(f"phi_{k}")) >> cs.Loss(sp.Symbol(f"epsilon_{k}")),
    ],
    ids=["squeezers", "phases"],
)
def test_rows_with_other_things_between(between, draw_values):
    system = row(10, between).system()
    V = cs.covariance(system)
    assert any(s.name.startswith("L_") for s, _ in V.definitions)
    values = {s: sp.Rational(k % 7 + 1, 20) for k, s in enumerate(system.parameters)}
    values |= {s: values[s] + 1 for s in values if s.name.startswith("Gamma") and s.name.endswith("B")}
    oracle.assert_same(V, system.subs({s: sp.Float(v, 17) for s, v in values.items()}), values, 1e-9)


def test_the_covariance_of_a_row_grows_like_its_elements():
    counts = []
    for n in (10, 20):
        V = cs.covariance(row(n))
        counts.append((len(V.definitions), sum(int(sp.count_ops(e)) for _, e in V.definitions)))
    assert all(b < 4.5 * a for a, b in zip(*counts, strict=True))


@pytest.mark.parametrize(
    ("system", "most"), [(row(12).system(), 4 * 12), (mesh(4, 4), 40)], ids=["row", "mesh"]
)  # fmt: skip
def test_few_commutators_need_a_proof(system, most, monkeypatch):
    """What light that has passed a part does is proved once, not again for everything behind it."""
    asked = []
    true = physical.vanishes
    monkeypatch.setattr(physical, "vanishes", lambda *t, **k: asked.append(t) or true(*t, **k))
    assert cs.is_physical(system)
    assert len(asked) <= most


def test_a_wrong_splitter_in_a_mesh_is_refused():
    system = mesh(4, 4)
    for name in list(system.internal)[::7]:
        form = system.internal[name]
        op = next(iter(form))[0]
        wrong = cs.LinearForm({o: c * sp.Rational(101, 100) if o == op else c for o, c in form})
        assert not cs.is_physical(replace(system, internal={**system.internal, name: wrong}))
