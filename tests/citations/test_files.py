"""The citation file, and what a built package holds."""

from __future__ import annotations

import fnmatch
import re
import tomllib

import yaml
from setuptools import find_packages

import cascade_sym as cs
from cascade_sym.citations import METHODS
from tests.citations.folders import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_citation_file_is_of_this_version_and_names_the_papers():
    found = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= set(found) and found["type"] == "software"
    assert found["cff-version"] == "1.2.0" and found["version"] == cs.__version__
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert found["license"] == "MIT" and "MIT License" in (ROOT / "LICENSE").read_text()
    dois = [r["doi"] for r in found["references"]]
    assert dois == ["10.1103/PhysRevLett.121.103602", METHODS["series product"].fields["doi"]]
    for r in found["references"]:
        assert r["type"] == "article" and isinstance(r["year"], int) and re.fullmatch(r"10\.\d{4,}/\S+", r["doi"])
        assert all({"family-names", "given-names"} <= set(a) for a in r["authors"])


def test_a_built_package_has_all_files_of_the_toolkit_and_no_tests():
    tools = PROJECT["tool"]["setuptools"]
    packages = find_packages(str(ROOT), include=tools["packages"]["find"]["include"])
    assert packages and all(p.split(".")[0] == "cascade_sym" for p in packages)
    home = ROOT / "cascade_sym"
    files = [p for p in home.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    assert (home / "py.typed") in files
    for p in files:
        inside = ".".join(p.parent.relative_to(ROOT).parts) in packages
        patterns = tools["package-data"]["cascade_sym"]
        shipped = any(fnmatch.fnmatch(p.relative_to(home).as_posix(), x) for x in patterns)
        assert (inside and p.suffix == ".py") or shipped, f"{p} would not be in the package"
