"""A lead invites a colleague who comes in, and an admin imports the valid part of a list."""

import csv
import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.jobs.engine import run_due
from tests.conftest import PASSWORD
from tests.journeys.looks import faults

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_lead_invites_a_colleague_who_lands_on_the_customers_home(open_as, cast):
    page = open_as(cast.lead)
    page.get_by_role("link", name="Customers", exact=True).click()
    page.get_by_role("link", name="Contoso", exact=True).click()
    page.get_by_role("link", name="Invite somebody").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Invite somebody to Contoso")
    page.get_by_label("Work e-mail").fill("nina@contoso")
    page.get_by_label("Technical lead").check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("alert").first).to_contain_text("Enter a valid email address.")
    expect(page.get_by_label("Technical lead")).to_be_checked()
    page.get_by_label("Work e-mail").fill("nina@contoso.example")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("The invitation is on its way to nina@contoso.example.")).to_be_visible()
    expect(page.locator("#invitations")).to_contain_text("nina@contoso.example")
    assert faults(page) == []

    run_due()
    (letter,) = mail.outbox
    assert letter.to == ["nina@contoso.example"]
    link = re.search(r"/join/\S+/", letter.body)[0]
    nina = open_as(None, narrow=True)
    nina.goto(link)
    expect(nina.get_by_role("heading", level=1)).to_have_text("Your invitation")
    assert faults(nina) == []
    nina.get_by_label("Your name").fill("Nina New")
    nina.get_by_label("Password", exact=True).fill(PASSWORD)
    nina.get_by_label("The same password again").fill(PASSWORD)
    nina.get_by_role("button", name="Accept and sign in").click()
    nina.wait_for_url("**/")
    expect(nina.get_by_text("Welcome to Contoso. You are here as Technical lead.")).to_be_visible()
    expect(nina.get_by_role("link", name="Request assistance with Microsoft 365").first).to_be_visible()
    assert Membership.objects.get(user__email="nina@contoso.example").role == "technical_lead"

    page.reload()
    expect(page.locator("#people")).to_contain_text("Nina New")


LIST = (
    "name,tpid,tenant,tenant_id,domains,seats,centre\n"
    "Adventure Works,700001,Adventure,00000000-0000-0000-0000-0000000000a1,adventure.example,1200,emea\n"
    "Letters,7A,,,,10,emea\n"
    "Too many,700003,,,,1000000000000,emea\n"
)


def test_an_admin_takes_the_valid_part_of_a_list_and_the_refused_lines(open_as, cast, tmp_path):
    page = open_as(cast.admin)
    page.goto("/staff/")
    page.get_by_role("link", name="Open Import").click()
    page.get_by_label("List of customers").set_input_files(
        {"name": "spring.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
    )
    page.get_by_role("button", name="Check the list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("spring.csv")
    expect(page.get_by_text("“7A” is not a TPID")).to_be_visible()
    assert not Customer.objects.filter(name="Adventure Works").exists()
    assert faults(page) == []

    with page.expect_download() as taken:
        page.get_by_role("link", name="Download the refused lines").click()
    path = tmp_path / "refused.csv"
    taken.value.save_as(path)
    with path.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [(row["name"], row["line"]) for row in rows] == [("Letters", "3"), ("Too many", "4")]
    assert "seats: “1000000000000” is not a number of seats" in rows[1]["reason"]

    page.get_by_role("button", name="Import the valid part (1)").click()
    expect(page.get_by_text("Imported. New lines: 1, changed: 0.")).to_be_visible()
    assert Customer.objects.get(tpid="700001").seats == 1200
    page.goto("/customers/find/?q=adventure.example")
    expect(page.get_by_role("link", name="Adventure Works")).to_be_visible()
