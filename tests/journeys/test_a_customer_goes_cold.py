"""A customer has fallen silent: its specialist sees it first on the board, asks for news, and the customer reads it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from engagements.models import Engagement
from tests.engagements.engagement_scene import opened
from tests.journeys.looks import faults

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_silent_one_comes_first_and_is_asked(open_as, cast):
    now = timezone.now()
    opened(cast.contoso, cast.lead, cast.specialist)
    silent = opened(cast.contoso, cast.lead, cast.specialist)
    Engagement.objects.update(silent_since=now, cold_at=now + timedelta(days=14))
    Engagement.objects.filter(pk=silent.pk).update(silent_since=now - timedelta(days=21), cold_at=now)

    page = open_as(cast.specialist)
    page.get_by_role("link", name="Board", exact=True).click()
    first = page.locator(".board-row").first
    expect(first).to_contain_text(silent.number)
    expect(first).to_contain_text("Contoso has been silent for")
    assert faults(page) == []
    first.get_by_role("link", name="Ask for news").click()
    expect(page.get_by_text("It reaches 2 people")).to_be_visible()
    page.get_by_label("What they read").fill("How is the network team doing?")
    page.get_by_role("button", name="Send the reminder").click()
    expect(page.get_by_text("The reminder is on its way.")).to_be_visible()

    customer = open_as(cast.lead, narrow=True)
    expect(customer.get_by_text("Sam Specialist would like to hear from you")).to_be_visible()
    expect(customer.locator("#content").get_by_text("How is the network team doing?")).to_be_visible()
    assert faults(customer) == []
