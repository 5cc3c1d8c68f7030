"""How long items lie in whose court: one item, one engagement, and a board of many in as many queries as for one."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engagements import holding
from engagements.models import Engagement, Responsibility
from engagements.operations.responsibilities import move_responsibility
from tests.engagements.engagement_scene import AT, item, opened

WEEK = timedelta(days=7)


def test_a_board_counts_items_and_days_by_court(cast):
    """Opened on a Monday: a week later everything of Initiate has lain five working days with its side."""
    engagement = opened(cast.contoso, cast.lead, cast.specialist)
    loads = holding.courts_of([engagement], AT + WEEK)[engagement]
    assert loads == {"fasttrack": holding.Load(3, 5, 15), "customer": holding.Load(4, 5, 20)}


def test_a_board_of_many_asks_as_often_as_a_board_of_one(cast):
    first = opened(cast.contoso, cast.lead, cast.specialist)
    second = opened(cast.fabrikam, cast.fabrikam_lead, cast.apac_specialist)

    def queries(keys):
        board = list(Engagement.objects.visible_to(cast.admin).filter(pk__in=keys))
        with CaptureQueriesContext(connection) as asked:
            found = holding.courts_of(board, AT + WEEK)
        assert all(found[engagement]["customer"].items == 4 for engagement in board)
        return len(asked)

    assert queries([first.pk]) == queries([first.pk, second.pk]) == 5
    assert holding.courts_of([], AT) == {}


def test_an_item_keeps_the_days_of_every_court_it_was_in(cast):
    engagement = opened(cast.contoso, cast.lead, cast.specialist)
    thing = item(engagement, "I-C1")
    move_responsibility(thing, "block", by=cast.lead, at=AT + WEEK, reason="No rights")
    move_responsibility(thing, "begin", by=cast.lead, at=AT + 2 * WEEK)
    stay = holding.stays_of(engagement, [thing], AT + 2 * WEEK + timedelta(days=2))[thing.public_id]
    assert stay == holding.Stay("customer", 2, {"customer": 7, "fasttrack": 5})
    move_responsibility(thing, "finish", by=cast.lead, at=AT + 3 * WEEK)
    assert holding.stays_of(engagement, [thing], AT + 9 * WEEK)[thing.public_id] == holding.Stay(
        "", 0, {"customer": 10, "fasttrack": 5}
    )
    # Three other items of the customer and three of FastTrack still lie where they lay.
    assert holding.history_of(engagement, AT + 3 * WEEK) == {"customer": 10 + 3 * 15, "fasttrack": 5 + 3 * 15}


@pytest.mark.parametrize(
    ("holder", "side", "days", "words"),
    [
        ("customer", "customer", 6, "with you for 6 working days"),
        ("customer", "fasttrack", 1, "with the customer for 1 working day"),
        ("fasttrack", "partner", 2, "with FastTrack for 2 working days"),
        ("partner", "partner", 3, "with you for 3 working days"),
        ("outside", "customer", 4, "with a third party for 4 working days"),
        ("fasttrack", "customer", 0, "just went to FastTrack"),
        ("", "customer", 0, ""),
    ],
)
def test_the_court_in_words(holder, side, days, words):
    assert holding.in_words(holder, side, days) == words


def test_every_line_of_a_page_costs_no_query_of_its_own(cast):
    engagement = opened(cast.contoso, cast.lead, cast.specialist)
    items = list(Responsibility.objects.filter(engagement=engagement))
    with CaptureQueriesContext(connection) as asked:
        holding.mark(engagement, items, "customer", at=AT + WEEK)
    assert len(asked) <= 2
    words = {line.code: line.court for line in items}
    assert words["I-C1"] == "with you for 5 working days"
    assert words["I-F1"] == "with FastTrack for 5 working days"
    assert words["A-C1"] == ""


def test_a_move_that_comes_from_a_clock_behind_counts_nothing(cast):
    engagement = opened(cast.contoso, cast.lead, cast.specialist)
    assert holding.courts_of([engagement], AT - WEEK)[engagement]["customer"].longest == 0
