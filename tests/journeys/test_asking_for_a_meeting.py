"""A customer asks for a talk at a free time, the specialist confirms it, and it stands among the meetings of both."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Cast
from tests.engagements.meeting_scene import engagement_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_asking_and_confirming(open_as: Callable[..., Page], cast: Cast) -> None:
    engagement = engagement_of(cast.contoso, cast.specialist, cast.lead)
    meetings = f"/engagements/{engagement.public_id}/meetings/"
    customer = open_as(cast.lead, narrow=True)
    customer.goto(meetings)
    customer.get_by_role("link", name="Ask for a meeting").click()
    customer.get_by_label("What is it to be about?").fill("Phones in our branches")
    customer.get_by_label("First choice").select_option(index=3)
    customer.get_by_role("button", name="Ask for the meeting").click()
    expect(customer.get_by_text("Waiting for the specialist")).to_be_visible()

    specialist = open_as(cast.specialist)
    specialist.goto(meetings)
    specialist.get_by_role("link", name="Asked for: Technical talk").click()
    specialist.get_by_role("button", name="Confirm and invite").click()
    expect(specialist.get_by_role("heading", name="Technical talk: Contoso")).to_be_visible()

    customer.goto(meetings)
    expect(customer.get_by_role("cell", name="Technical talk")).to_be_visible()
