"""Answers that are kept: the same as those that are not, and made anew whenever anything they depend on has changed."""

from __future__ import annotations

import json

import pytest

from cascade_sym.cli import remembered as room
from cascade_sym.cli.main import main
from cascade_sym.folder.load import new_folder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return new_folder(tmp_path / "mine2026")


def asked(capsys, *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as end:
        main([*arguments])
    return end.value.code or 0, capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [["list"], ["list", "--json"], ["verify", "--only", "2"], ["verify", "--only", "2", "--json"],
              ["eval", "n_f", "--set", "Gamma_B=2", "--set", "Gamma_P=1/10", "--set", "gamma_0=1/100", "--set", "n=100"]]
)  # fmt: skip
def test_the_second_answer_is_the_first_one(folder, words, capsys, monkeypatch):
    line = [words[0], str(folder), *words[1:]]
    first = asked(capsys, *line)
    monkeypatch.setattr("cascade_sym.folder.load.load_folder", lambda *_: pytest.fail("derived again"))
    assert asked(capsys, *line) == first and first[1]


@pytest.mark.parametrize("changed", ["printed.toml", "derived.py", "notes.txt", "answer", "stamp"])
def test_whatever_has_changed_is_asked_again(folder, changed, capsys):
    calls = []

    def answer() -> int:
        return room.remembered("list", str(folder), ["x"], lambda: calls.append(1) or len(calls))

    assert (answer(), answer()) == (1, 1)
    if changed == "answer":
        for file in room.place().glob("*.json"):
            file.write_text("77")
    elif changed == "stamp":
        for file in room.place().glob("*.key"):
            file.write_text("77")
    else:
        with open(folder / changed, "a") as file:
            file.write("\n# changed\n")
    assert answer() == 2
    assert room.remembered("list", str(folder), ["y"], lambda: 9) == 9


def test_no_place_to_keep_answers_is_no_error(folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert [room.remembered("list", str(folder), None, lambda k=k: k) for k in range(2)] == [0, 1]


def test_what_goes_wrong_is_not_kept(folder, capsys):
    for _ in range(2):
        code, out = asked(capsys, "eval", str(folder), "nothing")
        assert code == 2 and not out
    kept = list(room.place().glob("*.json")) if room.place().is_dir() else []
    assert not any(json.loads(p.read_text()) is None for p in kept) and not kept


def test_only_the_newest_answers_stay(folder, monkeypatch):
    monkeypatch.setattr(room, "MOST", 3)
    for k in range(6):
        room.remembered("list", str(folder), k, lambda: 0)
    assert len(list(room.place().glob("*.json"))) == len(list(room.place().glob("*.key"))) == 3
