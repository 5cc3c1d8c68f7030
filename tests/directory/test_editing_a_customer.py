"""Staff keep a customer's facts, tenants and domains; what was true before stays readable."""

import uuid

import pytest
from django.utils.html import escape

from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import Domain, SearchWord, Tenant

pytestmark = pytest.mark.django_db


def facts(customer, **more):
    return {
        "name": customer.name,
        "tpid": customer.tpid,
        "seats": customer.seats,
        "country": customer.country,
        "language": customer.language,
        "zone": customer.zone,
        "centre": customer.centre.public_id,
        "version": customer.version,
        **more,
    }


@pytest.fixture
def client(cast, sign_in):
    return sign_in(cast.specialist)


def test_tpid_and_seats_change_and_the_old_ones_stay_on_the_page(cast, client):
    address = f"{cast.contoso.get_absolute_url()}edit/"
    page = client.post(address, facts(cast.contoso, tpid="640999", seats="1500"), follow=True).content.decode()
    assert "TPID: 640114 → 640999; seats: 620 → 1,500" in page
    assert "TPID, seats and other facts over time" in page
    assert SearchWord.objects.filter(customer=cast.contoso, word="640999").exists()
    assert not SearchWord.objects.filter(customer=cast.contoso, word="640114").exists()
    event = Event.objects.get(kind="directory.customer_edited")
    assert (event.actor, event.data["before"]) == (cast.specialist, {"tpid": "640114", "seats": "620"})
    late = client.post(address, facts(cast.contoso, seats="1"))
    assert late.status_code == 409


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("seats", "1000000000000", "less than or equal to 10000000"),
        ("seats", "-1", "greater than or equal to 0"),
        ("seats", "12.5", "whole number"),
        ("tpid", "64O114", "A TPID has 1 to 12 digits."),
        ("tpid", "٣٤", "A TPID has 1 to 12 digits."),
        ("tpid", "1234567890123", "12"),
        ("name", "", "required"),
        ("name", "a\x00b", "Null characters"),
        ("zone", "Europe/Nowhere", "valid choice"),
        ("country", "Germany", "2"),
        ("centre", str(uuid.UUID(int=7)), "valid choice"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(cast, client, field, value, said):
    answer = client.post(f"{cast.contoso.get_absolute_url()}edit/", facts(cast.contoso, **{field: value}))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    cast.contoso.refresh_from_db()
    assert cast.contoso.version == 1


@pytest.mark.parametrize("seats", ["0", "10000000", ""])
def test_the_ends_of_the_range_are_fine(cast, client, seats):
    assert client.post(f"{cast.contoso.get_absolute_url()}edit/", facts(cast.contoso, seats=seats)).status_code == 303


def test_a_tenant_is_added_with_its_domains_as_they_are_stored(cast, client):
    address = f"{cast.contoso.get_absolute_url()}tenants/new/"
    guid = uuid.UUID(int=0xC9)
    form = {"name": "Labs", "guid": guid, "domains": "https://Labs.Example./\nMüller.example", "key": uuid.uuid4()}
    for _ in range(2):  # a double click
        assert client.post(address, form).status_code == 303
    tenant = Tenant.objects.get(guid=guid)
    assert sorted(tenant.domains.values_list("name", flat=True)) == ["labs.example", "xn--mller-kva.example"]
    assert Event.objects.filter(kind="directory.tenant_added", actor=cast.specialist).count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"domains": "fabrikam.example"}, "fabrikam.example is verified by another tenant already."),
        ({"domains": "no_domain"}, "is not a domain"),
        ({"guid": uuid.UUID(int=0xFA)}, "Fabrikam has this tenant already."),
        ({"guid": "12"}, "This is not a GUID."),
    ],
)
def test_what_belongs_to_others_is_refused_at_its_field(cast, client, change, said):
    form = {"name": "Labs", "guid": uuid.UUID(int=0xC9), "domains": "", "key": uuid.uuid4(), **change}
    answer = client.post(f"{cast.contoso.get_absolute_url()}tenants/new/", form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Tenant.objects.filter(name="Labs").exists()


def test_a_domain_is_added(cast, client):
    tenant = cast.contoso.tenants.first()
    address = f"/tenants/{tenant.public_id}/domains/new/"
    page = client.post(address, {"domains": "HTTPS://New.Example/", "is_verified": "on"}, follow=True).content.decode()
    assert "new.example is added." in page
    assert Domain.objects.get(name="new.example").is_verified
    assert client.post(address, {"domains": "new.example", "is_verified": "on"}).status_code == 422
    assert client.post(address, {"domains": "fabrikam.example"}).status_code == 303, "not verified, so it can be both's"


def test_the_customers_own_people_read_only(cast, sign_in):
    page = sign_in(cast.lead).get(cast.contoso.get_absolute_url()).content.decode()
    assert "Add a tenant" not in page
    for address in ("edit/", "tenants/new/"):
        assert sign_in(cast.lead).get(cast.contoso.get_absolute_url() + address).status_code == 403


@pytest.mark.parametrize("typed", ["http://", "a\x00b.example", "..", "-labs.example", "labs..example", "x" * 300])
def test_a_domain_that_is_none_is_said_at_its_field_and_stays_typed(cast, client, typed):
    tenant = cast.contoso.tenants.first()
    answer = client.post(f"/tenants/{tenant.public_id}/domains/new/", {"domains": typed, "is_verified": "on"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_domains"' in page
    assert escape(typed) in page, "nothing typed is lost"
    assert "checked" in page


def test_scheme_trailing_dot_and_letters_of_any_language_are_understood(cast, client):
    tenant = cast.contoso.tenants.first()
    for typed, kept in (
        ("https://Bücher.example./shop", "xn--bcher-kva.example"),
        ("例え.example.", "xn--r8jz45g.example"),
    ):
        form = {"domains": typed, "is_verified": "on"}
        assert client.post(f"/tenants/{tenant.public_id}/domains/new/", form).status_code == 303
        assert tenant.domains.filter(name=kept).exists()
