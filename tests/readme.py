"""The examples and measurements of the README and of the site's pages: run, compared, and rewritten.

`python -m tests.readme [PAGE ...]` makes the outputs of the examples anew, `--measure [MODULE ...]` what benchmarks
measure (minutes).
A measurement is compared without what depends on the machine: times, ratios and rounding errors.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PAGES = (README, *sorted((ROOT / "docs").rglob("*.md")))
COMMAND = re.compile(r"<!-- example: cascade-sym (?P<args>.*?) -->\n```text\n(?P<text>.*?)```", re.S)
PYTHON = re.compile(r"<!-- example: python -->\n```python\n(?P<code>.*?)```\n\n<!-- output -->\n```text\n(?P<text>.*?)```", re.S)
MEASURED = re.compile(r"<!-- measured: python -m (?P<module>\S+) -->\n(?P<text>.*?)<!-- end -->", re.S)
NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?(?P<unit> ?(?:times|ns|us|ms|s|%)(?!\w))?")
SECONDS = re.compile(r" +\d+\.\d\d *$", re.M)


def run_command(arguments: str) -> str:
    """What `cascade-sym ...` prints, without colours and at a fixed width."""
    env = {**os.environ, "COLUMNS": "110", "NO_COLOR": "1", "TERM": "dumb"}
    done = subprocess.run(
        [sys.executable, "-m", "cascade_sym.cli", *arguments.split()], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"


def run_python(code: str) -> str:
    """What an example prints, in an empty folder of its own."""
    out = io.StringIO()
    with tempfile.TemporaryDirectory() as place, contextlib.chdir(place), contextlib.redirect_stdout(out):
        exec(compile(code, "example", "exec"), {})
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def without_seconds(text: str) -> str:
    """The table of verdicts without its timing."""
    return SECONDS.sub("", text)


def run_module(module: str, *options: str) -> str:
    """What `python -m MODULE ...` prints."""
    done = subprocess.run([sys.executable, "-m", module, *options], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def sure(line: str) -> str:
    """A line of a measurement with # for every number that another run may have otherwise.

    >>> sure("| xi_g, 64 operations | 3.8 ns | C | 3,691 times faster | at least 2 (missed) |")
    '| xi_g, 64 operations | # | C | # faster | at least 2 |'
    """

    def masked(m: re.Match[str]) -> str:
        return "#" if m["unit"] or re.search(r"[.,e]", m[0]) else m[0]

    return re.sub(r" {2,}", " ", NUMBER.sub(masked, line.replace(" (missed)", ""))).strip()


def measurements(text: str) -> list[str]:
    """The lines of a measurement that say something."""
    return [x for x in text.splitlines() if x and not x.startswith("```")]


def measured(text: str, only: Sequence[str] = ()) -> str:
    """A page with its measurements made anew: each line by the one that says the same of other numbers."""

    def again(m: re.Match[str]) -> str:
        if only and m["module"] not in only:
            return m[0]
        print(f"measuring {m['module']}", file=sys.stderr)
        new = {sure(x): x for x in reversed(run_module(m["module"]).splitlines())}
        lines = [new.get(sure(x), x) for x in m["text"].splitlines()]
        return f"<!-- measured: python -m {m['module']} -->\n" + "\n".join(lines) + "\n<!-- end -->"

    return MEASURED.sub(again, text)


def updated(text: str) -> str:
    """A page with every output made anew (shown command lines are kept)."""

    def command(m: re.Match[str]) -> str:
        shown = [x for x in m["text"].splitlines() if x.startswith(("$ ", "    --"))]
        body = "".join(x + "\n" for x in shown) + run_command(m["args"])
        return f"<!-- example: cascade-sym {m['args']} -->\n```text\n{body}```"

    def python(m: re.Match[str]) -> str:
        return m[0].replace(f"```text\n{m['text']}```", f"```text\n{run_python(m['code'])}```")

    return PYTHON.sub(python, COMMAND.sub(command, text))


def main(arguments: Sequence[str]) -> None:
    again = arguments[:1] == ["--measure"]
    for page in PAGES if again or not arguments else map(Path, arguments):
        text = page.read_text(encoding="utf-8")
        page.write_text(measured(text, arguments[1:]) if again else updated(text), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
