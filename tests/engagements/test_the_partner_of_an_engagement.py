"""Who accepted the offer of a request works on its engagement: from the beginning, or from the acceptance on."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from assistance import operations as assistance
from engagements.models import Engagement
from engagements.operations.engagement import accept, bring_in_partner
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.directory.operations import end_link, link_partner
from fasttrack_portal.jobs.engine import run_due
from tests.engagements.engagement_scene import ON, in_review

BROUGHT_IN = "engagements.partner_brought_in"


@pytest.fixture
def ask(cast):
    return in_review(cast.contoso, cast.lead)


def work():
    while run_due():
        pass


def offered(cast, ask, partner=None):
    at = timezone.now() - timedelta(hours=1)
    return assistance.offer(ask, partner or cast.northwind, key=uuid.uuid4(), at=at, by=cast.specialist)


def taken(cast, ask):
    assistance.accept_offer(offered(cast, ask), at=timezone.now(), by=cast.partner)


def test_an_offer_accepted_before_is_there_from_the_beginning(cast, ask):
    taken(cast, ask)
    engagement = accept(ask, by=cast.specialist, on=ON)
    assert engagement.partner == cast.northwind
    work()
    assert Event.objects.get(kind="engagements.opened").partner == cast.northwind
    assert not Event.objects.filter(kind=BROUGHT_IN).exists()


def test_one_accepted_later_brings_the_partner_in_once(cast, ask, sign_in):
    engagement = accept(ask, by=cast.specialist, on=ON)
    assert engagement.partner is None
    taken(cast, ask)
    work()
    engagement.refresh_from_db()
    assert engagement.partner == cast.northwind
    event = Event.objects.get(kind=BROUGHT_IN)
    assert (event.partner, event.thread) == (cast.northwind, engagement.public_id)
    assert event.sentence == f"Northwind Partners works on {engagement.number} from now on"
    told = {message.to[0] for message in mail.outbox if "works on the engagement" in message.subject}
    assert told == {"lead@contoso.example", "pm@contoso.example", "partner@northwind.example"}
    assert not bring_in_partner(engagement)
    assert Event.objects.filter(kind=BROUGHT_IN).count() == 1
    assert "Northwind Partners" in sign_in(cast.lead).get(engagement.get_absolute_url()).content.decode()


def test_who_sent_the_request_stays_and_who_accepted_before_goes_first(cast):
    link_partner(cast.litware, cast.contoso, by=cast.lead)
    ask = in_review(cast.contoso, cast.litware_partner, partner=cast.litware)
    engagement = accept(ask, by=cast.specialist, on=ON)
    assert engagement.partner == cast.litware
    taken(cast, ask)
    work()
    engagement.refresh_from_db()
    assert engagement.partner == cast.litware, "it has one"
    other = in_review(cast.contoso, cast.litware_partner, partner=cast.litware)
    taken(cast, other)
    assert accept(other, by=cast.specialist, on=ON).partner == cast.northwind


def test_without_the_link_there_is_no_partner(cast, ask):
    taken(cast, ask)
    link = PartnerLink.objects.get()
    end_link(link, at=timezone.now(), by=cast.lead)
    engagement = accept(ask, by=cast.specialist, on=ON)
    assert engagement.partner is None
    assert not bring_in_partner(engagement)


def test_the_link_ended_before_the_job_ran(cast, ask):
    accept(ask, by=cast.specialist, on=ON)
    taken(cast, ask)
    end_link(PartnerLink.objects.get(), at=timezone.now(), by=cast.lead)
    work()
    assert Engagement.objects.get().partner is None
    assert not Event.objects.filter(kind=BROUGHT_IN).exists()
