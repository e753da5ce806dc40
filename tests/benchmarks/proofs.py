"""Proofs about results of many definitions: `python -m tests.benchmarks.proofs`.

A cavity with two mechanical modes, against its copy with the modes in the opposite order: some 700 definitions each,
which as one formula have more than 10^12 nodes.
"""

from __future__ import annotations

import time

import sympy as sp

import cascade_sym as cs
from tests.benchmarks.timing import header, quick, row
from tests.exact.optomechanics import pair

GOAL = 20.0  # seconds of CPU


def proved(title: str, values: dict[str, sp.Expr]) -> None:
    """Derives both covariances and proves that one element is the same."""
    start = time.process_time()
    V, W = pair(["a", "b1", "b2"], values)
    q, p = V["X_b1", "X_b1"], W["X_b1", "X_b1"]
    found = cs.equal(q, p)
    seconds = time.process_time() - start
    how = f"{found.status} {found.reason}".strip()
    size = f"{len(V.definitions)} and {len(W.definitions)} definitions, {len(q.parameters)} parameters"
    row(f"{title}: {size}", f"{how}, {seconds:.1f} s", "", f"equal, at most {GOAL:g} s", bool(found) and seconds < GOAL)


def main() -> None:
    few = quick(__doc__)
    header()
    G, gamma, n = sp.symbols("G gamma n")
    alike = {"G_b1": G, "G_b2": G, "gamma_b1": gamma, "gamma_b2": gamma, "n_b1": n, "n_b2": n}
    alike |= {"Omega_b1": sp.Integer(1), "Omega_b2": sp.Rational(6, 5)}
    proved("two like mechanical modes", {**alike, "gamma_b1": sp.S.One, "gamma_b2": sp.S.One} if few else alike)
    if not few:
        proved("all symbols free", {})


if __name__ == "__main__":
    main()
