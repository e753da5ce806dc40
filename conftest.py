"""All rooms are imported before doctests are collected, and slow tests wait for `make thorough`.

pytest sets a module that it is the first to import on its package, where it would hide a function of the same name.
`tests/slow.txt` names the tests that take long. By default the first case of each that has several is run; with
`--slow all` all are, with `--slow WORD` those that the word selects (about a third; CI gives its commit).
"""

from pathlib import Path
from zlib import crc32

import cascade_sym

for _name in cascade_sym.__all__:
    getattr(cascade_sym, _name)

SLOW = set((Path(__file__).parent / "tests" / "slow.txt").read_text().split())
PARTS = 3


def pytest_addoption(parser):
    parser.addoption("--slow", default="", help="'all' slow tests, or those that another word selects")


def pytest_collection_modifyitems(config, items):
    word, seen, kept, left = config.getoption("--slow"), set(), [], []
    chosen = any("::" in a for a in config.args)  # a test that is asked for by name is run
    for item in items:
        test = item.nodeid.partition("[")[0]
        again = "[" not in item.nodeid or test in seen
        seen.add(test)
        slow = test in SLOW and again and not chosen and word != "all"
        (left if slow and not (word and crc32(f"{word}{item.nodeid}".encode()) % PARTS == 0) else kept).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept
