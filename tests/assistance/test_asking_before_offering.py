"""A partner that the customer does not know yet: the customer is asked first, and only then does the partner hear."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from assistance import operations
from assistance.models import Offer
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import ConsentRequest, PartnerLink
from fasttrack_portal.directory.operations import agree_to_consent, link_partner, refuse_consent
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import AccessRefused, Conflict, Invalid, TransitionRefused
from tests.answers import without_nonces
from tests.assistance.conftest import submitted


def work():
    while run_due():
        pass


def prepared(cast, ask=None, at=None):
    """An offer to Litware, for which Contoso has not agreed yet."""
    ask = ask or submitted(cast.contoso, cast.lead)
    return operations.offer(ask, cast.litware, key=uuid.uuid4(), at=at or timezone.now(), by=cast.specialist)


def mailed(address):
    return [message.subject for message in mail.outbox if message.to == [address]]


def knows_nothing(cast, client, offer):
    """Nothing in any page, notice or mail tells Litware that there is an offer, or such a customer."""
    absent = client.get(f"/requests/offers/{uuid.uuid4()}/")
    for path in ("", "accept/", "decline/", "withdraw/"):
        address = f"{offer.get_absolute_url()}{path}"
        answer = client.get(address) if path in ("", "decline/") else client.post(address)
        assert without_nonces(answer) == without_nonces(absent)
    for path in ("/", "/requests/offers/", "/requests/", "/notifications/", "/customers/", "/search/?q=contoso"):
        body = client.get(path, follow=True).content.decode()
        assert offer.number not in body, path
        assert "Contoso" not in body, path
    assert not Event.objects.visible_to(cast.litware_partner).filter(customer=cast.contoso).exists()
    assert not Notification.objects.filter(user=cast.litware_partner).exists()
    assert mailed(cast.litware_partner.email) == []


def test_the_customer_is_asked_and_the_offer_goes_out_by_itself(cast, sign_in):
    ask, specialist, litware = (
        submitted(cast.contoso, cast.lead),
        sign_in(cast.specialist),
        sign_in(cast.litware_partner),
    )
    address, form = f"/requests/{ask.public_id}/offer/", {"other": "litware consulting", "key": str(uuid.uuid4())}
    assert "A partner that Contoso has not agreed to learns nothing yet: 1 tenant lead" in (
        " ".join(specialist.get(address).content.decode().split())
    )
    assert "We know no partner of this name." in specialist.post(address, {**form, "other": "Adatum"}).content.decode()
    answer = specialist.post(address, form, follow=True)
    assert specialist.post(address, form)["Location"] == answer.redirect_chain[0][0], "one offer"
    page = " ".join(answer.content.decode().split())
    assert "Contoso is asked whether Litware Consulting may work on its behalf" in page
    assert "Waiting until Contoso agrees to Litware Consulting" in page
    offer, consent = Offer.objects.get(), ConsentRequest.objects.get()
    assert (offer.status, offer.consent, consent.is_suggested) == ("consent", consent, True)
    assert set(Event.objects.order_by("-pk")[:2].values_list("kind", flat=True)) == {
        "directory.partner_suggested",
        "assistance.offer_prepared",
    }
    work()
    assert mailed(cast.lead.email)[-1] == "May Litware Consulting work on behalf of Contoso?"
    knows_nothing(cast, litware, offer)
    # The other partner of the customer reads nothing of it either.
    assert not Event.objects.visible_to(cast.partner).filter(kind__contains="offer_prepared").exists()

    lead = sign_in(cast.lead)
    page = " ".join(lead.get(cast.contoso.get_absolute_url()).content.decode().split())
    assert "FastTrack suggests Litware Consulting" in page
    assert "Answer on your organisation’s page" in lead.get(offer.get_absolute_url()).content.decode()
    assert lead.post(f"/consent/{consent.public_id}/agree/").status_code == 303
    work()
    offer.refresh_from_db()
    assert (offer.status, offer.expires_at - offer.offered_at) == ("offered", timedelta(days=7))
    assert mailed(cast.litware_partner.email) == [f"FastTrack has work for you: {offer.number}"]
    assert Notification.objects.filter(user=cast.specialist, event__kind="assistance.offered").exists()
    assert litware.post(f"{offer.get_absolute_url()}accept/").status_code == 303
    assert Event.objects.filter(kind="assistance.offered").count() == 1


@pytest.mark.parametrize("end", ["refused", "silent", "taken back", "request ended", "another accepted"])
def test_it_ends_without_a_word_to_the_partner(cast, sign_in, end):
    with time_machine.travel("2026-04-13T08:00:00Z", tick=False) as clock:
        ask = submitted(cast.contoso, cast.lead)
        offer = prepared(cast, ask)
        consent, at = offer.consent, timezone.now()
        work()
        if end == "refused":
            refuse_consent(consent, at=at, by=cast.lead)
        elif end == "silent":
            clock.shift(timedelta(days=30, seconds=1))
        elif end == "taken back":
            assert sign_in(cast.specialist).post(f"{offer.get_absolute_url()}withdraw/").status_code == 303
        elif end == "request ended":
            operations.withdraw(ask, by=cast.lead)
        else:
            other = operations.offer(ask, cast.northwind, key=uuid.uuid4(), at=at, by=cast.specialist)
            operations.accept_offer(other, at=at, by=cast.partner)
        work()
        offer.refresh_from_db()
        consent.refresh_from_db()
        reasons = {
            "refused": ("The customer did not agree to this partner.", "refused"),
            "silent": ("The customer did not answer in time.", "withdrawn"),
            "taken back": ("FastTrack took it back.", "withdrawn"),
            "request ended": ("The request has ended.", "withdrawn"),
            "another accepted": ("Another partner was first.", "withdrawn"),
        }
        assert (offer.status, offer.reason, consent.status) == ("not_sent", *reasons[end])
        assert Event.objects.filter(kind="assistance.offer_dropped").count() == 1
        told = [subject for subject in mailed(cast.specialist.email) if "did not go to Litware Consulting" in subject]
        assert len(told) == (end != "taken back"), "not of one's own act"
        page = sign_in(cast.specialist).get(offer.get_absolute_url()).content.decode()
        assert reasons[end][0] in page
        knows_nothing(cast, sign_in(cast.litware_partner), offer)
        if end != "refused":
            # What is no longer asked can no longer be agreed to.
            with pytest.raises(TransitionRefused):
                agree_to_consent(consent, at=timezone.now(), by=cast.lead)


def test_after_a_no_the_customer_is_left_alone_for_thirty_days(cast):
    with time_machine.travel("2026-04-13T08:00:00Z", tick=False) as clock:
        refuse_consent(prepared(cast).consent, at=timezone.now(), by=cast.lead)
        with pytest.raises(Invalid, match="did not agree to Litware Consulting on 13 April 2026"):
            prepared(cast)
        clock.shift(timedelta(days=30, seconds=1))
        assert prepared(cast).status == "consent"


def test_one_question_serves_several_offers_and_a_partner_that_asked_itself(cast):
    first = prepared(cast)
    second = prepared(cast)
    assert first.consent == second.consent
    with pytest.raises(Invalid, match="has been asked about Litware Consulting"):
        prepared(cast, first.ask)
    operations.withdraw_offer(first, at=timezone.now(), by=cast.specialist)
    second.consent.refresh_from_db()
    assert second.consent.status == "asked", "the other one still waits for it"
    agree_to_consent(second.consent, at=timezone.now(), by=cast.lead)
    work()
    assert sorted(Offer.objects.values_list("status", flat=True)) == ["not_sent", "offered"]


def test_a_link_made_in_another_way_sends_it_too(cast):
    offer = prepared(cast)
    link_partner(cast.litware, cast.contoso, by=cast.lead)
    work()
    offer.refresh_from_db()
    assert offer.status == "offered"


def test_a_pause_begun_meanwhile_ends_it(cast):
    offer = prepared(cast)
    operations.pause(cast.litware, at=timezone.now(), by=cast.litware_partner)
    agree_to_consent(offer.consent, at=timezone.now(), by=cast.lead)
    work()
    offer.refresh_from_db()
    assert offer.status == "not_sent"
    assert "takes no offers until" in offer.reason
    assert PartnerLink.objects.filter(partner=cast.litware, status="active").exists()


def test_only_those_who_may_offer_may_ask(cast):
    ask = submitted(cast.contoso, cast.lead)
    for user in (cast.apac_specialist, cast.lead, cast.litware_partner):
        with pytest.raises(AccessRefused):
            operations.offer(ask, cast.litware, key=uuid.uuid4(), at=timezone.now(), by=user)
    assert not ConsentRequest.objects.exists()


def test_an_offer_not_sent_cannot_be_answered(cast):
    offer = prepared(cast)
    with pytest.raises(Conflict):
        operations.accept_offer(offer, at=timezone.now(), by=cast.litware_partner)
    agree_to_consent(offer.consent, at=timezone.now(), by=cast.lead)
    with pytest.raises(Conflict):  # the job has not sent it yet
        operations.accept_offer(offer, at=timezone.now(), by=cast.litware_partner)


# --- Moving ----------------------------------------------------------------------------------------------------------
def test_offers_move_along_with_their_request(cast, sign_in):
    ask = submitted(cast.contoso, cast.lead)
    waiting = prepared(cast, ask)
    offer = operations.offer(ask, cast.northwind, key=uuid.uuid4(), at=timezone.now(), by=cast.specialist)
    operations.move(ask, centre=cast.apac, reason="They sit in Singapore", by=cast.specialist)
    for each in (offer, waiting):
        assert sign_in(cast.specialist).get(each.get_absolute_url()).status_code == 404
        assert sign_in(cast.apac_specialist).get(each.get_absolute_url()).status_code == 200
    mail.outbox.clear()
    offer.refresh_from_db()
    operations.accept_offer(offer, at=timezone.now(), by=cast.partner)
    work()
    assert f"Northwind Partners has accepted {offer.number}" in mailed(cast.apac_specialist.email)
    assert not any("accepted" in subject for subject in mailed(cast.specialist.email))


def test_a_partner_reads_nothing_of_what_another_was_offered(cast, sign_in):
    """Northwind has sent the request itself; Litware is offered it and declines."""
    ask = submitted(cast.contoso, cast.partner)
    link_partner(cast.litware, cast.contoso, by=cast.lead)
    offer = prepared(cast, ask)
    operations.decline_offer(offer, code="skills", reason="SECRETWORDS", at=timezone.now(), by=cast.litware_partner)
    body = sign_in(cast.partner).get(ask.get_absolute_url()).content.decode()
    assert "Litware" not in body
    assert "SECRETWORDS" not in body
    assert "SECRETWORDS" in sign_in(cast.lead).get(ask.get_absolute_url()).content.decode()
