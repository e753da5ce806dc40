"""Every ordinary Hamiltonian can be evaluated: what is Hermitian is real, and what NumPy and SciPy say.

Exchange, pair creation, position coupling and parametric drive, real and complex, with detunings on every mode, up to
five modes. HYPOTHESIS_PROFILE=thorough draws hundreds of systems of each kind.
"""

from __future__ import annotations

import inspect
import os
import warnings
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given, settings

import cascade_sym as cs
from cascade_sym.errors import UnstableError
from cascade_sym.evaluate.source.code import code
from cascade_sym.symbols import is_real
from tests.core.hamiltonians import Modes, modes

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
DIGITS = 1e-11  # relative error allowed for a condition number of 1
MARGIN = 1e-3  # closer to the threshold a system is neither stable nor unstable


def examples(default: int, thorough: int) -> Any:
    return settings(max_examples=thorough if THOROUGH else default)


def close(got: Any, expected: Any, condition: float, scale: float | None = None) -> None:
    """Real doubles, right but for what the condition of the problem costs."""
    got = np.asarray(got)
    assert got.dtype == np.float64
    size = np.abs(expected).max() if scale is None else scale
    assert np.abs(got - expected).max() <= DIGITS * condition * size


def floats(m: Modes, names: Any) -> dict[str, complex | float]:
    values = {s.name: float(v) if v.is_real else complex(v) for s, v in m.symbols().items()}
    return {n: values[n] for n in names if n in values}


def exactly(m: Modes, names: Any) -> dict[str, sp.Expr]:
    values = {s.name: v for s, v in m.symbols().items()}
    return {n: values[n] for n in names}


def at(m: Modes, target: Any, **more: Any) -> Any:
    f = cs.evaluator(target)
    return f({**floats(m, f.parameters), **more})


def stable(m: Modes) -> bool:
    growth = m.growth()
    assume(abs(growth) > MARGIN)
    return growth < 0


def all_real(V: cs.Covariance) -> bool:
    return all(map(is_real, (*(e for _, e in V.definitions), *V.elements.values(), *V.stability)))


@examples(15, 500)
@given(modes(3))
def test_covariance(m: Modes) -> None:
    steady = stable(m)
    try:
        V = cs.covariance(m.system())
    except UnstableError:
        assert not steady
        return
    assert all_real(V)
    corner = V[V.quadratures[0], V.quadratures[-1]]
    if steady:
        expected, condition = m.covariance()
        close(at(m, V).matrix, expected, condition)
        text, _ = cs.exact_value(corner, exactly(m, (s.name for s in corner.parameters)))
        close(float(text), expected[0, -1], condition, abs(expected).max())
        early = cs.covariance(m.system(numbers=True))
        close(np.array(early.matrix.applyfunc(early.definitions.inline), float), expected, condition)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert np.isnan(at(m, V).matrix).any()
    with pytest.raises(UnstableError):
        cs.exact_value(V["X_m0", "X_m0"], exactly(m, (s.name for s in V["X_m0", "X_m0"].parameters)))
    with pytest.raises(UnstableError):
        cs.covariance(m.system(numbers=True))


@examples(3, 100)
@given(modes(5, least=4, loops=THOROUGH))
def test_covariance_of_up_to_five_modes(m: Modes) -> None:
    assume(stable(m) and m.couplings)
    V = cs.covariance(m.system())
    assert all_real(V)
    expected, condition = m.covariance()
    q = V.quadratures
    close(at(m, V[q[0], q[-2]]), expected[0, -2], condition, abs(expected).max())


@examples(4, 150)
@given(modes(3, least=2, loops=THOROUGH))
def test_entanglement(m: Modes) -> None:
    assume(stable(m))
    V = cs.covariance(m.system())
    W, condition = m.covariance()
    first, last = m.names[0], m.names[-1]
    pick = [0, 1, -2, -1]
    W = W[np.ix_(pick, pick)]
    mirror = np.diag([1, 1, 1, -1])
    form = np.kron(np.eye(2), [[0, 1], [-1, 0]])
    nu = abs(np.linalg.eigvals(1j * form @ mirror @ W @ mirror)).min()
    # nu is a difference of squares of the elements under two roots
    lost = (abs(W).max() / nu) ** 4
    close(at(m, cs.log_negativity(V, first, last)), max(0.0, -np.log(2 * nu)), condition, lost)
    u = np.array([1, 0, 0.75, 0]), np.array([0, 1, 0, -0.75])
    weighted = sum(x @ W @ x for x in u) / (1 + 0.75**2)
    close(at(m, cs.epr_variance(V, first, last, g=sp.Rational(3, 4))), weighted, condition, abs(W).max())
    a, b, c = W[0, 0] + W[1, 1], W[0, 2] - W[1, 3], W[2, 2] + W[3, 3]
    best = np.linalg.eigvalsh([[a, b], [b, c]])[0]
    close(at(m, cs.epr_variance(V, first, last, g="optimal")), best, condition, abs(W).max())


@examples(4, 150)
@given(modes(3, loops=THOROUGH))
def test_spectra(m: Modes) -> None:
    assume(stable(m))
    s = m.system()
    for output, which in ((f"P_{m.names[-1]}", -3 + 2 * m.size + 2), ("X", -2)):
        N = cs.noise_spectrum(s, output)
        for frequency in (0.0, 0.7):
            expected, condition = m.spectrum(which, frequency)
            more = {} if N.frequency not in N.parameters else {"Omega": frequency}
            close(at(m, N, **more), expected, condition, max(expected, 1.0))


@examples(4, 150)
@given(modes(4, loops=THOROUGH))
def test_conditional_states(m: Modes) -> None:
    assume(stable(m))
    V = cs.conditional_covariance(m.system(), cs.Homodyne(angle=sp.Rational(1, 3)))
    assert all_real(V)
    f = cs.conditional_evaluator(V)
    expected, condition = m.conditional(1 / 3)
    close(f(floats(m, f.parameters)).matrix, expected, condition)


def turned(W: np.ndarray, angles: list[float]) -> np.ndarray:
    """The covariance in a_k' with a_k = e^{i angle} a_k'."""
    R = np.zeros_like(W)
    for k, t in enumerate(angles):
        R[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] = [[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]]
    return R @ W @ R.T


@examples(4, 100)
@given(modes(2, least=2))
def test_phases_of_operators_change_nothing_else(m: Modes) -> None:
    """a -> e^{i phi} a, with a number and with a symbol."""
    assume(stable(m))
    W, condition = m.covariance()
    phi = sp.Symbol("phi")
    for first, second in ((sp.pi / 5, sp.Rational(-1, 3)), (phi, 2 * phi)):
        V = cs.covariance(m.system(turn={0: first, 1: second}))
        assert all_real(V)
        f = cs.evaluator(V)
        got = f({**floats(m, f.parameters), **({"phi": 0.4} if "phi" in f.parameters else {})}).matrix
        angles = [float(e.subs(phi, sp.Rational(2, 5))) for e in (first, second)]
        close(got, turned(W, angles), condition)


def test_the_order_of_modes_changes_nothing() -> None:
    r = sp.Rational
    couplings = {("exchange", 0, 1): r(1, 4) + sp.I / 5, ("exchange", 1, 2): r(1, 3), ("exchange", 0, 2): sp.I / 10}
    given = [(r(3, 10), r(1, 10), r(2)), (r(-7, 10), r(3, 10), r(0)), (r(1, 5), r(1, 2), r(1))]
    found = []
    for order in ((0, 1, 2), (2, 0, 1), (1, 0, 2)):
        place = [order.index(k) for k in range(3)]
        moved = {(kind, place[i], place[j]): G for (kind, i, j), G in couplings.items()}
        detuning, rates, hot = (tuple(given[k][c] for k in order) for c in range(3))
        m = Modes(detuning, r(1, 2), rates, hot, moved, port=place[0])
        V = cs.covariance(m.system())
        found.append(at(m, [V[f"X_m{i}", f"{q}_m{j}"] for q in "XP" for i in place for j in place]))
    assert np.ptp(np.array(found), axis=0).max() < 1e-14


Delta, G, kappa, gamma, n = sp.symbols("Delta G kappa gamma n")
POINT = {"Delta": sp.Rational(-7, 10), "kappa": sp.Rational(11, 10), "gamma": sp.Rational(1, 20), "n": sp.Integer(3)}
M = Modes(
    (sp.Rational(-7, 10), sp.Integer(0)), sp.Rational(11, 10), (sp.Integer(0), sp.Rational(1, 20)),
    (sp.Integer(0), sp.Integer(3)), {("exchange", 0, 1): sp.Rational(3, 10)},
)  # fmt: skip


def cooled(G: sp.Expr) -> cs.SLH:
    a, b = cs.operator("a"), cs.operator("b")
    H = Delta * a.dagger() * a + G * a.dagger() * b + cs.symbols.conj(G) * b.dagger() * a
    return cs.SLH("om", H=H, ports={"light": sp.sqrt(kappa) * a}, baths={"bath": (sp.sqrt(gamma) * b, n)})


@pytest.mark.parametrize("coupling", [sp.Rational(3, 10), sp.Rational(3, 10) * sp.I, sp.Rational(9, 50) - sp.I * sp.Rational(6, 25)])
def test_a_cooled_oscillator(coupling: sp.Expr) -> None:
    """Only the modulus of the coupling matters; evaluator, exact value, code, sweep and proof."""
    g = sp.Symbol("G", **({} if coupling.is_real else {"complex": True}))
    expected = m_value()
    V = cs.covariance(cooled(g))
    q = V["X_b", "X_b"]
    numbers = {k: float(v) for k, v in POINT.items()} | {"G": float(coupling) if coupling.is_real else complex(coupling)}
    assert cs.evaluator(q)(numbers) == pytest.approx(expected, rel=1e-14)
    assert float(cs.exact_value(q, {**POINT, "G": coupling})[0]) == pytest.approx(expected, rel=1e-14)
    assert float(q.subs({g: coupling}).inline().subs(POINT)) == pytest.approx(expected, rel=1e-14)
    assert all(step.check() for step in V.steps if step.check is not None)
    swept = cs.sweep(q, {"n": [3.0, 4.0]}, {k: v for k, v in numbers.items() if k != "n"}, name="V")
    assert swept.V.values[0] == pytest.approx(expected, rel=1e-14)
    space: dict[str, Any] = {}
    exec(code(q, "python"), space)  # the text is ours
    function = next(f for name, f in space.items() if name.startswith("var_X_b"))
    assert function(**{k if k in inspect.signature(function).parameters else f"{k}_": v for k, v in numbers.items()}) == (
        pytest.approx(expected, rel=1e-14)
    )


def m_value() -> float:
    return float(M.covariance()[0][2, 2])


FOLDER = """
import sympy as sp
import cascade_sym as cs
from cascade_sym.paper import Model
from tests.core.test_ordinary_hamiltonians import cooled
model = Model(parameters=("Delta", "kappa", "gamma", "n"), ranges={"Delta": (-sp.oo, sp.oo)})
@model.equation("1")
def one():
    return {"k": cs.symbol("kappa")}
for name, G in (("V", cs.symbol("G")), ("W", cs.symbols.complex_symbol("G"))):
    model.quantity(name, ("Delta", "G", "gamma", "kappa", "n"))(lambda G=G: cs.covariance(cooled(G))["X_b", "X_b"])
"""


def test_eval_in_a_folder(tmp_path, capsys) -> None:
    from cascade_sym.cli.main import main

    (tmp_path / "derived.py").write_text(FOLDER)
    (tmp_path / "printed.toml").write_text(
        '[paper]\ntitle = "t"\n[[equation]]\nid = "1"\ntitle = "x"\nkind = "definition"\nstatements = ["k = kappa"]\n'
    )
    given = [x for k, v in POINT.items() for x in ("--set", f"{k}={v}")]
    for name, value in (("V", "3/10"), ("W", "3/10*I")):
        with pytest.raises(SystemExit):
            main(["eval", str(tmp_path), name, *given, "--set", f"G={value}"])
        assert float(capsys.readouterr().out) == pytest.approx(m_value(), rel=1e-14)


def test_a_detuned_two_mode_squeezer_is_real() -> None:
    V = cs.covariance(cs.Squeezer("q", chi=sp.Symbol("chi"), kappa=kappa, two_mode=True, detuning=Delta))
    assert all_real(V)
    assert cs.evaluator(V["X_q+", "X_q+"])(chi=0.3, kappa=1.0, Delta=0.4).dtype == np.float64
