"""The misprint finder on planted misprints: `python -m tests.benchmarks.finder` (minutes).

Every kind of small edit is made to random printed formulas of Huang et al. (2018) that are exact, and the checker is
asked for the repair. Counted is how often it gives one, each proved exact; edits that change nothing or that leave a
formula without a value are not counted.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from cascade_sym.errors import CascadeError
from cascade_sym.folder.environment import environment
from cascade_sym.ledger.verdict import judge
from cascade_sym.misprints.edits import KINDS, edits
from cascade_sym.misprints.words import vocabulary
from cascade_sym.paper import load_folder
from tests.benchmarks.timing import quick, spell

GOOD = ("exact", "definition")
ADDED = ("term added", "factor added")  # which are edits of what the derived value has


def planted(folder: Any, only: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Kinds of edits, and what `judge` takes to judge the edited formula."""
    model, swaps = folder.model, folder.printed.swaps
    for e in (e for e in folder.printed.equations if not only or e.id in only):
        result = model.derive(e.id)
        env = environment(folder, result)
        words = vocabulary(env, swaps)
        for s in e.statements:
            plain = replace(s, domain=None)
            value = result.values[s.key]
            if judge(plain, value, e, env, model, repair=False).verdict not in GOOD:
                continue
            for edit in edits(s.relation.rhs, words):
                wrong = replace(plain, relation=replace(s.relation, rhs=edit.node))
                yield edit.kind, (wrong, value, e, env, model, swaps)


def main() -> None:
    count, only = (2, ("4", "5", "7", "S14")) if quick(__doc__) else (25, ())
    by_kind = defaultdict(list)
    for kind, problem in planted(load_folder("derivations/huang2018"), only):
        by_kind[kind].append(problem)
    print("| planted misprint | repaired | slowest |\n| --- | --- | --- |")
    for kind in (k for k in KINDS if k not in ADDED):
        found, times = [], []
        for problem in random.Random(kind).sample(by_kind[kind], len(by_kind[kind])):
            start = time.process_time()
            try:
                verdict = judge(*problem)
            except CascadeError:
                continue
            if verdict.verdict in GOOD:
                continue
            times.append(time.process_time() - start)
            found.append(verdict.repair is not None)
            if len(found) == count:
                break
        print(f"| {kind} | {sum(found) / len(found):.0%} | {spell(max(times))} |", flush=True)


if __name__ == "__main__":
    main()
