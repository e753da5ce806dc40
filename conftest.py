"""All rooms are imported before doctests are collected, and slow tests wait for `make thorough`.

pytest sets a module that it is the first to import on its package, where it would hide a function of the same name.
`tests/slow.txt` names the tests that take long. With `--slow all` they are run too, with `--slow WORD` those that the
word selects (about a third; CI gives its commit); one that is asked for by name always is.
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
    word = config.getoption("--slow")
    if word == "all" or any("::" in a for a in config.args):
        return
    left = [
        item
        for item in items
        if item.nodeid.partition("[")[0] in SLOW and not (word and crc32(f"{word}{item.nodeid}".encode()) % PARTS == 0)
    ]
    config.hook.pytest_deselected(items=left)
    gone = set(left)
    items[:] = [item for item in items if item not in gone]
