"""The search that is a partner's home, the list of customers, one customer's page and the centres."""

import re
import uuid

import pytest
import time_machine
from django.utils import timezone

from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.directory.operations import add_tenant, create_customer, end_link

FIND = "/customers/find/"
FRAGMENT = {"HX-Request": "true"}


def find(client, query, **kwargs):
    return client.get(FIND, {"q": query}, **kwargs).content.decode()


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("cont", "<mark>Cont</mark>oso"),
        ("contoso-ret", "<mark>contoso-ret</mark>ail.example"),
        ("6401", "<mark>6401</mark>14"),
    ],
)
def test_a_partner_finds_its_customer_by_name_domain_or_tpid(cast, sign_in, query, marked):
    page = find(sign_in(cast.partner), query)
    assert marked in page
    assert "Request assistance for Contoso" in page
    assert f"/requests/new/?customer={cast.contoso.public_id}" in page
    assert "620 seats" in page


def test_a_tpid_lists_its_tenants(cast, sign_in):
    page = find(sign_in(cast.partner), "640114")
    assert "<mark>640114</mark>" in page
    assert "Exact match" in page
    for words in ("Contoso Retail", "contoso.example", "contoso-retail.example"):
        assert words in page


def test_exact_hits_come_first(cast, sign_in):
    create_customer(name="A Contoso lookalike", centre=cast.emea, by=None)
    page = find(sign_in(cast.specialist), "contoso")
    assert page.index(str(cast.contoso.public_id)) < page.index("lookalike")


def test_typing_gets_the_hits_alone_and_a_browser_without_script_the_page(cast, sign_in):
    client = sign_in(cast.partner)
    fragment = find(client, "cont", headers=FRAGMENT)
    assert "<html" not in fragment
    assert "Request assistance for Contoso" in fragment
    page = find(client, "cont")
    assert "<h1>Find a customer</h1>" in page
    assert 'action="/customers/find/"' in page
    assert 'value="cont"' in page


def test_another_partner_reads_the_same_as_for_nonsense(cast, sign_in):
    """The only difference between a customer of others and none at all is the word that was typed (P1)."""
    client = sign_in(cast.litware_partner)
    answers = [find(client, query, headers=FRAGMENT).replace(query, "…") for query in ("contoso", "xyzzyqq")]
    assert answers[0] == answers[1]
    assert "No customer of yours matches" in answers[0]
    assert "Contoso" not in answers[0]


def test_what_is_typed_stays_text(cast, sign_in):
    page = find(sign_in(cast.partner), "<script>alert(1)</script>")
    assert "<script>alert" not in page
    evil = create_customer(name="<b>Evil</b> & Sons", centre=cast.emea, by=None)
    page = find(sign_in(cast.specialist), "evil", headers=FRAGMENT)
    assert str(evil.public_id) in page
    assert "&lt;b&gt;<mark>Evil</mark>&lt;/b&gt; &amp; Sons" in page


@pytest.mark.parametrize("query", ["", " ", "\x00", "%", "_", "x" * 5000, "..", "'; --", "ß", "😀"])
def test_odd_queries_are_answered(cast, sign_in, query):
    for user in (cast.partner, cast.specialist):
        assert sign_in(user).get(FIND, {"q": query}).status_code == 200


def test_staff_find_and_do_not_ask(cast, sign_in):
    page = find(sign_in(cast.specialist), "fabrikam")
    assert "<mark>Fabrikam</mark>" in page
    assert "Request assistance for" not in page


def test_a_customers_people_do_not_search(cast, sign_in):
    answer = sign_in(cast.lead).get(FIND, {"q": "fabrikam"})
    assert answer.status_code == 403
    assert "The customer search is for partners and FastTrack staff." in answer.content.decode()
    assert 'id="customer-q"' not in sign_in(cast.lead).get("/customers/").content.decode()


def test_the_search_is_limited(cast, sign_in):
    client = sign_in(cast.partner)
    with time_machine.travel(timezone.now(), tick=False):  # within one minute, however slow the machine
        codes = [client.get(FIND, {"q": "c"}, headers=FRAGMENT).status_code for _ in range(60)]
        answer = client.get(FIND, {"q": "c"}, headers=FRAGMENT)
    assert codes == [200] * 60
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) <= 60


def test_the_list_shows_what_one_may_see(cast, sign_in):
    expected = {
        cast.lead: {"Contoso"},
        cast.partner: {"Contoso"},
        cast.litware_partner: set(),
        cast.fabrikam_lead: {"Fabrikam"},
        cast.specialist: {"Contoso", "Fabrikam"},
    }
    for user, seen in expected.items():
        page = sign_in(user).get("/customers/").content.decode()
        assert {name for name in ("Contoso", "Fabrikam") if f">{name}</a>" in page} == seen, user
    assert "No customers yet" in sign_in(cast.litware_partner).get("/customers/").content.decode()


@pytest.mark.parametrize("query", ["page=-1", "page=" + "9" * 30, "per_page=0", "sort=%00", "sort=-seats"])
def test_odd_addresses_of_the_list_are_answered(cast, sign_in, query):
    assert sign_in(cast.specialist).get(f"/customers/?{query}").status_code == 200


def test_one_customers_page(cast, sign_in):
    page = sign_in(cast.lead).get(f"/customers/{cast.contoso.public_id}/").content.decode()
    for words in (
        "640114",
        "620",
        "Contoso Retail",
        "contoso-retail.example",
        "Lena Lead",
        "Pavel Manager",
        "Tenant lead",
    ):
        assert words in page
    for words in (
        "Northwind Partners",
        "End the link with Northwind Partners",
        "Contoso agreed that Northwind Partners",
    ):
        assert words in page
    assert "Request assistance" in page


def test_a_partner_sees_the_customer_without_its_people(cast, sign_in):
    page = sign_in(cast.partner).get(f"/customers/{cast.contoso.public_id}/").content.decode()
    assert "contoso.example" in page
    for words in ("Pavel Manager", "pm@contoso.example", "End the link"):
        assert words not in page


def test_the_lead_ends_a_link(cast, sign_in):
    link = PartnerLink.objects.get()
    address = f"/partner-links/{link.public_id}/end/"
    assert sign_in(cast.pm).post(address).status_code == 403
    assert sign_in(cast.partner).post(address).status_code == 403
    assert sign_in(cast.litware_partner).post(address).status_code == 404
    assert sign_in(cast.lead).get(address).status_code == 405
    page = sign_in(cast.lead).post(address, follow=True).content.decode()
    assert "Northwind Partners no longer works on behalf of Contoso." in page
    assert "End the link" not in page
    assert Event.objects.filter(kind="directory.partner_link_ended", actor=cast.lead).count() == 1
    assert sign_in(cast.lead).post(address).status_code == 409
    assert sign_in(cast.partner).get(f"/customers/{cast.contoso.public_id}/").status_code == 404


def _without_nonces(body):
    return re.sub(rb'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"', b"", body)


def test_foreign_is_the_same_bytes_as_not_there(cast, sign_in):
    for user in (cast.litware_partner, cast.fabrikam_lead):
        client = sign_in(user)
        foreign, missing = (client.get(f"/customers/{key}/") for key in (cast.contoso.public_id, uuid.uuid4()))
        assert foreign.status_code == missing.status_code == 404
        assert _without_nonces(foreign.content) == _without_nonces(missing.content)
        assert dict(foreign.headers) == dict(missing.headers)


def test_the_name_of_an_ended_customer_is_nowhere(cast, sign_in):
    add_tenant(cast.contoso, name="Contoso Labs", guid=uuid.UUID(int=0xC2), domains=["labs.example"], by=None)
    end_link(PartnerLink.objects.get(), at=timezone.now(), by=cast.lead)
    client = sign_in(cast.partner)
    for query in ("contoso", "labs.example", "640114"):
        assert str(cast.contoso.public_id) not in find(client, query)
    assert "Contoso" not in client.get("/customers/").content.decode()


def test_staff_see_the_centres(cast, sign_in):
    page = sign_in(cast.specialist).get("/staff/centres/").content.decode()
    for words in ("FastTrack Center EMEA", "Europe/Berlin", "09:00–17:00", "FastTrack Center APAC", "Closed next"):
        assert words in page
    for user in (cast.lead, cast.partner):
        assert sign_in(user).get("/staff/centres/").status_code == 403
