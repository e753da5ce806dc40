"""Steps on the site's pages (a paper of one's own, a manuscript, exported code) work as they are written."""

from __future__ import annotations

import pytest

from tests.readme import PAGES
from tests.walk import do, plain, steps

WALKS = {page.stem: steps(page.read_text(encoding="utf-8")) for page in PAGES}


@pytest.mark.parametrize("page", [name for name, found in WALKS.items() if found])
def test_walk(page, tmp_path):
    for m in WALKS[page]:
        assert plain(do(m["what"], m["block"], tmp_path)) == plain(m["block"]), m["what"]


def test_there_is_a_walk_through_a_paper_of_ones_own():
    assert len(WALKS["own_paper"]) >= 6 and WALKS["manuscript"] and WALKS["export"]


def test_a_misprint_is_found_on_the_way(tmp_path):
    """The shortest walk: a new folder, a wrong sign in it."""
    do("cascade-sym new mine", "", tmp_path)
    do("edit mine/printed.toml", '-  "gamma = gamma_0 + Gamma_B - Gamma_P",\n+  "gamma = gamma_0 + Gamma_B + Gamma_P",\n', tmp_path)
    assert "misprint" in do("cascade-sym verify mine --only 2", "", tmp_path)
    with pytest.raises(AssertionError, match="0 times"):
        do("edit mine/printed.toml", "-no such line\n+x\n", tmp_path)
