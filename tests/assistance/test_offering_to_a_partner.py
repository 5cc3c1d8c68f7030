"""The partner leg: a request is offered to a partner the customer agrees to, and the partner answers, or does not."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from assistance import offering, operations
from assistance.models import Offer
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import ConsentRequest, PartnerLink
from fasttrack_portal.directory.operations import end_link, link_partner
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.refusals import AccessRefused, Conflict, Invalid, TransitionRefused
from tests.assistance.conftest import in_state, submitted

MONDAY = "2026-04-13T08:00:00Z"
STATES = sorted(Offer.WORKFLOW.states())
STEPS = {
    "accept_offer": {"partner"},
    "decline_offer": {"partner"},
    "withdraw_offer": {"specialist", "manager", "admin"},
}
PEOPLE = ("partner", "litware_partner", "lead", "fabrikam_lead", "specialist", "manager", "apac_specialist", "admin")


def offered(cast, ask=None, partner=None, at=None):
    ask = ask or submitted(cast.contoso, cast.lead)
    return operations.offer(
        ask, partner or cast.northwind, key=uuid.uuid4(), at=at or timezone.now(), by=cast.specialist
    )


def work():
    while run_due():
        pass


def step_of(offer, step, user, at=None):
    extra = {"code": "skills", "reason": ""} if step == "decline_offer" else {}
    getattr(operations, step)(offer, at=at or timezone.now(), by=user, **extra)


# --- Offering --------------------------------------------------------------------------------------------------------
def test_a_specialist_offers_and_the_partner_accepts(cast, sign_in):
    ask, specialist, partner = submitted(cast.contoso, cast.lead), sign_in(cast.specialist), sign_in(cast.partner)
    page = specialist.get(f"/requests/{ask.public_id}/").content.decode()
    assert "Offer to a partner" in page
    form = {"partner": str(cast.northwind.public_id), "key": str(uuid.uuid4())}
    answer = specialist.post(f"/requests/{ask.public_id}/offer/", form)
    assert answer.status_code == 303
    assert specialist.post(f"/requests/{ask.public_id}/offer/", form)["Location"] == answer["Location"], "one offer"
    offer = Offer.objects.get()
    assert offer.number in partner.get("/").content.decode()
    page = partner.get(answer["Location"]).content.decode()
    assert "Exchange Online, Microsoft Teams" in page
    assert "500 to 999" in page
    assert "Germany" in page
    assert ask.business_reason not in page, "no more than it needs to decide"
    assert partner.get(f"/requests/{ask.public_id}/").status_code == 404
    assert partner.post(f"{answer['Location']}accept/").status_code == 303
    offer.refresh_from_db()
    assert (offer.status, offer.decided_by) == ("accepted", cast.partner)
    assert ask.business_reason in partner.get(f"/requests/{ask.public_id}/").content.decode()
    work()
    said = {message.to[0]: message.subject for message in mail.outbox}
    assert said["specialist@fasttrack.example"] == f"Northwind Partners has accepted {offer.number}"
    to_partner = [message for message in mail.outbox if message.to == ["partner@northwind.example"]]
    assert [message.subject for message in to_partner] == [f"FastTrack has work for you: {offer.number}"]
    assert "Contoso" not in to_partner[0].body
    assert (
        "Northwind Partners accepted the offer"
        in sign_in(cast.lead).get(f"/requests/{ask.public_id}/").content.decode()
    )


def test_without_the_link_the_name_is_gone_and_accepting_too(cast, sign_in):
    """The customer ends the link while the offer waits: the partner reads what it needs to, and no name."""
    offer, client = offered(cast), sign_in(cast.partner)
    address = offer.get_absolute_url()
    assert "Contoso" in client.get(address).content.decode()
    end_link(PartnerLink.objects.get(), at=timezone.now(), by=cast.lead)
    for path in (address, "/requests/offers/", "/"):
        page = client.get(path).content.decode()
        assert offer.number in page
        assert "Contoso" not in page
    answer = client.post(f"{address}accept/")
    assert answer.status_code == 409
    assert "does not agree any more" in answer.content.decode()
    assert client.post(f"{address}decline/", {"code": "other"}).status_code == 303
    work()
    assert not [message for message in mail.outbox if message.to == ["partner@northwind.example"]], "A2"


@pytest.mark.parametrize("state", ["draft", "declined", "withdrawn"])
def test_what_does_not_run_is_not_offered(cast, state):
    with pytest.raises((Conflict, AccessRefused)):
        offered(cast, in_state(state, cast, cast.lead))
    assert not Offer.objects.exists()


def test_a_customer_is_offered_without_a_request(cast, sign_in):
    address = f"/requests/offers/new/?customer={cast.contoso.public_id}"
    client = sign_in(cast.specialist)
    form = {"partner": str(cast.northwind.public_id), "key": str(uuid.uuid4()), "services": ["viva"]}
    assert client.post(address, {**form, "services": []}).status_code == 422
    assert client.post(address, {**form, "desired_on": "9999-12-31"}).status_code == 422
    answer = client.post(address, {**form, "desired_on": (timezone.localdate() + timedelta(days=90)).isoformat()})
    assert answer.status_code == 303
    offer = Offer.objects.get()
    assert (offer.ask, offer.customer, offer.seats_band) == (None, cast.contoso, "500 to 999")
    assert sign_in(cast.partner).post(f"{offer.get_absolute_url()}accept/").status_code == 303
    assert sign_in(cast.apac_specialist).get(address).status_code == 403
    assert sign_in(cast.partner).get(address).status_code == 403
    assert client.get("/requests/offers/new/?customer=%00").status_code == 404


# --- Every cell ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", STATES)
def test_every_cell_of_state_step_and_role(cast, state):
    offer = offered(cast)
    asked = ConsentRequest.objects.create(
        partner=cast.northwind, customer=cast.contoso, requested_by=cast.partner, status="asked"
    )
    for step, allowed in STEPS.items():
        for name in PEOPLE:
            Offer.objects.filter(pk=offer.pk).update(status=state, consent=asked)
            offer.refresh_from_db()
            before = Event.objects.count()
            if name not in allowed:
                with pytest.raises(AccessRefused):
                    step_of(offer, step, getattr(cast, name))
            elif state == "consent" and step == "withdraw_offer":
                step_of(offer, step, getattr(cast, name))
                assert (offer.status, Event.objects.count()) == ("not_sent", before + 1)
                continue
            elif state != "offered":
                with pytest.raises(TransitionRefused):
                    step_of(offer, step, getattr(cast, name))
            else:
                step_of(offer, step, getattr(cast, name))
                assert Event.objects.count() == before + 1
                assert offer.status == {"accept_offer": "accepted", "decline_offer": "declined"}.get(step, "withdrawn")
                continue
            offer.refresh_from_db()
            assert (offer.status, Event.objects.count()) == (state, before), (step, name)


def test_who_sees_an_offer(cast, sign_in):
    offer = offered(cast)
    sees = {"partner", "lead", "specialist", "manager", "admin"}
    for name in PEOPLE:
        client = sign_in(getattr(cast, name))
        assert client.get(offer.get_absolute_url()).status_code == (200 if name in sees else 404), name
    page = sign_in(cast.lead).get(offer.get_absolute_url()).content.decode()
    assert "/accept/" not in page
    assert "/withdraw/" not in page


# --- The clock -------------------------------------------------------------------------------------------------------
def test_reminder_after_two_working_days_and_the_end_at_day_seven(cast):
    with time_machine.travel(MONDAY, tick=False) as clock:
        offer = offered(cast)
        work()
        mail.outbox.clear()
        seen = []
        for hour in range(1, 24 * 9):
            clock.shift(timedelta(hours=1))
            work()
            seen += [(hour, message.to[0], message.subject) for message in mail.outbox]
            mail.outbox.clear()
    assert seen == [
        (48, "partner@northwind.example", f"The offer {offer.number} waits for your answer"),
        (168, "specialist@fasttrack.example", f"The offer {offer.number} to Northwind Partners has expired"),
    ]
    offer.refresh_from_db()
    assert (offer.status, offer.decided_at) == ("expired", offer.offered_at + timedelta(days=7))


@pytest.mark.parametrize("step", ["accept_offer", "decline_offer", "withdraw_offer"])
def test_after_an_answer_the_clock_says_nothing(cast, step):
    with time_machine.travel(MONDAY, tick=False) as clock:
        offer = offered(cast)
        clock.shift(timedelta(hours=1))
        step_of(offer, step, cast.specialist if step == "withdraw_offer" else cast.partner)
        status = offer.status
        clock.shift(timedelta(days=30))
        work()
        offer.refresh_from_db()
    assert offer.status == status
    assert not Event.objects.filter(kind__in=["assistance.offer_expired", "assistance.offer_reminded"]).exists()


def test_the_hour_counts_and_not_the_job_that_is_late(cast):
    offer = offered(cast)
    for step in ("accept_offer", "decline_offer"):
        with pytest.raises(Conflict, match="This offer has expired"):
            step_of(offer, step, cast.partner, at=offer.expires_at)
    assert not operations.expire_offer(offer, at=offer.expires_at - timedelta(microseconds=1))
    step_of(offer, "accept_offer", cast.partner, at=offer.expires_at - timedelta(microseconds=1))
    assert not operations.expire_offer(offer, at=offer.expires_at)


# --- Willing partners in turn ----------------------------------------------------------------------------------------
def test_a_full_partner_declines_and_pauses(cast, sign_in):
    offer, client = offered(cast), sign_in(cast.partner)
    address = f"{offer.get_absolute_url()}decline/"
    assert client.post(address, {"code": "", "reason": "x" * 3000}).status_code == 422
    assert client.post(address, {"code": "full", "reason": "Until May", "pauses": "on"}).status_code == 303
    offer.refresh_from_db()
    assert (offer.status, offer.reason_code, offer.reason) == ("declined", "full", "Until May")
    assert timezone.now() + timedelta(days=29) < offering.paused_until(cast.northwind, at=timezone.now())
    with pytest.raises(Invalid, match="Northwind Partners takes no offers until"):
        offered(cast)
    page = client.get("/requests/offers/").content.decode()
    assert "takes no offers now" in page
    assert client.post(f"/requests/offers/resume/{cast.northwind.public_id}/").status_code == 303
    assert client.post(f"/requests/offers/resume/{cast.northwind.public_id}/").status_code == 409
    offered(cast)
    assert sign_in(cast.litware_partner).post(f"/requests/offers/pause/{cast.northwind.public_id}/").status_code == 404
    assert sign_in(cast.specialist).post(f"/requests/offers/pause/{cast.northwind.public_id}/").status_code == 403


def test_the_pause_ends_by_itself(cast):
    now = timezone.now()
    operations.pause(cast.northwind, at=now, by=cast.partner)
    with pytest.raises(Invalid):
        offered(cast, at=now + timedelta(days=29))
    offered(cast, at=now + timedelta(days=30))


def test_round_robin_among_the_willing(cast, sign_in):
    link_partner(cast.litware, cast.contoso, by=cast.lead)
    first, second, third = (submitted(cast.contoso, cast.lead) for _ in range(3))

    def next_for(ask):
        return offering.choices(cast.contoso, ask, at=timezone.now())[0].partner

    assert next_for(first) == cast.litware, "neither has had one: by name"
    offered(cast, first, cast.litware)
    assert next_for(second) == cast.northwind
    offered(cast, second, cast.northwind)
    assert next_for(third) == cast.litware
    operations.pause(cast.litware, at=timezone.now(), by=cast.litware_partner)
    assert next_for(third) == cast.northwind
    page = sign_in(cast.specialist).get(f"/requests/{third.public_id}/offer/").content.decode()
    assert "Northwind Partners (1 person gets a mail)" in page
    assert "Litware Consulting (paused until" in page


def test_a_partner_is_not_offered_what_it_sent_itself(cast):
    with pytest.raises(Invalid, match="sent this request itself"):
        offered(cast, submitted(cast.contoso, cast.partner))


def test_who_declined_this_request_comes_after_who_was_not_asked(cast):
    link_partner(cast.litware, cast.contoso, by=cast.lead)
    ask, other = submitted(cast.contoso, cast.lead), submitted(cast.contoso, cast.lead)
    offer = offered(cast, ask, cast.litware)
    operations.decline_offer(offer, code="skills", reason="", at=timezone.now(), by=cast.litware_partner)
    offered(cast, other, cast.northwind)
    order = [each.partner for each in offering.choices(cast.contoso, ask, at=timezone.now())]
    assert order == [cast.northwind, cast.litware]


def test_when_one_partner_accepts_the_others_are_told(cast):
    link_partner(cast.litware, cast.contoso, by=cast.lead)
    ask = submitted(cast.contoso, cast.lead)
    one, other = offered(cast, ask, cast.northwind), offered(cast, ask, cast.litware)
    operations.accept_offer(one, at=timezone.now(), by=cast.partner)
    other.refresh_from_db()
    assert (other.status, other.reason) == ("withdrawn", "Another partner was first.")
    with pytest.raises(TransitionRefused):
        operations.accept_offer(other, at=timezone.now(), by=cast.litware_partner)
    with pytest.raises(Conflict, match="A partner has accepted this request already"):
        offered(cast, ask, cast.litware)
    work()
    said = [message.body for message in mail.outbox if message.to == ["partner@litware.example"]]
    assert any("Another partner was first." in body for body in said)


@pytest.mark.parametrize("step", ["withdraw", "decline"])
def test_with_the_request_its_offers_end(cast, step):
    ask = submitted(cast.contoso, cast.lead)
    offer = offered(cast, ask)
    words = {"reason": "No plan"} if step == "decline" else {}
    getattr(operations, step)(ask, by=cast.specialist if step == "decline" else cast.lead, **words)
    with pytest.raises(Conflict, match="has ended in the meantime"):
        operations.accept_offer(offer, at=timezone.now(), by=cast.partner)
    work()
    offer.refresh_from_db()
    assert (offer.status, offer.reason) == ("withdrawn", "The request has ended.")
    assert any("is withdrawn" in message.subject for message in mail.outbox if message.to == [cast.partner.email])
