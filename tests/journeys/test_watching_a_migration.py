"""A customer brings its list and imports the valid part; the specialist loads states; both see how it comes along."""

import uuid

import pytest
from playwright.sync_api import expect

from migrations_svc import operations
from migrations_svc.models import MigrationEvent
from tests.journeys.looks import faults
from tests.journeys.test_from_request_to_report import click
from tests.migrations_svc.migration_scene import NOW, engagement_of

pytestmark = pytest.mark.django_db(transaction=True)
LIST = b"""Source Email,Destination Email,Source Password
ada@old.example,ada@contoso.example,never
ben@old.example,ben@contoso.example,never
nobody,ben@contoso.example,never
ADA@old.example,ada@contoso.example,never
"""


def chosen(page, label, name, content):
    page.get_by_label(label).set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def test_from_a_list_to_its_states(open_as, cast):
    engagement = engagement_of(cast.contoso, cast.lead, cast.specialist)
    event = operations.create(
        engagement, key=uuid.uuid4(), title="Sales", source="exchange", zone="Europe/Berlin", by=cast.lead
    )

    # The customer sees what its file would do before anything is stored, and takes the valid part.
    customer = open_as(cast.lead, narrow=True)
    customer.goto(event.get_absolute_url())
    click(customer, "Load the list")
    chosen(customer, "List of what moves", "mailboxes.csv", LIST)
    click(customer, "Check the list")
    expect(customer.get_by_role("heading", level=1)).to_have_text("mailboxes.csv")
    expect(customer.get_by_text("It was neither read nor kept.")).to_be_visible()
    expect(customer.locator("#lines")).to_contain_text("stands on line 2 already")
    expect(customer.get_by_text("never", exact=True)).to_have_count(0)
    assert faults(customer) == []
    click(customer, "Import the valid part (2)")
    expect(customer.get_by_text("The list is stored: 2 records.")).to_be_visible()

    # FastTrack has started it; the export of the tool is loaded, and a second one that puts a record back is not taken.
    MigrationEvent.objects.filter(pk=event.pk).update(status="running", scheduled_for=NOW, started_at=NOW)
    page = open_as(cast.specialist)
    for ada in ("Completed", "Syncing"):
        page.goto(event.get_absolute_url())
        click(page, "Load states")
        content = f"Identity,Status,SyncedItemCount\nada@old.example,{ada},12\nben@old.example,Synced,7\n"
        chosen(page, "States", "users.csv", content.encode())
        click(page, "Check and store")
    expect(page.get_by_text("The last file puts 1 record back")).to_be_visible()
    assert faults(page) == []
    click(page, "Keep their states")
    expect(page.get_by_text("1 record keeps its state.")).to_be_visible()
    click(page, "Progress")
    expect(page.locator("#forecast")).to_contain_text("A forecast: it is not guaranteed.")
    assert faults(page) == []
    customer.goto(event.get_absolute_url())
    expect(customer.locator("main")).to_contain_text("Completed")
