"""qpsgen: phase-space equations in symbols, from a master equation by hand (the cascade is the user's to compose)."""

from __future__ import annotations

from functools import cache

import numpy as np

from tests.compare.problem import VALUES, Answer, report


@cache
def symbols() -> dict:
    import sympy as sp

    names = ("gSB", "gSP", "gMB", "gMP", "tau", "eta", "kS", "kM", "nS", "nM")
    return dict(zip(names, sp.symbols(" ".join(names), positive=True), strict=True))


@cache
def numbers() -> dict:
    """Amplitudes g = sqrt(Gamma), tau = sqrt(1 - eps) and eta = sqrt(eps) at the point."""
    v, s = VALUES, symbols()
    out = {s[f"g{x}"]: v[f"G_{x}"] ** 0.5 for x in ("SB", "SP", "MB", "MP")}
    return out | {
        s["tau"]: (1 - v["eps"]) ** 0.5, s["eta"]: v["eps"] ** 0.5, s["kS"]: v["gamma_S0"], s["kM"]: v["gamma_M0"],
        s["nS"]: v["n_S"], s["nM"]: v["n_M"],
    }  # fmt: skip


def langevin():
    import sympy as sp
    from qpsgen import LindbladChannel, MasterEquation, boson_modes, derive_kramers_moyal

    s = symbols()
    S, M = boson_modes("S", "M")
    R = s["gSB"] * s["gMP"] - s["gSP"] * s["gMB"]
    H = (S * M - S.dag * M.dag) * (-sp.I * s["tau"] * R / 2)
    jumps = [
        (S.dag * (s["tau"] * s["gSP"]) + M * s["gMB"], 1), (S * (s["tau"] * s["gSB"]) + M.dag * s["gMP"], 1),
        (S, (s["eta"] * s["gSB"]) ** 2), (S.dag, (s["eta"] * s["gSP"]) ** 2),
        (S, s["kS"] * (s["nS"] + 1)), (S.dag, s["kS"] * s["nS"]), (M, s["kM"] * (s["nM"] + 1)), (M.dag, s["kM"] * s["nM"]),
    ]  # fmt: skip
    master = MasterEquation(modes=[S, M], hamiltonian=H, channels=[LindbladChannel(J, r) for J, r in jumps])
    return derive_kramers_moyal(master, representation="wigner").truncate(2).to_langevin()


def dynamics():
    return langevin().to_second_moment_dynamics(parameters=tuple(symbols().values()), layout="augmented")


def equations() -> Answer:
    import sympy as sp

    equation = langevin()
    z = sp.Matrix(list(equation.variables))  # S, M and their conjugates
    A = np.array(sp.Matrix(equation.drift).jacobian(z).subs(numbers()).tolist(), complex)
    T = np.zeros((4, 4), complex)
    for k in range(2):
        T[2 * k, [k, k + 2]], T[2 * k + 1, [k, k + 2]] = 2**-0.5, (-1j * 2**-0.5, 1j * 2**-0.5)
    return (T @ A @ np.linalg.inv(T)).real, "symbols"


def as_matrix(x: dict[str, float]) -> list[list[float]]:
    """The covariance matrix from the real coordinates of R = <a a^+> and C = <a a>."""

    def get(kind: str, i: int, j: int) -> complex:
        if kind == "r" and i == j:
            return x[f"r_diag_{i}"]
        a, b = min(i, j), max(i, j)
        imaginary = x[f"{kind}_im_{a}_{b}"] * (-1 if kind == "r" and i > j else 1)
        return x[f"{kind}_re_{a}_{b}"] + 1j * imaginary

    V = np.zeros((4, 4))
    for i in range(2):
        for j in range(2):
            r, c = get("r", i, j), get("c", i, j)
            block = [[(r + c).real, (c - r).imag], [(c + r).imag, (r - c).real]]
            V[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = block
    return V.tolist()


def linear():
    """dx/dt = J x + b for the real second moments x."""
    import sympy as sp

    d = dynamics()
    x = sp.Matrix([v.symbol for v in d.state_spec])
    J = sp.Matrix(d.jacobian())
    b = (sp.Matrix(d.rhs) - J * x).applyfunc(sp.expand)
    assert not b.free_symbols & set(x)
    return J, b, [v.id for v in d.state_spec]


def covariance() -> Answer:
    J, b, names = linear()
    at = numbers()
    found = np.linalg.solve(np.array(J.subs(at), float), -np.array(b.subs(at), float)).ravel()
    return as_matrix(dict(zip(names, found, strict=True))), "moment equations in symbols; solved by NumPy"


def closed_form() -> Answer:
    J, b, names = linear()
    solved = J.LUsolve(-b)
    size = sum(int(e.count_ops()) for e in solved)
    found = [float(e.subs(numbers())) for e in solved]
    return as_matrix(dict(zip(names, found, strict=True))), f"moment equations solved by SymPy's LUsolve: {size} operations"


def load() -> str:
    import qpsgen

    return qpsgen.__version__


if __name__ == "__main__":
    report(
        "master equation by hand",
        {"equations": equations, "covariance": covariance, "conditional": "no measurement", "closed form": closed_form},
        load,
    )
