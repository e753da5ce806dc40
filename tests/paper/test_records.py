"""Records of a ledger: stored as JSON and read back as they were; another version or form is refused by name."""

from __future__ import annotations

import copy
import dataclasses
import json

import pytest

from cascade_sym.errors import LedgerError
from cascade_sym.ledger.records import SCHEMA, Record, records_from
from cascade_sym.ledger.stored import build_paper, read_ledger
from tests.paper.conftest import make_small

KEYS = {
    "schema", "id", "title", "verdict", "method", "evidence", "seconds", "expected", "as_expected", "deviation",
    "correction", "assumptions", "witness", "proof", "printed_latex", "derived_latex", "difference_latex",
    "correction_latex", "steps",
}  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> list:
    root = tmp_path_factory.mktemp("records")
    records, place = build_paper(make_small(root), root / "out")
    data = json.loads((place / "ledger.json").read_text())
    assert read_ledger(place / "ledger.json") == records and [r.to_json() for r in records] == data
    return data


@pytest.fixture
def stored(written) -> list:
    """What was written, which a test may change."""
    return copy.deepcopy(written)


def test_what_is_stored_is_read_back_and_has_the_keys_that_it_always_had(stored):
    assert all(set(entry) == KEYS and entry["schema"] == SCHEMA for entry in stored)
    assert {"statements", "derivation_steps", "derivation_checks"} <= set(stored[0]["evidence"])
    assert {"statement", "verdict", "method", "assumptions", "witness", "proof"} <= set(
        stored[0]["evidence"]["statements"][0]
    )
    assert json.loads(json.dumps([r.to_json() for r in records_from(stored)])) == stored


def test_what_a_folder_adds_stays_beside_the_fixed_part(stored):
    stored[0]["evidence"] |= {"prefactor_value": "1.25", "table": [{"a": 1}]}
    stored[0]["evidence"]["statements"][0]["bound"] = "of its own"
    (record, *_) = records_from(stored)
    assert record.evidence.more == {"prefactor_value": "1.25", "table": [{"a": 1}]}
    assert record.evidence.statements[0].notes == {"bound": "of its own"}
    assert record.to_json() == stored[0]


def test_records_are_frozen(stored):
    (record, *_) = records_from(stored)
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.verdict = "exact"


@pytest.mark.parametrize(
    ("version", "said"),
    [(None, "no schema version"), (SCHEMA + 1, "newer than 1"), (SCHEMA - 1, "make the ledger anew"), ("1", "'1'"), (True, "True")],
)
def test_another_version_is_refused_and_it_is_said_what_to_do(stored, version, said):
    stored[0]["schema"] = version
    with pytest.raises(LedgerError, match=said):
        records_from(stored)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("verdict",), "fine", "'fine'; give one of definition, exact"), (("title",), 3, "'title' should be text; it is a number"),
        (("seconds",), True, "'seconds' should be a number"), (("assumptions",), "x", "should be a list; it is text"),
        (("assumptions",), [1], "a list of texts"), (("evidence",), None, "the evidence of equation '1' .* should be a table"),
        (("evidence", "derivation_steps"), 1.5, "a whole number"), (("evidence", "statements"), ["x"], "a statement should be a table"),
        (("steps",), [{}], "'title' should be text; it is nothing"), (("as_expected",), "yes", "true or false"),
        (("witness",), [], "'witness' should be a table"),
    ],
)  # fmt: skip
def test_what_has_another_form_is_named(stored, path, value, said):
    data = copy.deepcopy(stored)
    place = data[0]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(LedgerError, match=said):
        records_from(data)


@pytest.mark.parametrize("data", [{}, None, 3, "x", [3], [[]]])
def test_what_is_no_ledger_is_refused(data):
    with pytest.raises(LedgerError):
        records_from(data)


def test_every_key_that_is_needed_is_missed(stored):
    for key in ("id", "title", "verdict", "method", "evidence", "seconds", "as_expected"):
        with pytest.raises(LedgerError):
            Record.from_json({k: v for k, v in stored[0].items() if k != key})
