"""The oracles of `tests.core.oracle` as fixtures."""

from __future__ import annotations

import pytest

from tests.core import oracle as numeric


@pytest.fixture(scope="session")
def oracle():
    return numeric


@pytest.fixture(scope="session")
def draw_values():
    return numeric.draw
