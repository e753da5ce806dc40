"""Misprints of every kind in formulas of a folder of their own: found, named, and not found where there is none."""

from __future__ import annotations

import pytest

from cascade_sym.folder.load import new_folder
from cascade_sym.manuscript import check_manuscript
from cascade_sym.paper import load_folder
from tests.manuscript.test_check import MOTION

PRINTED = r"""
[paper]
title = "Squeezed light of a cavity with loss"
swaps = [["c", "l"]]
[notation]
kappa_c = '\kappa_{\mathrm c}'
kappa_l = '\kappa_\ell'
V_minus = 'V_-'
[[equation]]
id = "1"
title = "escape efficiency"
statements = ["eta = kappa_c/(kappa_c + kappa_l)"]
[[equation]]
id = "2"
title = "squeezing"
statements = ["V_minus = 1/2 - 4*kappa_c*chi/(kappa_c + kappa_l + 2*chi)^2"]
[[equation]]
id = "3"
title = "a root"
statements = ["h = sqrt(kappa_c^2 + 4*chi*kappa_l)/(2*kappa_c) + sqrt(kappa_l/kappa_c)*cos(phi)/3"]
[[equation]]
id = "4"
title = "response"
statements = ["G(Omega) = (kappa_c - I*Omega)/(kappa_c/2 + I*Omega)*conj(z)"]
"""
DERIVED = """
import sympy as sp
from cascade_sym.paper import Model

kc, kl, chi, phi, Om = sp.symbols("kappa_c kappa_l chi phi Omega")
z = sp.Symbol("z", complex=True)
RATES = ("kappa_c", "kappa_l")
model = Model(parameters=(*RATES, "chi", "phi"), ranges=dict.fromkeys(RATES, (sp.S.Zero, sp.oo)))
model.glossary(lambda: {"z": z, "Omega": Om})
model.equation("1")(lambda: {"eta": kc/(kc + kl)})
model.equation("2")(lambda: {"V_minus": sp.Rational(1, 2) - 4*kc*chi/(kc + kl + 2*chi)**2})
model.equation("3")(lambda: {"h": sp.sqrt(kc**2 + 4*chi*kl)/(2*kc) + sp.sqrt(kl/kc)*sp.cos(phi)/3})
model.equation("4")(lambda: {"G(Omega)": (kc - sp.I*Om)/(kc/2 + sp.I*Om)*sp.conjugate(z)})
"""
C = r"\kappa_{\mathrm c}"
ETA = rf"\eta = \frac{{{C}}}{{{C} + \kappa_\ell}}"
V = rf"V_- = \frac12 - \frac{{4{C}\chi}}{{({C} + \kappa_\ell + 2\chi)^2}}"
H = rf"h = \frac{{\sqrt{{{C}^2 + 4\chi\kappa_\ell}}}}{{2{C}}} + \frac{{\cos\phi}}{{3}}\sqrt{{\frac{{\kappa_\ell}}{{{C}}}}}"
G = rf"G(\Omega) = \frac{{{C} - i\Omega}}{{{C}/2 + i\Omega}}z^*"
PLANTED = {
    "sign": (ETA.replace("+", "-"), "sign of 'kappa_l'"),
    "swapped indices": (ETA.replace(rf"\frac{{{C}}}", r"\frac{\kappa_\ell}"), "l replaced by c"),
    "upside down": (rf"\eta = \frac{{{C} + \kappa_\ell}}{{{C}}}", "upside down"),
    "factor 2": (V.replace("4", "2"), "factor 2"),
    "factor 1/2": (V.replace(r"\frac12", "1"), "factor 1/2 on '1'"),
    "power down": (V.replace(")^2", ")^3"), "one down"),
    "square lost": (V.replace(")^2", ")"), "squared"),
    "factor in a bracket": (V.replace(r"2\chi)", r"\chi)"), "factor 2 on 'chi'"),
    "term lost in a bracket": (V.replace(r" + \kappa_\ell", ""), "'kappa_l' put to 'kappa_c + 2*chi'"),
    "term lost": (H.split(r" + \frac{\cos")[0], "sqrt(kappa_l/kappa_c)*cos(phi)/3' put in"),
    "term lost under a root": (H.replace(r" + 4\chi\kappa_\ell", ""), "put to 'kappa_c^2'"),
    "root too short": (H.replace(rf"\sqrt{{{C}^2 + 4\chi\kappa_\ell}}", rf"\sqrt{{{C}^2}} + 4\chi\kappa_\ell"), "sqrt"),
    "root lost": (H.replace(rf"\sqrt{{\frac{{\kappa_\ell}}{{{C}}}}}", rf"\frac{{\kappa_\ell}}{{{C}}}"), "root"),
    "root too long": (H.replace(rf"\frac{{\sqrt{{{C}^2 + 4\chi\kappa_\ell}}}}{{2{C}}}", rf"\sqrt{{\frac{{{C}^2 + 4\chi\kappa_\ell}}{{2{C}}}}}"), "out of the root"),
    "sine": (H.replace(r"\cos", r"\sin"), "sin replaced by cos"),
    "bracket": (V.replace(rf"({C} + \kappa_\ell + 2\chi)^2", rf"{C} + (\kappa_\ell + 2\chi)^2"), "squared"),
    "conjugate": (G.replace("z^*", "z"), "conjugate put on 'z'"),
    "kappa for kappa/2": (G.replace("/2", ""), "factor 1/2 on 'kappa_c'"),
    "phase": (G.replace("- i", "+ i"), "sign"),
    "two": (V.replace("12 -", "12 +").replace("4", "2"), "flipped; a factor 2"),
}  # fmt: skip


@pytest.fixture(scope="module")
def squeezed(tmp_path_factory):
    place = tmp_path_factory.mktemp("squeezed")
    (place / "printed.toml").write_text(PRINTED)
    (place / "derived.py").write_text(DERIVED)
    return load_folder(place)


def verdict(folder, tmp_path, formula):
    path = tmp_path / "m.tex"
    path.write_text(f"\\begin{{equation}}{formula}\\label{{x}}\\end{{equation}}")
    (c,) = check_manuscript(path, folder).checked
    return c


@pytest.mark.parametrize("formula", [ETA, V, H, G])
def test_what_is_right_is_exact(squeezed, tmp_path, formula):
    assert verdict(squeezed, tmp_path, formula).verdict == "exact"


@pytest.mark.parametrize("kind", PLANTED)
def test_a_misprint_is_found_by_its_kind(squeezed, tmp_path, kind):
    formula, words = PLANTED[kind]
    assert formula not in (ETA, V, H, G)
    c = verdict(squeezed, tmp_path, formula)
    assert c.verdict == "misprint" and words in c.repair, c.repair
    # oracle: the repaired formula, read back without its colour, is exact
    assert verdict(squeezed, tmp_path, c.correction_latex).verdict == "exact"


@pytest.mark.parametrize(
    "formula", [r"\eta = \chi^7\sin\kappa_\ell", rf"\eta = \frac{{{C}}}{{{C}\kappa_\ell}}", r"V_- = 0", r"\eta = 0", "h = 7"]
)
def test_what_no_small_edit_repairs_is_no_misprint(squeezed, tmp_path, formula):
    """Adding the whole difference as a term would repair anything."""
    assert verdict(squeezed, tmp_path, formula).verdict == "differs"


def test_a_term_that_an_operator_equation_lacks_is_found(check):
    short = MOTION.split("- \\sqrt{\\kappa_{")[0].rstrip()
    assert short != MOTION and short.count("\\hat b") == 1
    (c,) = check(f"\\begin{{equation}}{short}\\label{{x}}\\end{{equation}}").checked
    assert c.verdict == "misprint" and c.repair == "the term '-sqrt(kappa_2)*b_2' put in"


@pytest.mark.parametrize("left", [r"\dot a", r"\dot{\hat a}", r"\frac{d}{dt}\hat a", r"\frac{\mathrm d\hat a}{\mathrm dt}"])
def test_a_time_derivative_in_every_spelling(check, left):
    right = MOTION.partition("=")[2]
    (c,) = check(f"\\begin{{equation}}{left} = {right}\\label{{x}}\\end{{equation}}").checked
    assert (c.verdict, c.equation) == ("exact", "2")


def test_a_derived_form_says_more_than_a_name(tmp_path):
    """The occupancy of a new folder is a variance by definition; shown is what that is."""
    new_folder(tmp_path / "mine")
    (tmp_path / "m.tex").write_text(r"\begin{equation}n_{\mathrm f} = \bar n + 7\label{x}\end{equation}")
    (c,) = check_manuscript(tmp_path / "m.tex", load_folder(tmp_path / "mine")).checked
    assert c.verdict in ("differs", "misprint")
    assert "Gamma" in c.derived_latex and "Delta" not in c.derived_latex
