"""A customer may work with several partners: each hears of the partner edition, and none of it once its link ended."""

import uuid

import pytest
from django.core import mail
from django.utils import timezone

from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.directory.operations import end_link, link_partner
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.notices.models import Notification
from migrations_svc.models import MigrationEvent
from reports import operations
from reports.models import Report
from tests.answers import body_of
from tests.reports.scene import COMPLETED

CANARY = "wavecanary"
HEARD = ("/notifications/", "/reports/", "/")


@pytest.fixture
def both(cast, scene):
    """Contoso works with Northwind and with Litware."""
    link_partner(cast.litware, cast.contoso, by=cast.lead)
    MigrationEvent.objects.filter(pk=scene.done.pk).update(title=CANARY)
    scene.done.title = CANARY
    Job.objects.all().delete()
    mail.outbox.clear()
    return scene


def issued(scene, run_jobs, audience="partner") -> Report:
    report = operations.request("final", scene.done, by=None, at=COMPLETED, audience=audience)
    run_jobs()
    report.refresh_from_db()
    assert report.status == "issued"
    return report


def part_from(partner, customer, cast):
    link = PartnerLink.objects.get(partner=partner, customer=customer)
    end_link(link, at=timezone.now(), by=cast.lead)


def hears(user, report):
    """The kinds of what somebody may know of that happened to a report."""
    told = Event.objects.visible_to(type(user).objects.get(pk=user.pk))
    return set(told.filter(subject_label=Report._meta.label, subject_id=report.pk).values_list("kind", flat=True))


def read(client):
    return b"".join(body_of(client.get(address)) for address in HEARD).decode()


def test_each_partner_is_told_once_of_the_edition_for_partners(cast, both, printer, run_jobs, sign_in):
    report = issued(both, run_jobs)
    assert Event.objects.filter(kind="reports.issued").count() == 1
    to = [address for letter in mail.outbox for address in letter.to]
    assert sorted(to) == sorted([cast.partner.email, cast.litware_partner.email])
    for person in (cast.partner, cast.litware_partner):
        assert hears(person, report) == {"reports.issued"}
        client = sign_in(person)
        assert report.number in body_of(client.get("/notifications/")).decode()
        assert CANARY in read(client)
        assert client.get(report.get_absolute_url()).status_code == 200


def test_whose_link_ended_hears_and_reads_nothing_more(cast, both, printer, run_jobs, sign_in):
    """Before it is issued, and after it was told of it: the other partner still reads all of it."""
    told = issued(both, run_jobs)
    part_from(cast.litware, cast.contoso, cast)
    mail.outbox.clear()
    later = operations.reissue(told, reason="One more", by=cast.specialist, at=timezone.now(), key=uuid.uuid4())
    run_jobs()
    later.refresh_from_db()
    assert later.status == "issued"
    assert cast.litware_partner.email not in {address for letter in mail.outbox for address in letter.to}
    for report in (told, later):
        assert hears(cast.partner, report)
        assert not hears(cast.litware_partner, report)
        assert sign_in(cast.litware_partner).get(report.get_absolute_url()).status_code == 404
    page = read(sign_in(cast.litware_partner))
    for words in (CANARY, told.number, later.number, "Contoso"):
        assert words not in page
    assert CANARY in read(sign_in(cast.partner))
    somebody = type(cast.litware_partner).objects.get(pk=cast.litware_partner.pk)
    assert not Notification.objects.visible_to(somebody).filter(event__kind__startswith="reports.").exists()


def test_a_mail_that_waits_is_not_sent_to_whose_link_has_ended(cast, both, printer, run_jobs):
    report = operations.request("final", both.done, by=None, at=COMPLETED, audience="partner")
    operations.freeze(operations.for_work(report.pk), at=COMPLETED)
    operations.issue(operations.for_work(report.pk), b"%PDF-1.7", at=COMPLETED)
    part_from(cast.litware, cast.contoso, cast)
    run_jobs()
    letters = [letter for letter in mail.outbox if CANARY in letter.body + letter.subject]
    assert [letter.to for letter in letters] == [[cast.partner.email]]


@pytest.mark.parametrize("audience", ["customer", "executive", "staff"])
def test_no_partner_hears_of_an_edition_for_others(cast, both, printer, run_jobs, sign_in, audience):
    report = issued(both, run_jobs, audience)
    for person in (cast.partner, cast.litware_partner):
        assert not hears(person, report)
        assert report.number not in read(sign_in(person))
