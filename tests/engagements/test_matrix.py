"""The template is complete, and each condition decides exactly the items that carry it."""

import dataclasses
from collections import Counter

import pytest

from engagements import matrix
from engagements.matrix import (
    CHOICES,
    CONDITIONS,
    MODES,
    PARTIES,
    SERVICE_FAMILIES,
    SERVICES,
    Scope,
    applicability,
    by_id,
    children,
    items,
    twin_of,
)
from engagements.milestones import PHASES

# Top level and nested, by phase and party.
COUNTS = {
    ("general", "fasttrack"): (3, 0),
    ("general", "customer"): (25, 3),
    ("initiate", "fasttrack"): (3, 0),
    ("initiate", "customer"): (4, 0),
    ("assess", "fasttrack"): (9, 18),
    ("assess", "customer"): (6, 3),
    ("remediate", "fasttrack"): (2, 0),
    ("remediate", "customer"): (2, 4),
    ("enable", "fasttrack"): (6, 5),
    ("enable", "customer"): (1, 14),
    ("data_migration", "fasttrack"): (12, 0),
    ("data_migration", "customer"): (12, 5),
}
EVERYTHING = Scope(
    services=frozenset(SERVICES),
    migration_eligible=True,
    wants_migration=True,
    split_domain=True,
    **dict.fromkeys(CHOICES, True),
)


def not_applicable(scope):
    return {item.id for item in items() if not applicability(item, scope)[0]}


def with_condition(*codes):
    return {item.id for item in items() if item.condition in codes}


def in_migration_phase():
    return {item.id for item in items() if item.phase == "data_migration"}


def test_every_responsibility_is_there_once():
    found = Counter((item.phase, item.party, bool(item.parent)) for item in items())
    assert {
        (phase, party): (found[phase, party, False], found[phase, party, True]) for phase, party in COUNTS
    } == COUNTS
    assert len(items()) == len(by_id()) == 137
    by_party = Counter((item.party, bool(item.parent)) for item in items())
    assert by_party == {
        ("fasttrack", False): 35,
        ("fasttrack", True): 23,
        ("customer", False): 50,
        ("customer", True): 29,
    }


def test_each_parent_stands_before_its_children_in_the_same_column():
    seen = {}
    for item in items():
        if item.parent:
            parent = seen[item.parent]
            assert (parent.phase, parent.party) == (item.phase, item.party)
            assert item.id.startswith(f"{parent.id}.")
            assert item in children(parent)
        else:
            assert item.depth == 0
        seen[item.id] = item


def test_identifiers_say_phase_and_party_and_count_without_gaps():
    letters = {
        "general": "G", "initiate": "I", "assess": "A", "remediate": "R", "enable": "E", "data_migration": "D",
    }  # fmt: skip
    siblings = Counter()
    for item in items():
        base = f"{item.parent}." if item.parent else f"{letters[item.phase]}-{item.party[0].upper()}"
        siblings[base] += 1
        assert item.id == f"{base}{siblings[base]}"


def test_phases_stand_in_their_order():
    order = [phase.code for phase in PHASES]
    positions = [order.index(item.phase) for item in items()]
    assert positions == sorted(positions)


def test_every_word_is_a_known_one():
    for item in items():
        assert item.party in PARTIES
        assert item.mode in MODES
        assert item.condition == "" or item.condition in CONDITIONS
        assert bool(item.choice) == (item.condition in {"if_required", "service_needs_it"})
        assert item.choice == "" or item.choice in CHOICES
    assert {item.condition for item in items()} - {""} == set(CONDITIONS)
    assert {item.choice for item in items()} - {""} == set(CHOICES)


def test_every_item_answers_why_me_in_one_sentence():
    for item in items():
        assert item.text
        assert item.text == item.text.strip()
        assert not item.text.endswith(".")
        assert item.why[0].isupper()
        assert item.why.endswith(".")
        assert item.why.count(".") == 1
        assert 30 <= len(item.why) <= 170
        assert len(item.text) <= 100
    assert len({item.why for item in items()}) == 137


def test_what_fasttrack_only_guides_has_its_hands_on_twin():
    pairs = {item.id: item.twin for item in items() if item.twin}
    assert pairs == {"E-F4": "E-C1.8", "E-F3": "E-C1.11", "E-F6": "E-C1.9", "E-F5": "E-C1.7"}
    for guide_id, hands_id in pairs.items():
        guide, hands = by_id()[guide_id], by_id()[hands_id]
        assert (guide.party, guide.mode) == ("fasttrack", "guide")
        assert (hands.party, hands.mode) == ("customer", "do")
        assert twin_of(guide) is hands
        assert twin_of(hands) is guide
    assert twin_of(by_id()["G-F1"]) is None


def test_fasttrack_is_never_hands_on_in_enable():
    assert {item.mode for item in items() if item.phase == "enable" and item.party == "fasttrack"} <= {"guide", "run"}


def test_with_everything_in_scope_everything_applies():
    assert not_applicable(EVERYTHING) == set()


def test_an_empty_scope_keeps_what_nobody_ruled_out():
    gone = not_applicable(Scope())
    assert gone == in_migration_phase() | with_condition(
        "sharepoint_in_scope",
        "teams_in_scope",
        "exchange_in_scope",
        "migration_by_fasttrack",
        "migration_eligible",
        "split_domain",
    )
    assert len(gone) == 29 + 5 + 7 + 4 + 2 + 1 + 1


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        ({"services": frozenset(SERVICES) - {"sharepoint"}}, {"A-F6", "A-F6.1", "A-F6.2", "A-F6.3", "A-F6.4"}),
        ({"services": frozenset(SERVICES) - {"exchange"}}, {"A-F8", "A-F8.1", "A-F8.2", "A-F8.3"}),
        ({"services": frozenset(SERVICES) - {"teams", "skype"}}, {"A-F7"} | {f"A-F7.{n}" for n in range(1, 7)}),
        ({"services": frozenset(SERVICES) - {"teams"}}, set()),
        ({"services": frozenset(SERVICES) - {"skype"}}, set()),
        ({"split_domain": False}, {"G-C23"}),
        ({"directory_sync": False}, {"E-F6.1"}),
        ({"password_hash_sync": False}, {"E-F6.2"}),
        ({"pass_through_authentication": False}, {"E-F6.3.1"}),
        ({"seamless_sso": False}, {"E-F6.3.2"}),
        ({"more_bandwidth": False}, {"G-C16"}),
        ({"directory_sync": None, "more_bandwidth": None, "seamless_sso": None}, set()),
    ],
)
def test_each_condition_removes_its_items_and_no_other(change, gone):
    scope = dataclasses.replace(EVERYTHING, **change)
    assert not_applicable(scope) == gone
    for item_id in gone:
        reason = applicability(by_id()[item_id], scope)[1]
        assert reason.endswith(".")
        assert "not" in reason.lower().replace("neither", "not").replace("no ", "not ")


@pytest.mark.parametrize(
    ("wants", "eligible", "reason"),
    [
        (False, True, "Data migration by FastTrack is not wanted."),
        (False, False, "Data migration by FastTrack is not wanted."),
        (True, False, "With 320 seats there is guidance."),
    ],
)
def test_without_migration_its_phase_falls_away_with_the_rule_as_reason(wants, eligible, reason):
    scope = dataclasses.replace(
        EVERYTHING,
        wants_migration=wants,
        migration_eligible=eligible,
        migration_reason="With 320 seats there is guidance.",
    )
    gone = not_applicable(scope)
    assert gone == in_migration_phase() | {"A-F9", "E-C1.4", "E-C1.5"}
    assert {applicability(by_id()[item_id], scope)[1] for item_id in gone} == {reason}


def test_a_missing_rule_sentence_still_leaves_a_reason():
    scope = dataclasses.replace(EVERYTHING, migration_eligible=False)
    assert applicability(by_id()["D-F7"], scope) == (False, "There are too few seats for FastTrack to move the data.")


def test_conditions_of_time_say_when_and_never_whether():
    for item_id in ("D-F12", "D-C10", "G-C21"):
        applies, reason = applicability(by_id()[item_id], EVERYTHING)
        assert applies
        assert reason
    # Data may be moved without FastTrack: retiring the source stays on the list.
    assert applicability(by_id()["G-C21"], Scope())[0]


def test_a_condition_nobody_defined_is_an_error_not_a_silent_yes():
    odd = dataclasses.replace(by_id()["G-F1"], condition="full_moon")
    with pytest.raises(ValueError, match="full_moon"):
        applicability(odd, EVERYTHING)


def test_unknown_services_and_choices_are_refused():
    with pytest.raises(ValueError, match="yammer"):
        Scope(services=frozenset({"exchange", "yammer"}))
    with pytest.raises(ValueError, match="coffee"):
        Scope().choice("coffee")


def test_each_service_belongs_to_one_family():
    named = [service for family in SERVICE_FAMILIES.values() for service in family.services]
    assert sorted(named) == sorted(SERVICES)
    assert list(SERVICE_FAMILIES) == ["microsoft365", "ems", "windows"]


def test_the_template_is_read_once():
    assert items() is items()
    assert matrix.items.cache_info().misses == 1
