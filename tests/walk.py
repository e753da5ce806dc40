"""Steps on pages, such as a walk through a paper of one's own: done in order in an empty folder, and compared.

A step is a comment followed by a block: `<!-- walk: cascade-sym ... -->` and what it prints; `<!-- walk: edit FILE -->`
and a diff (lines with "-" that the file has are replaced by those with "+"); `<!-- walk: append FILE -->` and text.
`python -m tests.walk PAGE.md` makes the outputs of a Markdown file anew.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

STEP = re.compile(r"<!-- walk: (?P<what>.*?) -->\n```\w+\n(?P<block>.*?)```", re.S)
SECONDS = re.compile(r" +\d+\.\d\d *$", re.M)


def steps(text: str) -> list[re.Match[str]]:
    """All steps of a Markdown text, in order."""
    return list(STEP.finditer(text))


def do(what: str, block: str, place: Path) -> str:
    """Do a step; what it prints, or the block as it is where it prints nothing. Raises AssertionError if it can't."""
    verb, _, rest = what.partition(" ")
    if verb == "edit":
        edit(place / rest, block)
        return block
    if verb == "append":
        with (place / rest).open("a", encoding="utf-8") as file:
            file.write("\n\n" + block)
        return block
    assert verb == "cascade-sym", f"unknown step {what!r}"
    env = {**os.environ, "COLUMNS": "110", "NO_COLOR": "1", "TERM": "dumb"}
    command = [sys.executable, "-m", "cascade_sym.cli", *rest.split()]
    done = subprocess.run(command, cwd=place, env=env, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"


def edit(file: Path, diff: str) -> None:
    """Replace the "-" lines of a diff, which must stand in the file exactly once, by its "+" lines."""
    old = "".join(line[1:] + "\n" for line in diff.splitlines() if line.startswith("-"))
    new = "".join(line[1:] + "\n" for line in diff.splitlines() if line.startswith("+"))
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file.name} has {text.count(old)} times\n{old}"
    file.write_text(text.replace(old, new), encoding="utf-8")


def plain(text: str) -> str:
    """Output without what differs from run to run."""
    return SECONDS.sub("", text)


def updated(text: str) -> str:
    """The text with every output made anew."""
    with tempfile.TemporaryDirectory() as place:

        def renewed(m: re.Match[str]) -> str:
            before, after = m.start("block") - m.start(), m.end("block") - m.start()
            return m[0][:before] + do(m["what"], m["block"], Path(place)) + m[0][after:]

        return STEP.sub(renewed, text)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(updated(target.read_text()))
