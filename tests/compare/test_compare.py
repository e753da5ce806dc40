"""The comparison itself: the problem by hand, the answers of what is installed, and what happens to what is not."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import sympy as sp

from cascade_sym.formula import parse_statement
from tests.compare import readers, run
from tests.compare.points import sides
from tests.compare.problem import TASKS, kalman, reference, state_space


@pytest.fixture(scope="module")
def expected():
    V, W = reference()
    return {"equations": state_space()[0], "covariance": V, "conditional": W, "closed form": V}


def test_the_problem_by_hand(expected):
    """Both covariances solve their equations, and knowing more never makes a variance larger."""
    A, C, Q, N, Z = kalman()
    V, W = expected["covariance"], expected["conditional"]
    gain = W @ C.T + Z
    assert abs(A @ V + V @ A.T + Q).max() < 1e-13
    assert abs(A @ W + W @ A.T + Q - gain @ np.linalg.inv(N) @ gain.T).max() < 1e-12
    assert np.linalg.eigvalsh(V - W).min() > -1e-12
    symplectic = np.kron(np.eye(2), [[0, 1], [-1, 0]])
    assert np.linalg.eigvalsh(W + 0.5j * symplectic).min() > -1e-12


@pytest.mark.parametrize("peer", ["cascade_sym", "SciPy"])
def test_answers_of_what_is_installed(peer, expected, monkeypatch):
    monkeypatch.setattr(run, "environment", lambda _: sys.executable)
    done = subprocess.run(
        [sys.executable, "-m", f"tests.compare.peer_{run.PEERS[peer][0]}"], cwd=run.ROOT, capture_output=True, text=True
    )
    found = run.judged(json.loads(done.stdout.splitlines()[-1]), expected)
    given = [t for t in TASKS if found[t]["given"]]
    assert set(given) >= ({"covariance", "conditional"} if peer == "SciPy" else set(TASKS))
    assert all(found[t]["error"] < 1e-12 for t in given)
    assert run.table({peer: found}).count("|") == 3 * (3 + len(TASKS))


def test_what_can_not_be_installed_is_skipped_with_a_message(monkeypatch, tmp_path):
    monkeypatch.setattr(run, "PLACE", tmp_path)
    monkeypatch.setitem(run.PEERS, "nothing", ("nothing", ("./no-such-package-1.0-py3-none-any.whl",)))
    found = run.answers("nothing")
    assert found["skipped"].startswith("could not be installed")
    assert "skipped: could not be installed" in run.table({"nothing": found})


FORMULAS = {
    r"\kappa_{0} = \frac{g^2}{2\gamma}": "kappa_0 = g^2/(2*gamma)",
    r"R = \sqrt{1-\epsilon}\, f(t)": "R = sqrt(1 - epsilon)*f(t)",
    r"u = e^{-i\theta}": "u = exp(-I*theta)",
}


def test_readers_are_judged_by_what_is_stated():
    """Ours reads these; a reading of another formula is wrong, none is not right, and another spelling of names is."""
    wanted = [readers.stated(parse_statement(text)) for text in FORMULAS.values()]
    found = readers.ours(list(FORMULAS))
    assert readers.judged(found, wanted, [True] * 3)["right"] == 3
    assert readers.judged(found | {"found": found["found"][1:] + found["found"][:1]}, wanted, [True] * 3)["right"] == 0
    assert readers.judged({"read": [False] * 3, "found": [None] * 3}, wanted, [True] * 3)["right"] == 0
    other = sides(sp.Eq(sp.Symbol("kappa_{0}"), sp.Symbol("g") ** 2 / (2 * sp.Symbol(r"{\\gamma}")), evaluate=False))
    assert readers.same(other, wanted[0])


def test_formulas_that_sympy_prints_have_values():
    made = readers.printed()
    assert len(made) > 150 and made == readers.printed()
    assert all(None not in (sides(e) or [None]) for e in made[::5])


def test_a_reader_that_can_not_be_installed_is_skipped(monkeypatch):
    monkeypatch.setattr(readers, "installed", lambda module, packages: f"could not be installed: {module}")
    assert readers.answers("SymPy, lark", ["u = v"]) == {"skipped": "could not be installed: reader_lark"}
