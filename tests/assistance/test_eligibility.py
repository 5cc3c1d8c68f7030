"""Eligibility: the thresholds are rows, both edges of each row hold, and every answer is a sentence (F9)."""

import dataclasses
import inspect
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistance import eligibility
from assistance.eligibility import DEFAULT_RULES, Rule, assess, counted, current, problems
from assistance.words import problem_sentence, verdict_sentence


@pytest.mark.parametrize(
    ("seats", "code", "short"),
    [
        (0, "not_yet", 150),
        (1, "not_yet", 149),
        (149, "not_yet", 1),
        (150, "guidance", 350),
        (151, "guidance", 349),
        (499, "guidance", 1),
        (500, "migration", 0),
        (501, "migration", 0),
        (2**63, "migration", 0),
        (None, "unknown", 0),
        (-1, "unknown", 0),
        (-(2**63), "unknown", 0),
    ],
)
def test_each_edge_of_the_rules(seats, code, short):
    verdict = assess(seats, DEFAULT_RULES)
    assert (verdict.code, verdict.seats_short) == (code, short)
    assert verdict_sentence(verdict).endswith(".")
    assert (verdict.rule is None) == (code == "unknown")
    assert verdict.allows_migration == (code == "migration")


def test_the_sentence_names_both_numbers():
    assert verdict_sentence(assess(499)) == (
        "With 499 seats, FastTrack guides you and your own team moves the data. "
        "From 500 seats on FastTrack moves mail and files: 1 more."
    )
    assert "1 seat," in verdict_sentence(assess(1))
    assert "9,223,372,036,854,775,808 seats" in verdict_sentence(assess(2**63))


def test_other_rows_give_other_answers():
    rows = (Rule(0, 9, "not_yet", 2, "x"), Rule(10, 19, "guidance", 2, "x"), Rule(20, None, "migration", 2, "x"))
    assert [assess(n, rows).code for n in (9, 10, 19, 20)] == ["not_yet", "guidance", "guidance", "migration"]
    assert "From 20 seats" in verdict_sentence(assess(12, rows))


def test_no_threshold_stands_in_the_logic():
    for function in (assess, current, problems):
        source = inspect.getsource(function)
        assert not {"150", "500"} & set(re.findall(r"[0-9]+", source)), function.__name__


def test_the_newest_version_speaks():
    newer = (dataclasses.replace(DEFAULT_RULES[0], version=2), Rule(150, None, "migration", 2, "a later decision"))
    verdict = assess(150, DEFAULT_RULES + newer)
    assert verdict.code == "migration"
    assert verdict.rule is not None
    assert verdict.rule.version == 2


def test_a_hole_in_the_table_is_unknown_not_an_error():
    assert assess(50, (Rule(100, None, "migration", 1, "x"),)).code == "unknown"
    assert assess(50, ()).code == "unknown"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((), "no rows"),
        ((Rule(5, None, "guidance", 1, ""),), "below 5"),
        ((Rule(0, 9, "guidance", 1, ""),), "above 9"),
        ((Rule(0, 9, "not_yet", 1, ""), Rule(11, None, "guidance", 1, "")), "from 10 to 10"),
        ((Rule(0, 9, "not_yet", 1, ""), Rule(9, None, "guidance", 1, "")), "cover the same"),
        ((Rule(0, None, "not_yet", 1, ""), Rule(9, None, "guidance", 1, "")), "cover the same"),
        ((Rule(9, 3, "not_yet", 1, ""),), "ends before it starts"),
        ((Rule(-1, None, "not_yet", 1, ""),), "below zero"),
    ],
)
def test_a_bad_table_is_described(rows, words):
    assert any(words in problem_sentence(problem) for problem in problems(rows))


def test_the_seeded_table_is_sound():
    assert problems(DEFAULT_RULES) == []
    assert tuple(row.verdict for row in DEFAULT_RULES) == eligibility.LEVELS


@given(st.integers(min_value=0, max_value=2**70))
def test_the_missing_seats_lead_exactly_to_the_next_level(seats):
    verdict = assess(seats)
    if verdict.seats_short:
        assert assess(seats + verdict.seats_short - 1).code == verdict.code
        assert assess(seats + verdict.seats_short).code != verdict.code
    else:
        assert verdict.code == "migration"


@pytest.mark.parametrize(
    ("seats", "weights", "count"),
    [
        ({"standard": 620}, {}, 620),
        ({"faculty": 400, "student": 9000}, {"faculty": 100, "student": 0}, 400),
        ({"faculty": 400, "student": 9001}, {"faculty": 100, "student": 10}, 1300),
        ({"faculty": 400, "student": None}, {"faculty": 100, "student": 10}, 400),
        ({"faculty": None, "student": None}, {}, None),
        ({"standard": None}, {"standard": 100}, None),
        ({"faculty": 0, "student": 5}, {"student": 0}, 0),
    ],
)
def test_which_seats_count_is_told_by_the_table(seats, weights, count):
    assert counted(seats, weights) == count


def test_the_logic_speaks_no_language():
    """Codes and numbers: the words are where they can be translated."""
    assert "With " not in inspect.getsource(eligibility)
    assert not hasattr(assess(3), "sentence")
