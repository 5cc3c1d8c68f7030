"""A partner finds its customer and asks on its behalf, while the customer agrees (F2, F4, F11)."""

import uuid

import pytest
from django.core import mail
from django.utils import timezone

from assistance import operations
from assistance.models import AssistanceRequest
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.directory.operations import end_link
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.refusals import AccessRefused
from tests.assistance.conftest import address, begun, filled, in_state, saved, sent, submitted


def test_without_a_customer_the_partner_is_led_to_the_search(cast, sign_in):
    answer = sign_in(cast.partner).get("/requests/new/")
    assert (answer.status_code, answer["Location"]) == (302, "/customers/find/")


def test_the_same_form_on_the_customers_behalf(cast, sign_in):
    client = sign_in(cast.partner)
    query = f"?customer={cast.contoso.public_id}"
    assert "For <strong>Contoso</strong>" in client.get(f"/requests/new/{query}").content.decode()
    ask = filled(client, query)
    assert 'value="Nora Northwind"' in client.get(address(ask, "contact")).content.decode()
    # It is the partner itself: nobody asks whether one helps.
    assert "Does a partner help you?" not in client.get(address(ask, "contact")).content.decode()
    page = client.get(sent(client, ask)["Location"]).content.decode()
    assert (ask.channel, ask.partner, ask.customer, ask.created_by) == (
        "partner",
        cast.northwind,
        cast.contoso,
        cast.partner,
    )
    assert "sent by Northwind Partners" in page
    event = Event.objects.get(kind="assistance.submitted")
    assert (event.customer, event.partner, event.centre) == (cast.contoso, cast.northwind, cast.emea)


def test_the_customers_number_is_asked_of_partners_alone_and_only_where_it_is_unknown(cast, sign_in):
    client = sign_in(cast.partner)
    ask = begun(client, f"?customer={cast.contoso.public_id}")
    assert 'name="tpid"' not in client.get(address(ask, "organisation")).content.decode()
    type(cast.contoso).objects.filter(pk=cast.contoso.pk).update(tpid="")
    assert 'name="tpid"' in client.get(address(ask, "organisation")).content.decode()
    for wrong in ("64O114", "-1", "1" * 13, "\x00", "١٢"):
        answer = saved(client, ask, "organisation", tpid=wrong)
        assert answer.status_code == 422, wrong
    assert "A TPID has 1 to 12 digits." in answer.content.decode()
    assert saved(client, ask, "organisation", tpid="640114").status_code == 303
    ask.refresh_from_db()
    assert ask.tpid == "640114"
    own = begun(sign_in(cast.lead))
    assert 'name="tpid"' not in sign_in(cast.lead).get(address(own, "organisation")).content.decode()


def test_the_customers_lead_is_told(cast, sign_in):
    client = sign_in(cast.partner)
    sent(client, filled(client, f"?customer={cast.contoso.public_id}"))
    run_due()
    mails = {message.to[0]: message for message in mail.outbox}
    assert "partner@northwind.example" in mails
    told = mails["lead@contoso.example"]
    assert told.subject == "Northwind Partners has requested assistance for Contoso"
    assert "your organisation has agreed that Northwind Partners works on its behalf" in told.body


@pytest.mark.parametrize("customer", ["fabrikam", "nobody", "no uuid", "\x00", ""])
def test_a_customer_that_is_not_linked_is_not_there(cast, sign_in, customer):
    wanted = {"fabrikam": str(cast.fabrikam.public_id), "nobody": str(uuid.uuid4())}.get(customer, customer)
    client = sign_in(cast.partner)
    for answer in (
        client.get("/requests/new/", {"customer": wanted}),
        client.post("/requests/new/", {"key": str(uuid.uuid4())}, query_params={"customer": wanted}),
    ):
        assert answer.status_code == (404 if wanted else 302)
    assert not AssistanceRequest.objects.exists()


def test_after_the_link_has_ended_nothing_more_is_sent(cast, sign_in):
    ask = in_state("draft", cast, cast.partner)
    end_link(PartnerLink.objects.get(), at=timezone.now(), by=cast.lead)
    client = sign_in(cast.partner)
    again = client.post(f"/requests/new/?customer={cast.contoso.public_id}", {"key": str(uuid.uuid4())})
    assert again.status_code == 404
    for path in ("edit/", "edit/services/", "check/"):
        assert client.get(f"/requests/{ask.public_id}/{path}").status_code == 404
    with pytest.raises(AccessRefused, match="not linked to this customer any more"):
        operations.submit(ask, at=timezone.now(), by=cast.partner)
    ask.refresh_from_db()
    assert ask.status == "draft"


def test_a_sent_request_is_out_of_reach_after_the_link_has_ended(cast, sign_in):
    ask = in_state("needs_information", cast, cast.partner)
    client = sign_in(cast.partner)
    assert client.get(f"/requests/{ask.public_id}/").status_code == 200
    end_link(PartnerLink.objects.get(), at=timezone.now(), by=cast.lead)
    assert client.get(f"/requests/{ask.public_id}/").status_code == 404
    assert client.post(f"/requests/{ask.public_id}/answer/", {"text": "now"}).status_code == 404
    assert ask.number not in client.get("/requests/").content.decode()
    with pytest.raises(AccessRefused):
        operations.answer(ask, answer="now", by=cast.partner)


def test_a_partner_does_not_see_what_the_customer_sent_itself(cast, sign_in):
    ask = submitted(cast.contoso, cast.lead)
    assert sign_in(cast.partner).get(f"/requests/{ask.public_id}/").status_code == 404


def test_after_the_link_has_ended_the_partner_is_told_nothing_more(cast):
    ask = in_state("in_review", cast, cast.partner)
    run_due()
    mail.outbox.clear()
    end_link(PartnerLink.objects.get(), at=timezone.now(), by=cast.lead)
    operations.decline(ask, reason="Not now", by=cast.specialist)
    event = Event.objects.get(kind="assistance.declined")
    assert event.partner is None
    assert not Event.objects.visible_to(cast.partner).filter(pk=event.pk).exists()
    run_due()
    assert [message.to for message in mail.outbox if "We cannot help" in message.subject] == [["lead@contoso.example"]]
