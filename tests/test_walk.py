"""The README's walk through a paper of one's own works as it is written."""

from __future__ import annotations

import pytest

from tests.readme import README
from tests.walk import do, plain, steps

STEPS = steps(README.read_text())


@pytest.mark.skipif(not STEPS, reason="the README has no walk")
def test_walk(tmp_path):
    assert len(STEPS) >= 6
    for m in STEPS:
        assert plain(do(m["what"], m["block"], tmp_path)) == plain(m["block"]), m["what"]


def test_a_misprint_is_found_on_the_way(tmp_path):
    """The shortest walk: a new folder, a wrong sign in it."""
    do("cascade-sym new mine", "", tmp_path)
    do("edit mine/printed.toml", '-  "gamma = gamma_0 + Gamma_B - Gamma_P",\n+  "gamma = gamma_0 + Gamma_B + Gamma_P",\n', tmp_path)
    assert "misprint" in do("cascade-sym verify mine --only 2", "", tmp_path)
    with pytest.raises(AssertionError, match="0 times"):
        do("edit mine/printed.toml", "-no such line\n+x\n", tmp_path)
