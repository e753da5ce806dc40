"""What a long command is doing: a bar on a terminal, a line for each stage elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count


@contextmanager
def progress(title: str, total: int | None, said: bool = False) -> Iterator[Callable[[str], None]]:
    """A progress bar on stderr; the yielded function is called with what is being worked on.

    Where stderr is no terminal there is no bar; with `said`, a line for each stage with the seconds since the start.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()]
    console, start = Console(stderr=True), time.monotonic()
    lines = said and not console.is_terminal

    def say(what: str) -> None:
        if lines:
            print(f"cascade-sym: {time.monotonic() - start:6.1f} s  {title}: {what}", file=sys.stderr, flush=True)

    say("started")
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task, done = bar.add_task(escape(title), total=total), count()

        def tick(what: str) -> None:
            say(what)
            bar.update(task, completed=next(done), description=escape(f"{title}: {what}"))

        yield tick
        bar.update(task, completed=next(done))
    say("done")
