"""Answers of commands that change nothing, kept for the next time that the same is asked.

An answer is plain data under a key of all that it depends on (`cascade_sym.stamps`): the command and what was given,
every file of the folder and of the toolkit, the interpreter, what is installed, and the modules from elsewhere that the
folder took. The files lie in the user's cache; where that can't be written to, nothing is kept.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from cascade_sym.errors import CascadeError
from cascade_sym.files import write
from cascade_sym.stamps import content_key, imported, is_current, stamp_of

MOST = 500  # answers that are kept


def place() -> Path:
    """The folder of the answers."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(given) if os.path.isabs(given) else Path.home() / ".cache"
    return base / "cascade-sym"


def remembered(command: str, folder: str, given: Any, compute: Callable[[], Any]) -> Any:
    """What `compute` returns, plain data, or what it returned when all that it depends on was the same."""
    root = Path(folder)
    if not os.path.isdir(root):
        return compute()
    try:
        answers = place()
        key = content_key(root, answers)
        name = hashlib.sha256(json.dumps([command, str(root.resolve()), given, key]).encode()).hexdigest()
        file, stamp = answers / f"{name}.json", answers / f"{name}.key"
        if is_current(stamp, key, [file]):
            return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, RuntimeError):  # no home, no right to read
        return compute()
    found = compute()
    with suppress(CascadeError, OSError):
        write(file, json.dumps(found, ensure_ascii=False))
        write(stamp, stamp_of(key, [file, *imported(root)]))
        _forget(answers)
    return found


def _forget(answers: Path) -> None:
    """Leaves the newest answers."""
    for old in sorted(answers.glob("*.key"), key=lambda p: -p.stat().st_mtime)[MOST:]:
        old.unlink(missing_ok=True)
        old.with_suffix(".json").unlink(missing_ok=True)
