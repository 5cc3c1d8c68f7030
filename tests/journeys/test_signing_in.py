"""The first minute of each role."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_customers_first_control_asks_for_assistance(open_as, cast):
    page = open_as(cast.lead, form=True)
    first = page.locator("main a.button, main button.button").first
    assert first.inner_text().strip() == "Request assistance with Microsoft 365"


def test_the_partners_home_is_the_search(open_as, cast):
    page = open_as(cast.partner, form=True)
    page.get_by_role("searchbox", name="Customer").press_sequentially("con", delay=30)
    page.get_by_role("link", name="Request assistance for Contoso").wait_for()


def test_a_wrong_password_says_so_and_keeps_the_address(open_as, cast):
    page = open_as(None)
    page.goto("/accounts/login/")
    page.get_by_label("Email", exact=True).fill("lead@contoso.example")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("alert").first.wait_for()
    assert page.get_by_label("Email", exact=True).input_value() == "lead@contoso.example"
