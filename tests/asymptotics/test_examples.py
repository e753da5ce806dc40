"""Optimised figures of merit whose asymptotic optimum is known in closed form."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO

import pytest
import sympy as sp

from cascade_sym.asymptotics import scaling

C, m, q, x, y = sp.symbols("C m q x y")
half = sp.Rational(1, 2)


def same(a: sp.Expr, b: sp.Expr) -> bool:
    return sp.simplify(a - b) == 0


def test_dissipative_squeezing():
    """Kronwald, Marquardt, Clerk (2013): V = [m + C(1-q)^2]/[1 + C(1-q^2)], optimised over the ratio q of drives.

    1/V' = 0 gives V* = sqrt(m/C) + (m - 1)/(2C) + ... at q = 1 - sqrt(m/C) + ...
    """
    V = (m + C * (1 - q) ** 2) / (1 + C * (1 - q**2))
    s = scaling(V, large=C, over=[q], positive=[1 + C * (1 - q**2)])
    assert s.exponent == -half
    assert s.next_exponent == -1
    assert same(s.prefactor.expr(), sp.sqrt(m))
    assert same(s.next_value.expr(), (m - 1) / 2)
    assert s.optimum["q"].limit == 1
    assert s.optimum["q"].exponent == -half
    assert same(s.optimum["q"].coefficient.expr(), -sp.sqrt(m))
    assert s.certificate.digits > 20
    assert s.certificate.observed_next == "-1"
    assert all(row["agrees"] for row in s.certificate.samples)


@pytest.mark.parametrize("value", ["1/3", "2", "400"])
def test_dissipative_squeezing_at_numbers(value):
    """With numbers put in, the same as the symbolic result at these numbers, to 30 digits."""
    v = sp.Rational(value)
    V = (m + C * (1 - q) ** 2) / (1 + C * (1 - q**2))
    s = scaling(V, large=C, over=[q], positive=[1 + C * (1 - q**2)], at={m: v})
    assert s.to_json()["prefactor_value"] == sp.sqrt(v).n(30).__str__()
    assert same(s.next_value.expr(), (v - 1) / 2)


def test_sideband_cooling():
    """Minimum phonon number A_-/(A_+ - A_-) over the detuning: [sqrt(1 + (kappa/2 Omega)^2) - 1]/2.

    The optimum is at Delta = sqrt(Omega^2 + kappa^2/4); the small parameter is kappa, its limit zero.
    """
    kappa, Delta, Omega = sp.symbols("kappa Delta Omega")
    n_min = ((kappa / 2) ** 2 + (Omega - Delta) ** 2) / (4 * Delta * Omega)
    s = scaling(n_min, large=kappa, limit=0, over=[Delta])
    known = sp.series((sp.sqrt(1 + (kappa / (2 * Omega)) ** 2) - 1) / 2, kappa, 0, 6).removeO()
    found = s.prefactor.expr() * kappa**s.exponent + s.next_value.expr() * kappa**s.next_exponent
    assert same(found, known)
    assert s.optimum["Delta"].limit == Omega
    assert s.optimum["Delta"].exponent == 2
    assert same(s.optimum["Delta"].coefficient.expr(), 1 / (8 * Omega))


def test_sideband_cooling_with_the_sign_of_the_detuning():
    """The same with detunings of either sign allowed, the stable one selected by a constraint."""
    kappa, Delta, Omega = sp.symbols("kappa Delta Omega")
    n_min = ((kappa / 2) ** 2 + (Omega + Delta) ** 2) / (-4 * Delta * Omega)
    s = scaling(n_min, large=kappa, limit=0, over=[Delta], bounds={Delta: (-sp.oo, sp.oo)}, positive=[-Delta])
    assert same(s.prefactor.expr(), 1 / (16 * Omega**2))
    assert s.optimum["Delta"].limit == -Omega


def test_transduction_efficiency():
    """1 - eta, eta = eta_0 4 C_1 C_2/(1 + C_1 + C_2)^2: matched at C_2 = 1 + C_1, where eta = eta_0 C_1/(1 + C_1)."""
    C_1, C_2, eta = sp.symbols("C_1 C_2 eta_0")
    s = scaling(1 - eta * 4 * C_1 * C_2 / (1 + C_1 + C_2) ** 2, large=C_1, over=[C_2])
    assert s.exponent == 0
    assert s.next_exponent == -1
    assert same(s.prefactor.expr(), 1 - eta)
    assert same(s.next_value.expr(), eta)
    assert s.optimum["C_2"].exponent == 1
    assert s.optimum["C_2"].coefficient.expr() == 1
    lossless = scaling(1 - 4 * C_1 * C_2 / (1 + C_1 + C_2) ** 2, large=C_1, over=[C_2])
    assert (lossless.exponent, lossless.prefactor.expr(), lossless.next_value.expr()) == (-1, 1, -1)


def test_ponderomotive_squeezing_with_loss():
    """Smallest variance of cos(t) P' + sin(t) X with P' = P + K X, behind a loss e: the small eigenvalue of
    [[1, K], [K, 1 + K^2]], so (1 - e)[1 + K^2/2 - sqrt(K^2 + K^4/4)] + e."""
    K, t, e = sp.symbols("K theta epsilon")
    spectrum = (1 - e) * ((1 + K**2) * sp.cos(t) ** 2 - 2 * K * sp.sin(t) * sp.cos(t) + sp.sin(t) ** 2) + e
    s = scaling(spectrum, large=K, over=[t])
    assert s.exponent == 0
    assert same(s.prefactor.expr(), e)
    assert s.next_exponent == -2
    assert same(s.next_value.expr(), 1 - e)
    assert s.optimum["theta"].limit == sp.pi / 2
    pure = scaling(spectrum, large=K, over=[t], at={e: 0})
    assert (pure.exponent, pure.prefactor.expr()) == (-2, 1)


def test_exponents_with_a_cube_root():
    """x^2/C + 1/x is smallest at x = (C/2)^(1/3), where it is 3 (4C)^(-1/3)."""
    s = scaling(x**2 / C + 1 / x, large=C, over=[x])
    third = sp.Rational(1, 3)
    assert s.exponent == -third
    assert s.next_value is None
    assert sp.simplify(s.prefactor.expr() ** 3 - sp.Rational(27, 4)) == 0
    assert sp.simplify(s.optimum["x"].coefficient.expr() ** 3 - half) == 0


def test_competing_scales():
    """(x^2 - m)^2 dominates and pins x to sqrt(m); y is decided below it, by y^2 + 1/(C y): y = (2C)^(-1/3)."""
    s = scaling((x**2 - m) ** 2 + x / C + 1 / (C * y) + y**2, large=C, over=[x, y])
    assert s.exponent == -sp.Rational(2, 3)
    assert sp.simplify(s.prefactor.expr() ** 3 - sp.Rational(27, 4)) == 0
    assert same(s.optimum["x"].limit, sp.sqrt(m))
    assert s.next_exponent == -1
    assert same(s.next_value.expr(), sp.sqrt(m))


def test_the_asymptotic_branch_is_not_the_one_of_moderate_values():
    """Two wells: at x = 5 the value is 160 C^(-1/2), at x = 1 it is 16/C; the first wins below C = 0.01 only,
    but is the wider one by far."""
    s = scaling(((x - 1) ** 2 + 1 / C) * ((x - 5) ** 2 + 10 / sp.sqrt(C)), large=C, over=[x])
    assert (s.exponent, s.prefactor.expr()) == (-1, 16)
    assert s.optimum["x"].limit == 1


def test_several_minima_with_a_late_crossing():
    """Wells of depth a/C + 100/C^2 at x = 1 and 2a/C at x = 3: the order changes at C = 100/a."""
    f = (x - 1) ** 2 * (x - 3) ** 2 + (3 - x) ** 2 / 4 * (1 / C + 2000 / C**2) + (x - 1) ** 2 / (2 * C)
    s = scaling(f, large=C, over=[x])
    assert (s.exponent, s.prefactor.expr()) == (-1, 1)
    assert s.optimum["x"].limit == 1


def test_minimum_at_an_edge():
    """x wants to be zero; it is put there, said so, and the rest is optimised."""
    s = scaling(1 / C + x + y + 1 / (y * C), large=C, over=[x, y])
    assert s.optimum["x"].fixed == "edge"
    assert s.optimum["x"].limit == 0
    assert (s.exponent, s.prefactor.expr(), s.next_exponent, s.next_value.expr()) == (-half, 2, -1, 1)
    assert any("edge" in step.title for step in s.steps)


def test_a_valley_of_optima():
    """Only the product x y matters: one of them is fixed, and the optimum does not depend on which value."""
    s = scaling(x * y + 1 / (C * x * y) + q / C, large=C, over=[x, y], at={q: 3})
    assert (s.exponent, s.prefactor.expr(), s.next_value.expr()) == (-half, 2, 3)
    assert [t.fixed for t in s.optimum.values()].count("valley") == 1


def test_nothing_to_optimise():
    s = scaling((C + m) / (C**2 + 1), large=C)
    assert (s.exponent, s.prefactor.expr(), s.next_exponent, s.next_value.expr()) == (-1, 1, -2, m)


@pytest.mark.parametrize("over", [[], [y]])
def test_a_prefactor_has_a_name_of_its_own(over):
    from cascade_sym.cli.tables import scaling_table

    P, target = sp.Symbol("P"), sp.sqrt(2) + (y - 1) ** 2
    other, s = (scaling(target + (1 + x) / g, large=g, over=over, at={} if over else {y: 1}) for g in (C, P))
    v = s.prefactor
    assert v.variable != P and v.polynomial.free_symbols == {v.variable} and v.closed == other.prefactor.closed
    with redirect_stdout(StringIO()) as out:
        scaling_table(s)
    assert f"= {v.variable} P^(0)" in out.getvalue() and f"\n{v.variable} = " in out.getvalue()


def test_result_as_json_and_derivation():
    V = (m + C * (1 - q) ** 2) / (1 + C * (1 - q**2))
    s = scaling(V, large=C, over=[q], positive=[1 + C * (1 - q**2)], at={m: 2})
    data = s.to_json()
    assert set(data) == {
        "exponent", "prefactor_latex", "prefactor_value", "next_exponent", "next_value", "optimum",
        "certificate", "seconds",
    }  # fmt: skip
    assert data["exponent"] == "-1/2"
    assert data["prefactor_latex"] == r"\sqrt{2}"
    assert data["next_value"].startswith("0.5")
    assert data["optimum"]["q"]["limit"] == "1"
    assert data["optimum"]["q"]["exponent"] == "-1/2"
    assert data["optimum"]["q"]["coefficient"].startswith("-1.41421356237309504880168872")
    titles = [step.title for step in s.steps]
    assert titles == [
        "minimise f over q as C tends to oo", "powers found along the optimum", "competing scales", "leading order",
        "the prefactor P: elimination of the stationarity conditions", "next order",
    ]  # fmt: skip
    assert all(step.check().ok for step in s.steps if step.check)
    symbolic = scaling(V, large=C, over=[q], positive=[1 + C * (1 - q**2)]).to_json()
    assert symbolic["prefactor_value"] is None
    assert symbolic["next_value"] is None


def test_window_of_validity():
    """V* = sqrt(m/C) + (m-1)/(2C) + ...: within 1 % from where the exact optimum says so."""
    V = (m + C * (1 - q) ** 2) / (1 + C * (1 - q**2))
    s = scaling(V, large=C, over=[q], positive=[1 + C * (1 - q**2)], at={m: 3})
    start = float(s.certificate.window["1%"]["leading"])

    def optimum(c: float) -> float:
        """1 - q = z: V = (m + c z^2)/(1 + 2 c z - c z^2); V' = 0 is c(1 + m) z + c... a quadratic in z."""
        z = sp.Symbol("z")
        value = (3 + c * z**2) / (1 + 2 * c * z - c * z**2)
        roots = sp.Poly(sp.fraction(sp.together(sp.diff(value, z)))[0], z).nroots()
        return min(float(value.subs(z, r)) for r in roots if r.is_real and 0 < r < 1)

    error = {k: abs((3 / (k * start)) ** 0.5 / optimum(k * start) - 1) for k in (0.9, 1.0, 1.1)}
    assert error[0.9] > 0.01 > error[1.1]
    assert error[1.0] == pytest.approx(0.01, rel=0.02)


def test_same_input_same_output():
    V = (m + C * (1 - q) ** 2) / (1 + C * (1 - q**2))
    first, second = (scaling(V, large=C, over=[q], positive=[1 + C * (1 - q**2)]).to_json() for _ in range(2))
    first.pop("seconds"), second.pop("seconds")
    assert first == second
