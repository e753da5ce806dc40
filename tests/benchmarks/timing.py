"""Timing for the benchmarks: the best of several runs in processor time, and one row of a table a comparison."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from typing import Any


def one_core() -> None:
    """Starts the program again with single-threaded linear algebra, unless it already is."""
    wanted = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    if any(os.environ.get(k) != v for k, v in wanted.items()):
        os.execve(sys.executable, sys.orig_argv, {**os.environ, **wanted})


def quick(description: str | None = None) -> bool:
    """Whether only to show that everything runs (`--quick`): the same rows at few points, whose times mean little."""
    options = argparse.ArgumentParser(description=description)
    options.add_argument("--quick", action="store_true", help="the same rows at few points")
    return bool(options.parse_args().quick)


def best(run: Callable[[], Any], repeats: int = 5, at_least: float = 0.2) -> float:
    """Processor seconds of the fastest of `repeats` runs, each repeated inside until it lasts a while.

    Time in which other programs had the core does not count; everything measured here runs on one.
    """
    start = time.process_time()
    run()
    once = max(time.process_time() - start, 1e-9)
    inner = max(1, int(at_least / repeats / once))
    fastest = once
    for _ in range(repeats):
        start = time.process_time()
        for _ in range(inner):
            run()
        fastest = min(fastest, (time.process_time() - start) / inner)
    return fastest


def duel(ours: Callable[[], Any], theirs: Callable[[], Any], repeats: int = 7) -> tuple[float, float]:
    """Processor seconds of the fastest run of each, taken in turns so that both meet the same machine."""
    pairs = [(best(ours, 1, 0.05), best(theirs, 1, 0.05)) for _ in range(repeats)]
    return min(a for a, _ in pairs), min(b for _, b in pairs)


def line(work: str, ours: float, reference: str, theirs: float, goal: float, slower: bool = False) -> bool:
    """Prints a row of a Markdown table (`header`): a comparison; whether the goal is met.

    `goal` is how many times faster we must be, or with `slower` how many times longer we may take at most.
    """
    ratio = ours / theirs if slower else theirs / ours
    met = ratio <= goal if slower else ratio >= goal
    said = f"{ratio:.2f} times its time" if slower else f"{ratio:,.{int(ratio < 100)}f} times faster"
    wanted = f"at {'most' if slower else 'least'} {goal:g}" if goal else ""
    print(f"| {work} | {spell(ours)} | {reference} | {spell(theirs)} | {said} | {wanted}{missed(met)} |", flush=True)
    return met


def row(work: str, found: str, reference: str, goal: str, met: bool) -> None:
    """Prints a row without a comparison of times."""
    print(f"| {work} | {found} | {reference} | | | {goal}{missed(met)} |", flush=True)


def missed(met: bool) -> str:
    return "" if met else " (missed)"


def header() -> None:
    print("| work | takes | reference in the same run | takes | ratio | goal |\n| --- | --- | --- | --- | --- | --- |")


def spell(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"
