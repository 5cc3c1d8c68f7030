"""Leads, partner administrators and admins set roles and take people out; nobody does so to themselves."""

import pytest
from django.core import mail
from django.utils import timezone

from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.accounts.operations import add_membership, change_role, end_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.refusals import AccessRefused
from tests.conftest import Role, person
from tests.writes import sign_in_anew

pytestmark = pytest.mark.django_db


def of(user):
    return Membership.objects.get(user=user)


def role_form(membership, role):
    return {"role": role, "version": membership.version}


@pytest.fixture
def lead_client(cast, sign_in):
    client = sign_in(cast.lead)
    sign_in_anew(client)
    return client


def test_a_lead_changes_a_role(cast, lead_client):
    membership = of(cast.pm)
    page = lead_client.get(f"/customers/{cast.contoso.public_id}/").content.decode()
    assert f"/roles/{membership.public_id}/" in page
    answer = lead_client.post(f"/roles/{membership.public_id}/", role_form(membership, "viewer"), follow=True)
    assert "Pavel Manager is now Executive viewer." in answer.content.decode()
    event = Event.objects.get(kind="accounts.role_changed")
    assert event.sentence == "Pavel Manager is now Executive viewer of Contoso, and was Project manager"
    late = lead_client.post(f"/roles/{membership.public_id}/", role_form(membership, "lead"))
    assert late.status_code == 409


def test_setting_a_role_asks_for_the_password_again(cast, sign_in):
    client, membership = sign_in(cast.lead), of(cast.pm)
    for address, data in (("", role_form(membership, "lead")), ("end/", {})):
        answer = client.post(f"/roles/{membership.public_id}/{address}", data)
        assert (answer.status_code, "/accounts/reauthenticate/" in answer["Location"]) == (302, True)
    assert of(cast.pm).role == "project_manager"


def test_somebody_taken_out_is_out_with_the_next_request_and_gets_no_mail(cast, sign_in, lead_client):
    pm, address = sign_in(cast.pm), f"/customers/{cast.contoso.public_id}/"
    assert pm.get(address).status_code == 200
    answer = lead_client.post(f"/roles/{of(cast.pm).public_id}/end/", follow=True)
    assert "Pavel Manager no longer belongs to Contoso." in answer.content.decode()
    assert pm.get(address).status_code == 404
    assert mail.outbox == []


def test_nobody_changes_or_ends_their_own_role(cast, sign_in, lead_client):
    second = person("second@contoso.example", "Sven Second")
    add_membership(second, role=Role.LEAD, customer=cast.contoso, by=None)
    for address in ("", "end/"):
        answer = lead_client.post(f"/roles/{of(cast.lead).public_id}/{address}", role_form(of(cast.lead), "viewer"))
        assert answer.status_code == 403
    assert "Nobody removes themselves." in answer.content.decode()
    assert of(cast.lead).role == "lead"


def test_of_two_leads_who_demote_each_other_one_stays(cast):
    """The second one decided while the first was being taken out; the row that counts is held."""
    second = person("second@contoso.example", "Sven Second")
    theirs = add_membership(second, role=Role.LEAD, customer=cast.contoso, by=None)
    assert cast.lead.all_memberships
    assert second.all_memberships
    mine = of(cast.lead)
    before = second.all_memberships  # as a request had read them that began before
    end_membership(theirs, by=cast.lead)
    second.__dict__["all_memberships"] = before
    with pytest.raises(AccessRefused) as refused:
        end_membership(mine, by=second)
    assert "This is the only tenant lead." in str(refused.value)
    with pytest.raises(AccessRefused):
        change_role(mine, role="viewer", version=mine.version, by=second)


def test_an_admin_may_take_the_last_lead_and_the_last_partner_admin(cast):
    change_role(of(cast.lead), role="viewer", version=of(cast.lead).version, by=cast.admin)
    end_membership(of(cast.partner), by=cast.admin)
    assert not Membership.objects.filter(partner=cast.northwind).exists()


def test_a_role_of_another_kind_of_organisation_is_refused(cast, lead_client):
    membership = of(cast.pm)
    for role in ("specialist", "partner_admin", "", "admin"):
        assert lead_client.post(f"/roles/{membership.public_id}/", role_form(membership, role)).status_code == 422
    assert of(cast.pm).role == "project_manager"


def test_others_cannot(cast, sign_in):
    for user, status in ((cast.fabrikam_lead, 404), (cast.partner, 404), (cast.specialist, 404), (cast.pm, 403)):
        client = sign_in(user)
        sign_in_anew(client)
        membership = of(cast.lead) if user == cast.pm else of(cast.pm)
        assert client.post(f"/roles/{membership.public_id}/end/").status_code == status
    assert Event.objects.filter(kind="accounts.role_ended").count() == 0


def test_a_partner_runs_its_own_company(cast, sign_in):
    colleague = person("two@northwind.example", "Nils Two")
    add_membership(colleague, role=Role.PARTNER_MEMBER, partner=cast.northwind, by=None)
    client = sign_in(cast.partner)
    sign_in_anew(client)
    assert client.get("/partners/")["Location"] == cast.northwind.get_absolute_url()
    page = client.get(cast.northwind.get_absolute_url()).content.decode()
    assert "Nils Two" in page
    assert "Invite somebody" in page
    client.post(f"/roles/{of(colleague).public_id}/", role_form(of(colleague), "partner_admin"))
    assert of(colleague).role == "partner_admin"
    # A member who leads nothing looks on.
    plain = person("three@northwind.example", "Nele Three")
    add_membership(plain, role=Role.PARTNER_MEMBER, partner=cast.northwind, by=None)
    page = sign_in(plain).get(cast.northwind.get_absolute_url()).content.decode()
    assert "Nils Two" in page
    assert "Invite somebody" not in page


def test_a_customer_sees_its_partner_without_the_partners_people(cast, sign_in):
    page = sign_in(cast.lead).get(cast.northwind.get_absolute_url()).content.decode()
    assert "Northwind Partners" in page
    assert "Nora Northwind" not in page
    assert "partner@northwind.example" not in page
    assert sign_in(cast.fabrikam_lead).get(cast.northwind.get_absolute_url()).status_code == 404


def test_staff_see_every_partner_and_the_people_of_their_centre(cast, sign_in):
    client = sign_in(cast.specialist)
    page = client.get("/partners/").content.decode()
    assert "Northwind Partners" in page
    assert "Litware Consulting" in page
    page = client.get(cast.emea.get_absolute_url()).content.decode()
    assert "Mira Manager" in page
    assert "Invite somebody" not in page
    assert "Mira Manager" not in sign_in(cast.apac_specialist).get(cast.emea.get_absolute_url()).content.decode()
    assert "Invite somebody" in sign_in(cast.admin).get(cast.emea.get_absolute_url()).content.decode()


def test_the_list_of_people_asks_as_often_for_many_as_for_few(cast, sign_in, django_assert_max_num_queries):
    for number in range(30):
        add_membership(
            person(f"p{number}@contoso.example", f"P {number}"),
            role=Role.LEAD if number % 2 else Role.VIEWER,
            customer=cast.contoso,
            by=None,
        )
    client = sign_in(cast.lead)
    client.get("/settings/")
    with django_assert_max_num_queries(20):
        client.get(f"/customers/{cast.contoso.public_id}/")
    assert timezone.now()
