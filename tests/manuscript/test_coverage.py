r"""`cascade-sym check`: what it covers, what is known and what understood, each part of a chain, steady states, exit codes."""

from __future__ import annotations

import json

import pytest

from tests.manuscript.test_check import MOTION, R, T, eq
from tests.manuscript.test_read import run

WRONG = R.replace("1 -", "1 +")


def test_known_understood_and_not_understood_are_told_apart(check):
    report = check(eq(R) + eq(r"\eta = \kappa_1/2") + eq(r"\zeta = \strange{2}") + eq(r"t = \xi_9"))
    assert [(c.verdict, c.understood) for c in report.checked] == [
        ("exact", True), ("unknown", True), ("unchecked", False), ("unchecked", True)
    ]  # fmt: skip
    assert r"\strange" in report.checked[2].reason and "does not know" in report.checked[1].reason
    found = report.coverage()
    assert (found["formulas"], found["judged"], found["unknown"], found["not_understood"], found["undecided"]) == (4, 1, 1, 1, 1)
    assert found["equations"] == {"1": ["exact"], "2": []}


def test_each_part_of_a_chain_is_judged(check):
    good = R + r" = \frac{\kappa_{\mathrm R} - \kappa_1}{\kappa_1 + \kappa_{\mathrm R}}"
    (c,) = check(eq(good)).checked
    assert [p.verdict for p in c.parts] == ["exact", "exact"] and c.verdict == "exact"
    (c,) = check(eq(good.replace("- \\kappa_1}", "+ 3\\kappa_1}"))).checked
    assert c.parts[0].verdict == "exact" and c.parts[1].verdict != "exact" and c.failed


@pytest.mark.parametrize("form", [r"\dot{\hat a} = 0", r"\frac{d}{dt}\hat a = 0 = -\hat a - \hat b_{1,\mathrm{in}}", r"0 = -\hat a"])
def test_a_steady_state_is_no_wrong_equation_of_motion(check, form):
    report = check(eq(MOTION.replace("&", ""), env="align") + eq(form))
    assert not any(c.failed for c in report.checked) and report.checked[0].verdict == "exact"
    assert report.checked[-1].verdict in ("unchecked", "unknown")


def test_a_wrong_equation_of_motion_is_still_wrong(check):
    (c,) = check(eq(r"\dot{\hat a} = -\hat a")).checked
    assert c.failed


@pytest.mark.parametrize(
    ("body", "code", "strict"),
    [
        (eq(R), 0, 0), (eq(R) + eq(r"\eta = \kappa_1"), 0, 0), (eq(R) + eq(r"t = \strange"), 0, 1), (eq(WRONG), 1, 1),
        (eq(R) + rf"\[ {WRONG} \]", 0, 0), (eq(R) + r"\input{missing}", 1, 1), ("no formula", 2, 2),
    ],
)  # fmt: skip
def test_exit_codes(capsys, cavity, tmp_path, body, code, strict):
    path = tmp_path / "m.tex"
    path.write_text(body)
    assert run(capsys, "check", str(path), str(cavity.path))[0] == code
    assert run(capsys, "check", str(path), str(cavity.path), "--strict")[0] == strict


def test_displays_without_a_number_are_judged_when_asked(capsys, cavity, tmp_path):
    path = tmp_path / "m.tex"
    path.write_text(eq(R) + rf"\[ {WRONG} \]")
    _, out, _ = run(capsys, "check", str(path), str(cavity.path))
    assert "1 displays without a number were not judged" in out
    code, out, _ = run(capsys, "check", str(path), str(cavity.path), "--all")
    assert code == 1 and "misprint" in out


def test_coverage_is_shown(capsys, cavity, tmp_path):
    path = tmp_path / "m.tex"
    path.write_text(eq(R) + eq(T) + eq(r"\eta = \kappa_1"))
    _, out, _ = run(capsys, "check", str(path), str(cavity.path))
    assert "2 of 3 formulas judged, 1 understood but not known here" in out and "not met: 2" in out
    _, out, _ = run(capsys, "check", str(path), str(cavity.path), "--json")
    assert json.loads(out)["coverage"]["judged"] == 2
