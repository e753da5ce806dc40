"""What each tool gives for the same two-oscillator cascade: `python -m tests.compare.run` (`make compare`).

Every peer gets a virtual environment of its own under build/compare; one that can't be installed is left out with a
message. Each answer is compared with a slow integration in time of the equations written by hand in problem.py. Writes
build/compare/table.json and table.md, and prints the table.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import numpy as np

from tests.compare.problem import TASKS, reference, state_space

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "build" / "compare"
PEERS = {
    "cascade_sym": ("cascade_sym", ()),
    "qpsgen": ("qpsgen", ("qpsgen==0.5.1",)),
    "quantum-simba": ("simba", ("quantum-simba==0.9.6.dev0",)),
    "python-control": ("control", ("control==0.10.2",)),
    "QuTiP": ("qutip", ("qutip==5.3.1",)),
    "SciPy": ("scipy", ("scipy==1.17.1", "numpy==2.4.6")),
}
KINDS = ("symbols", "numbers")
MINUTES = 5
TOLERANCE = 0.005  # a trajectory in a truncated basis is not exact


def environment(peer: str) -> Path | str:
    """The Python of a peer's own virtual environment, made where it is missing; or why there is none."""
    module, packages = PEERS[peer]
    return installed(module, packages) if packages else Path(sys.executable)


def installed(module: str, packages: tuple[str, ...]) -> Path | str:
    """The Python of a virtual environment that has these packages, made where it is missing; or why there is none."""
    place = PLACE / module
    python, stamp = place / ("Scripts" if os.name == "nt" else "bin") / "python", place / "installed"
    if stamp.is_file() and stamp.read_text() == " ".join(packages):
        return python
    print(f"installing {' '.join(packages)} ...", file=sys.stderr)
    venv.create(place, with_pip=True, clear=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    try:
        done = subprocess.run(pip, capture_output=True, text=True, timeout=60 * MINUTES)
    except subprocess.TimeoutExpired:
        return f"could not be installed within {MINUTES} minutes"
    if done.returncode:
        return f"could not be installed: {(done.stderr.strip().splitlines() or ['pip failed'])[-1][:120]}"
    stamp.write_text(" ".join(packages))
    return python


def answers(peer: str) -> dict[str, Any]:
    """What the peer's script printed, or why there is nothing."""
    python = environment(peer)
    if isinstance(python, str):
        return {"skipped": python}
    command = [str(python), "-m", f"tests.compare.peer_{PEERS[peer][0]}"]
    single = {**os.environ, "PYTHONWARNINGS": "ignore", **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")}
    try:
        done = subprocess.run(command, cwd=ROOT, env=single, capture_output=True, text=True, timeout=60 * MINUTES)
    except subprocess.TimeoutExpired:
        return {"skipped": f"gave nothing within {MINUTES} minutes"}
    if done.returncode:
        return {"skipped": (done.stderr.strip().splitlines() or ["it ended with an error"])[-1][:120]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def judged(found: dict[str, Any], expected: dict[str, np.ndarray]) -> dict[str, Any]:
    """Every answer with its largest error."""
    if "skipped" in found:
        return found
    for task in TASKS:
        value = found[task].pop("value", None)
        if value is not None:
            found[task]["error"] = float(abs(np.array(value) - expected[task]).max())
    return found


def cell(answer: dict[str, Any]) -> str:
    """One entry of the table."""
    if not answer["given"]:
        return f"– ({answer['note'].partition('Error: ')[2] or answer['note']})"
    seconds = f"{answer['seconds']:.2g} s"
    kind = f" ({answer['note']})" if answer["note"] in KINDS else ""
    return f"{seconds}{kind}, error {answer['error']:.0e}"


def table(results: dict[str, dict[str, Any]]) -> str:
    """The table as Markdown."""
    lines = ["| tool | starts from | " + " | ".join(TASKS) + " |", "| --- " * (2 + len(TASKS)) + "|"]
    for peer, found in results.items():
        if "skipped" in found:
            lines.append(f"| {peer} | skipped: {found['skipped']} |" + " |" * len(TASKS))
            continue
        cells = [cell(found[task]) for task in TASKS]
        lines.append(f"| {peer} {found['version']} | {found['starts from']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peers", nargs="*", metavar="TOOL", help=f"only these, of {', '.join(PEERS)}")
    chosen = parser.parse_args(arguments).peers or list(PEERS)
    if unknown := set(chosen) - set(PEERS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(PEERS)}")
    PLACE.mkdir(parents=True, exist_ok=True)
    V, W = reference()
    expected = {"equations": state_space()[0], "covariance": V, "conditional": W, "closed form": V}
    results = {peer: judged(answers(peer), expected) for peer in chosen}
    (PLACE / "table.json").write_text(json.dumps(results, indent=2) + "\n")
    (PLACE / "table.md").write_text(table(results))
    print("processor seconds of the first answer; errors against a slow integration in time")
    print(table(results), end="")
    for peer, found in results.items():
        if "skipped" in found:
            print(f"skipped {peer}: {found['skipped']}", file=sys.stderr)
    wrong = [f"{p}: {t}" for p, f in results.items() for t in TASKS if f.get(t, {}).get("error", 0) > TOLERANCE]
    for w in wrong:
        print(f"does not agree: {w}", file=sys.stderr)
    return int(bool(wrong) or "skipped" in results.get("cascade_sym", {}))


if __name__ == "__main__":
    sys.exit(main())
