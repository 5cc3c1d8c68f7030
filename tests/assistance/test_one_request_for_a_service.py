"""One open request for a service of a tenant: the second who asks is offered to join the first."""

import uuid

import pytest
from django.core import mail
from django.utils import timezone

from assistance import operations
from assistance.models import AskService, AssistanceRequest, Joining
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.directory.operations import end_link, link_partner
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import Conflict
from tests.assistance.conftest import FACTS, filled, in_days, in_state, sent, submitted
from tests.conftest import person


def told(answer):
    return " ".join(answer.content.decode().split())


def refused(cast, **facts):
    with pytest.raises(operations.AlreadyAsked):
        submitted(cast.contoso, cast.pm, **{"tenant": None, **facts})


def test_the_same_service_twice_is_refused_and_another_is_not(cast):
    submitted(cast.contoso, cast.lead)
    refused(cast)
    refused(cast, services=["windows", "teams"])
    submitted(cast.contoso, cast.pm, tenant=None, services=["windows"])
    assert AskService.objects.count() == 3


def test_another_tenant_is_another_matter(cast):
    retail = cast.contoso.tenants.get(name="Contoso Retail")
    submitted(cast.contoso, cast.lead)
    submitted(cast.contoso, cast.lead, tenant=retail)
    refused(cast, tenant=retail)
    submitted(cast.fabrikam, cast.fabrikam_lead)


def test_the_whole_customer_and_one_of_its_tenants_are_the_same_matter(cast, sign_in):
    retail = cast.contoso.tenants.get(name="Contoso Retail")
    first = submitted(cast.contoso, cast.lead, tenant=retail)
    refused(cast)  # names no tenant
    operations.withdraw(first, by=cast.lead)
    whole = submitted(cast.contoso, cast.lead, tenant=None)
    refused(cast, tenant=retail)
    client = sign_in(cast.pm)
    ask = filled(client, organisation={"tenant": str(retail.public_id)})
    answer = sent(client, ask)
    assert (answer.status_code, ask.tenant) == (409, retail)
    assert whole.number in told(answer)
    answer = client.post(f"/requests/{ask.public_id}/join/", {"note": ""})
    assert answer["Location"] == whole.get_absolute_url()


@pytest.mark.parametrize("state", ["in_review", "needs_information"])
def test_it_is_held_while_it_is_open(cast, state):
    in_state(state, cast, cast.lead)
    refused(cast)


@pytest.mark.parametrize("state", ["accepted", "declined", "withdrawn", "draft"])
def test_what_is_decided_or_never_sent_holds_nothing(cast, state):
    in_state(state, cast, cast.lead)
    assert not AskService.objects.exists()
    submitted(cast.contoso, cast.pm, tenant=None)


def test_somebody_of_the_same_customer_joins_and_is_told_from_then_on(cast, sign_in):
    first = submitted(cast.contoso, cast.lead)
    client = sign_in(cast.pm)
    ask = filled(client)
    # It is said before the button is pressed, and after.
    assert first.number in told(client.get(f"/requests/{ask.public_id}/check/"))
    answer = sent(client, ask)
    page = told(answer)
    assert answer.status_code == 409
    assert "There is an open request for these services already" in page
    assert first.number in page
    assert ask.status == "draft"
    run_due()
    mail.outbox.clear()
    for _ in range(2):
        answer = client.post(f"/requests/{ask.public_id}/join/", {"note": "We want shared calendars too"})
        assert (answer.status_code, answer["Location"]) == (303, first.get_absolute_url())
    event = Event.objects.get(kind="assistance.joined")
    assert (event.thread, event.internal, event.actor) == (first.public_id, False, cast.pm)
    assert event.sentence == f"Pavel Manager joined {first.number}"
    page = told(client.get(first.get_absolute_url()))
    assert "We want shared calendars too" in page
    assert "<dt>Joined</dt>" in page
    run_due()
    assert {message.to[0] for message in mail.outbox} == {"specialist@fasttrack.example", "manager@fasttrack.example"}
    assert all(f"Pavel Manager has joined {first.number}" == message.subject for message in mail.outbox)
    assert Notification.objects.filter(user=cast.lead, event=event).exists()
    # From now on they are among the people who are told.
    operations.review(first, by=cast.specialist)
    operations.ask_for_information(first, question="Which zone?", by=cast.specialist)
    mail.outbox.clear()
    run_due()
    assert {message.to[0] for message in mail.outbox} == {"lead@contoso.example", "pm@contoso.example"}


def test_a_partner_learns_that_there_is_one_and_nothing_more(cast, sign_in):
    """Northwind does not see what the customer sent itself: not its number, its state, its words or its author."""
    first = submitted(cast.contoso, cast.lead, business_reason="SECRETREASON")
    client = sign_in(cast.partner)
    ask = filled(client, f"?customer={cast.contoso.public_id}")
    pages = [told(client.get(f"/requests/{ask.public_id}/check/")), told(sent(client, ask))]
    answer = client.post(f"/requests/{ask.public_id}/join/", {"note": "We are on site anyway"}, follow=True)
    pages += [told(answer), told(client.get(f"/requests/{ask.public_id}/edit/")), told(client.get("/"))]
    for page in pages:
        for secret in (first.number, str(first.public_id), "SECRETREASON", "Submitted"):
            assert secret not in page, secret
    # On the home page she stands as the one who agreed to the link.
    assert not any("Lena Lead" in page for page in pages[:-1])
    assert "There is an open request for one of these services." in pages[0]
    assert "There is an open request for this service; we have told FastTrack you wish to join." in pages[2]
    event = Event.objects.get(kind="assistance.join_wished")
    assert (event.internal, event.centre) == (True, cast.emea)
    for user in (cast.partner, cast.lead, cast.litware_partner):
        assert not Event.objects.visible_to(user).filter(pk=event.pk).exists()
    assert "We are on site anyway" not in told(sign_in(cast.lead).get(first.get_absolute_url()))
    assert "We are on site anyway" in told(sign_in(cast.specialist).get(first.get_absolute_url()))
    run_due()
    mail.outbox.clear()
    # A wish opens nothing: what follows goes to those who may see it.
    operations.review(first, by=cast.specialist)
    operations.ask_for_information(first, question="Which zone?", by=cast.specialist)
    run_due()
    assert [message.to for message in mail.outbox] == [["lead@contoso.example"]]
    assert client.get(first.get_absolute_url()).status_code == 404


def test_two_partners_of_a_customer_learn_nothing_of_each_other(cast, sign_in):
    link_partner(cast.litware, cast.contoso, by=cast.lead)
    first = submitted(cast.contoso, cast.litware_partner)
    client = sign_in(cast.partner)
    ask = filled(client, f"?customer={cast.contoso.public_id}")
    page = told(client.post(f"/requests/{ask.public_id}/join/", {"note": "Northwind was here"}, follow=True))
    assert "Litware" not in page
    theirs = sign_in(cast.litware_partner)
    for path in (first.get_absolute_url(), "/requests/", "/notifications/", "/"):
        assert "Northwind" not in told(theirs.get(path))


def test_who_left_is_told_nothing_more(cast, sign_in):
    first = submitted(cast.contoso, cast.partner)
    colleague = person("colleague@northwind.example", "Cora Colleague")
    add_membership(colleague, role=Membership.Role.PARTNER_MEMBER, partner=cast.northwind, by=None)
    client = sign_in(colleague)
    ask = filled(client, f"?customer={cast.contoso.public_id}")
    assert client.post(f"/requests/{ask.public_id}/join/", {})["Location"] == first.get_absolute_url()
    end_link(PartnerLink.objects.get(), at=timezone.now(), by=cast.lead)
    run_due()
    mail.outbox.clear()
    operations.decline(first, reason="Not now", by=cast.specialist)
    run_due()
    assert {message.to[0] for message in mail.outbox if "We cannot help" in message.subject} == {"lead@contoso.example"}


def test_when_the_first_is_decided_nothing_is_left_to_join(cast, sign_in):
    first = submitted(cast.contoso, cast.lead)
    client = sign_in(cast.pm)
    ask = filled(client)
    operations.decline(first, reason="Not now", by=cast.specialist)
    with pytest.raises(Conflict):
        operations.join(ask, words="", by=cast.pm)
    assert client.post(f"/requests/{ask.public_id}/join/", {}).status_code == 409
    assert sent(client, ask).status_code == 303
    assert not Joining.objects.exists()


@pytest.mark.parametrize("note", ["a\x00b", "x" * 2001])
def test_a_bad_note_keeps_the_page(cast, sign_in, note):
    submitted(cast.contoso, cast.lead)
    client = sign_in(cast.pm)
    ask = filled(client)
    answer = client.post(f"/requests/{ask.public_id}/join/", {"note": note})
    assert answer.status_code == 422
    assert "There is a problem" in told(answer)
    assert not Joining.objects.exists()


def test_the_rest_can_be_sent_without_the_service(cast):
    submitted(cast.contoso, cast.lead)
    ask = operations.draft(cast.contoso, key=uuid.uuid4(), by=cast.pm, **FACTS, desired_on=in_days(30))
    operations.save_draft(ask, version=1, by=cast.pm, services=["windows"])
    operations.submit(ask, at=timezone.now(), by=cast.pm)
    assert AssistanceRequest.objects.filter(status="submitted").count() == 2
