"""The specialist runs a checkpoint from one page, and both sides confirm its minutes when the call ends."""

import re

import pytest
from playwright.sync_api import expect

from engagements.models import Minutes
from tests.engagements.minutes_scene import meeting_of, running
from tests.journeys.looks import faults

pytestmark = pytest.mark.django_db(transaction=True)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_a_checkpoint_from_agenda_to_confirmed_minutes(open_as, cast):
    meeting = meeting_of(running(cast))
    customer = open_as(cast.lead, narrow=True)
    customer.goto(meeting.get_absolute_url())
    customer.get_by_label("What is to be spoken about").fill("The pilot group")
    press(customer, "Add a point")
    expect(customer.get_by_role("heading", name="The pilot group")).to_be_visible()
    assert faults(customer) == []

    specialist = open_as(cast.specialist)
    specialist.goto(meeting.get_absolute_url())
    # Typed and never saved by hand: the next form waits for it.
    specialist.get_by_label("Notes: The pilot group").fill("Forty people begin on Monday.")
    specialist.get_by_label("What was decided").fill("The head office begins")
    specialist.get_by_label("Decided by").select_option(label="Lena Lead")
    press(specialist, "Take down the decision")
    expect(specialist.locator("#decisions .plan-list")).to_contain_text("The head office begins")
    expect(specialist.get_by_label("Notes: The pilot group")).to_have_value("Forty people begin on Monday.")
    specialist.get_by_label("What is to be done").fill("Send the list of people")
    specialist.get_by_label("Who does it").select_option(label="Lena Lead")
    press(specialist, "Take down the action")
    expect(specialist.locator("#actions")).to_contain_text("Send the list of people")
    specialist.get_by_label("Lena Lead", exact=True).check()
    press(specialist, "Save the attendance")
    expect(specialist.get_by_text("The attendance is saved.")).to_be_visible()
    assert faults(specialist) == []
    specialist.once("dialog", lambda question: question.accept())
    press(specialist, "End the meeting")
    expect(specialist.get_by_text("Forty people begin on Monday.")).to_be_visible()
    press(specialist, "Confirm the minutes")
    expect(specialist.locator("#names")).to_contain_text("Sam Specialist")
    assert faults(specialist) == []

    customer.goto("/")
    expect(customer.get_by_role("link", name="Send the list of people").first).to_be_visible()
    customer.get_by_role("link", name=re.compile("Confirm the minutes")).click()
    press(customer, "Confirm the minutes")
    expect(customer.get_by_text("Confirmed by both sides")).to_be_visible()
    assert faults(customer) == []
    assert Minutes.objects.get().is_confirmed
