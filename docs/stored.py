"""Notebooks as stored, against what executing them gives now: the same texts, a picture where there was one.

python -m docs.stored prepare    the scripts as notebooks without outputs, in build/notebooks, for execution there
python -m docs.stored check      exit 1, with the difference, where a stored output is not what came out there
python -m docs.stored store      store what came out there
"""

from __future__ import annotations

import argparse
import difflib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext  # type: ignore[import-untyped]
import nbformat

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS, EXECUTED = ROOT / "notebooks", ROOT / "build" / "notebooks"
UPDATE = "if the new one is right: python -m docs.stored store"


def prepare(scripts: Path = SCRIPTS, executed: Path = EXECUTED) -> None:
    """Write every script as a notebook without outputs."""
    shutil.rmtree(executed, ignore_errors=True)
    executed.mkdir(parents=True)
    for source in sorted(scripts.glob("*.py")):
        nbformat.write(clean(jupytext.read(source)), executed / f"{source.stem}.ipynb")


def store(scripts: Path = SCRIPTS, executed: Path = EXECUTED) -> None:
    """Store the executed notebooks beside the scripts that they come from."""
    for source in sorted(scripts.glob("*.py")):
        made = nbformat.read(executed / f"{source.stem}.ipynb", as_version=4)
        nbformat.write(clean(made), source.with_suffix(".ipynb"))


def stale(scripts: Path = SCRIPTS, executed: Path = EXECUTED) -> list[str]:
    """What is different in each stored notebook, empty where nothing is."""
    found = []
    for source in sorted(scripts.glob("*.py")):
        before, after = source.with_suffix(".ipynb"), executed / f"{source.stem}.ipynb"
        if missing := [p for p in (before, after) if not p.is_file()]:
            found.append(f"{source.name}: {missing[0]} is missing")
            continue
        old, new = (list(transcript(nbformat.read(p, as_version=4))) for p in (before, after))
        found += difflib.unified_diff(old, new, f"{before.name} as stored", f"{before.name} executed", n=1, lineterm="")
    return found


def transcript(notebook: Any) -> Iterator[str]:
    """Cells and outputs line by line. Of pictures and other data it says only that they are there."""
    for number, cell in enumerate(notebook.cells, 1):
        yield f"# cell {number}: {cell.cell_type}"
        yield from cell.source.splitlines()
        for output in _joined(cell.get("outputs", ())):
            if output.output_type == "stream":
                yield f"# {output.name}"
                yield from output.text.splitlines()
                continue
            for kind, data in sorted(output.get("data", {"error": output.get("evalue", "")}).items()):
                yield f"# {kind}"
                if kind.startswith("text/"):
                    yield from data.splitlines()


def _joined(outputs: Any) -> Iterator[Any]:
    """Neighbouring pieces of one stream as one: where a stream is cut depends on the moment."""
    last: Any = None
    for output in outputs:
        if last is not None and output.output_type == last.output_type == "stream" and output.name == last.name:
            last = nbformat.from_dict({**last, "text": last.text + output.text})
            continue
        if last is not None:
            yield last
        last = output
    if last is not None:
        yield last


def clean(notebook: Any) -> Any:
    """Without what changes from run to run: times, random ids of cells, the kernel's version."""
    notebook.metadata.pop("language_info", None)
    for number, cell in enumerate(notebook.cells, 1):
        cell["id"] = f"cell{number}"
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = list(_joined(cell.outputs))
    return notebook


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m docs.stored", description="Stored notebooks against executed ones."
    )
    parser.add_argument("verb", choices=("prepare", "check", "store"))
    verb = parser.parse_args().verb
    if verb == "check":
        if difference := stale():
            print("\n".join([*difference, "", "Stored outputs are not what the notebooks give now;", UPDATE]))
            return 1
        print(f"{len(list(SCRIPTS.glob('*.py')))} notebooks: all stored texts are what comes out now")
        return 0
    (prepare if verb == "prepare" else store)()
    return 0


if __name__ == "__main__":
    sys.exit(main())
