"""printed.toml is read by a schema: all faults at once, each at its line; no key is passed over in silence."""

from __future__ import annotations

import string
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_sym.errors import FolderError
from cascade_sym.folder.printed import read_printed
from cascade_sym.folder.toml_lines import lines_of
from cascade_sym.paper import load_folder

ROOT = Path(__file__).parents[2]
FOLDERS = sorted((ROOT / "derivations").glob("*/printed.toml"))

WRONG = """[paper]
title = "x"
swap = 3  # no such key

[notatoin]
a = "b"

[[equation]]
id = "1"
title = "t"
kind = "derivd"
statements = [
  "a = b",
  "a = = c",
  { formula = "x ~= y", domain = { ranges = {}, at = {} } },
]

[[equation]]
id = "1"
statments = ["a = b"]
"""
# line: what is said there
FAULTS = {
    3: ["Did you mean 'swaps'"], 5: ["Did you mean 'notation'"], 11: ["give one of"], 14: ["found '='"],
    15: ["needs ranges"], 18: ["'title' is missing", "'statements' is missing"], 19: ["used twice"],
    20: ["Did you mean 'statements'"],
}  # fmt: skip


def test_all_faults_at_once(tmp_path):
    (tmp_path / "printed.toml").write_text(WRONG)
    (tmp_path / "derived.py").write_text("")
    with pytest.raises(FolderError) as caught:
        load_folder(tmp_path)
    said = str(caught.value)
    assert f"has {sum(map(len, FAULTS.values()))} faults" in said
    for line, words in FAULTS.items():
        there = [x for x in said.splitlines() if x.strip().startswith(f"line {line}:")]
        assert len(there) == len(words) and all(any(w in x for x in there) for w in words)


@pytest.mark.parametrize("file", FOLDERS, ids=lambda f: f.parent.name)
def test_lines_of_real_folders(file):
    """Every statement stands, as it is written, in the line where it is said to be."""
    text = file.read_text(encoding="utf-8")
    lines, rows = lines_of(text), text.splitlines()
    for n, e in enumerate(tomllib.loads(text)["equation"]):
        assert rows[lines["equation", n] - 1].strip() == "[[equation]]"
        for k, s in enumerate(e["statements"]):
            place = ("equation", n, "statements", k)
            start = (s if isinstance(s, str) else s["formula"])[:20]
            assert start in rows[lines.get((*place, "formula"), lines[place]) - 1]


KEYS = st.text(string.ascii_lowercase + "-_", min_size=1, max_size=5)
WORDS = st.text(string.ascii_letters + "#[]{},= \n\"'\\", max_size=8)
VALUES = st.recursive(
    st.integers(0, 99) | WORDS, lambda v: st.lists(v, max_size=3) | st.dictionaries(KEYS, v, max_size=3), max_leaves=6
)


def written(value, here: list[str], spread: bool, places: dict, place: tuple) -> None:
    """A value appended to the text `here`, its parts noted with their lines; arrays may be spread over lines."""
    if isinstance(value, list):
        here.append("[")
        for k, v in enumerate(value):
            here.append("\n  # , ] \"\n  " if spread else " ")
            places[(*place, k)] = "".join(here).count("\n") + 1
            written(v, here, spread, places, (*place, k))
            here.append(",")
        here.append("\n]" if spread else "]")
    elif isinstance(value, dict):
        here.append("{")
        for k, (key, v) in enumerate(value.items()):
            here.append(f"{', ' if k else ' '}")
            places[(*place, key)] = "".join(here).count("\n") + 1
            here.append(f"{key} = ")
            written(v, here, False, places, (*place, key))
        here.append(" }")
    elif isinstance(value, str):
        basic = value.replace("\\", "\\\\").replace('"', '\\"')
        here.append('"""\n' + basic + '"""' if "\n" in value and spread else '"' + basic.replace("\n", "\\n") + '"')
    else:
        here.append(str(value))


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=3), min_size=1, max_size=3), st.booleans())
def test_lines_of_any_file(tables, spread):
    here, places = ["# [[not]]\n"], {}
    for n, table in enumerate(tables):
        places["equation", n] = "".join(here).count("\n") + 1
        here.append("[[equation]]  # one\n")
        for key, value in table.items():
            places["equation", n, key] = "".join(here).count("\n") + 1
            here.append(f"{key} = ")
            written(value, here, spread, places, ("equation", n, key))
            here.append("\n")
    text = "".join(here)
    assert tomllib.loads(text)["equation"] == tables
    found = lines_of(text)
    assert {p: found.get(p) for p in places} == places


def test_a_right_file_has_no_fault(tmp_path):
    for file in FOLDERS:
        assert read_printed(file).equations
