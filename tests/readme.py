"""The README's examples: run, compared, and rewritten with `python -m tests.readme`."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
COMMAND = re.compile(r"<!-- example: cascade-sym (?P<args>.*?) -->\n```text\n(?P<text>.*?)```", re.S)
PYTHON = re.compile(r"<!-- example: python -->\n```python\n(?P<code>.*?)```\n\n<!-- output -->\n```text\n(?P<text>.*?)```", re.S)
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
    """What an example prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "README.md", "exec"), {})
    return out.getvalue()


def without_seconds(text: str) -> str:
    """The table of verdicts without its timing."""
    return SECONDS.sub("", text)


def updated(text: str) -> str:
    """The README with every output made anew (shown command lines are kept)."""

    def command(m: re.Match[str]) -> str:
        shown = [x for x in m["text"].splitlines() if x.startswith(("$ ", "    --"))]
        body = "".join(x + "\n" for x in shown) + run_command(m["args"])
        return f"<!-- example: cascade-sym {m['args']} -->\n```text\n{body}```"

    def python(m: re.Match[str]) -> str:
        return m[0].replace(f"```text\n{m['text']}```", f"```text\n{run_python(m['code'])}```")

    return PYTHON.sub(python, COMMAND.sub(command, text))


if __name__ == "__main__":
    README.write_text(updated(README.read_text()))
