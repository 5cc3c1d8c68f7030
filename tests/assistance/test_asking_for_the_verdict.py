"""What FastTrack does for so many seats, told before anything is submitted (F9)."""

import pytest

from assistance.models import EligibilityRule

ADDRESS = "/requests/eligibility/"
FRAGMENT = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("seats", "label", "distance"),
    [
        (1, "Not yet eligible", "149 seats short of guidance"),
        (149, "Not yet eligible", "1 seat short of guidance"),
        (150, "Guidance only", "350 seats short of migration"),
        (499, "Guidance only", "1 seat short of migration"),
        (500, "Guidance and migration", ""),
        (10_000_000, "Guidance and migration", ""),
    ],
)
def test_the_edges_of_the_rules(cast, sign_in, seats, label, distance):
    answer = sign_in(cast.lead).get(ADDRESS, {"seats": seats}, headers=FRAGMENT)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert label in page
    assert distance in page
    assert ("short of" in page) == bool(distance)
    assert "Version 1 of the rules." in page


def test_the_source_is_named(cast, sign_in):
    page = sign_in(cast.lead).get(f"{ADDRESS}?seats=500", headers=FRAGMENT).content.decode()
    assert "mail and file migration from 500 seats" in page


def test_new_rules_apply_at_once(cast, sign_in):
    EligibilityRule.objects.create(
        rule_version=2, minimum_seats=0, maximum_seats=299, verdict="guidance", source="Terms of July"
    )
    EligibilityRule.objects.create(rule_version=2, minimum_seats=300, verdict="migration", source="Terms of July")
    page = sign_in(cast.lead).get(f"{ADDRESS}?seats=299", headers=FRAGMENT).content.decode()
    for words in ("Guidance only", "1 seat short of migration", "Version 2 of the rules", "Terms of July"):
        assert words in page


@pytest.mark.parametrize("seats", ["abc", "-1", "9" * 30, "9" * 5000, "\x00", "1.5"])
def test_what_is_no_number_is_said_so(cast, sign_in, seats):
    client = sign_in(cast.lead)
    for headers in (FRAGMENT, {}):
        assert client.get(ADDRESS, {"seats": seats}, headers=headers).status_code == 422


def test_an_empty_field_stays_open(cast, sign_in):
    for query in ("", "?seats="):
        answer = sign_in(cast.lead).get(ADDRESS + query, headers=FRAGMENT)
        assert answer.status_code == 200
        assert "Still open" in answer.content.decode()


def test_it_is_a_page_without_script(cast, sign_in):
    page = sign_in(cast.lead).get(f"{ADDRESS}?seats=499").content.decode()
    assert "<h1>What FastTrack can do for you</h1>" in page
    assert "1 seat short of migration" in page
    assert 'name="seats" value="499"' in page
