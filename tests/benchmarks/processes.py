"""Whole processes of the command line: `python -m tests.benchmarks.processes`.

Processor time of a process from its start to its end, children included, the smallest of several; what a command
remembers is warm, but for the last row, whose cache is empty each time.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.timing import header, line, quick, row, spell

PAPER = str(Path(__file__).parents[2] / "derivations" / "huang2018")
VALUES = """C_S=100 C_M=80 theta_S=pi/4 theta_M=1.16 gamma_S0=2*pi*5000 gamma_M0=2*pi/10 n_S=1 n_M=1e5
    epsilon=1/10""".split()
T1 = ["--large", "C_S", "--over", "C_M,theta_S,theta_M"]
LIMIT = "epsilon=0 n_S=1 r=4/3 n_M=oo".split()


def seconds(*arguments: str, cache: str = "") -> float:
    """Processor seconds of a Python process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    where = {**os.environ, "XDG_CACHE_HOME": cache} if cache else None
    subprocess.run(
        [sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=where
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    runs = 1 if quick(__doc__) else 5
    header()
    command = ("-m", "cascade_sym.cli")
    put, limit = ([x for value in values for x in ("--set", value)] for values in (VALUES, LIMIT))
    with tempfile.TemporaryDirectory() as cache:
        for name, arguments in (
            ("eval", ("eval", PAPER, "xi_g", *put)), ("list", ("list", PAPER)),
            ("verify --only 7", ("verify", PAPER, "--only", "7")),
        ):  # fmt: skip
            seconds(*command, *arguments, cache=cache)
            pairs = [(seconds(*command, *arguments, cache=cache), seconds("-c", "import sympy")) for _ in range(runs)]
            ours, theirs = (min(x) for x in zip(*pairs, strict=True))
            line(f"`cascade-sym {name}`", ours, '`python -c "import sympy"`', theirs, 2, slower=True)
    cold = []
    for _ in range(min(runs, 3)):
        with tempfile.TemporaryDirectory() as cache:
            cold.append(seconds(*command, "scaling", PAPER, "xi_g", *T1, *limit, cache=cache))
    row("`cascade-sym scaling` of T1, cold", spell(min(cold)), "", "below 2 s", min(cold) < 2)


if __name__ == "__main__":
    main()
