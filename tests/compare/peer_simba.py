"""quantum-simba: realises a given transfer function as a quantum network; it does not compose or solve one."""

from __future__ import annotations

from tests.compare.problem import Answer, report


def equations() -> Answer:
    """Two SLH parts in series, from the library's own product."""
    import sympy as sp
    from simba import SLH, core

    root = {n: sp.Symbol(n, positive=True) for n in ("gSB", "gSP", "gMB", "gMP")}
    still = sp.zeros(2, 2)
    S = SLH(sp.eye(2), sp.Matrix([[0, root["gSP"]], [root["gSB"], 0]]), still)
    M = SLH(sp.eye(2), sp.Matrix([[root["gMB"], 0], [0, root["gMP"]]]), still)
    core.series(M, S)
    return None, "series product"


def closed_form() -> Answer:
    """What the library is for: a network that realises the transfer function of one oscillator without a bath."""
    import sympy as sp
    from simba import tf2rss

    s = sp.Symbol("s")
    gamma = sp.Symbol("gamma", positive=True)
    found = tf2rss((s - gamma / 2) / (s + gamma / 2)).to_slh()
    raise LookupError(f"a network with {found.k.shape[1] // 2} mode for a transfer function, but no covariance")


def load() -> str:
    from importlib.metadata import version

    import simba  # noqa: F401

    return version("quantum-simba")


if __name__ == "__main__":
    report(
        "a transfer function",
        {"equations": equations, "covariance": "no states", "conditional": "no measurement", "closed form": closed_form},
        load,
    )
