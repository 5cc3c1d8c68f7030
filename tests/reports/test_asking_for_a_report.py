"""Somebody asks for a report: one row, one event, one job, or a reason why not."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.refusals import AccessRefused, Conflict
from migrations_svc.models import MigrationEvent, MigrationRecord
from reports.models import Report
from reports.operations import request, why_not_final
from tests.conftest import person
from tests.reports.scene import COMPLETED, event_of, fill

NEW = "/reports/new/"


def form(subject, kind="status", **changes):
    return {"kind": kind, "subject": str(subject.public_id), "key": str(uuid.uuid4()), **changes}


def test_the_lead_asks_and_watches_it_being_made(cast, scene, sign_in):
    client = sign_in(cast.lead)
    answer = client.post(NEW, form(scene.running))
    report = Report.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, report.get_absolute_url())
    page = client.get(answer["Location"]).content.decode()
    assert "Waiting for a free place" in page
    assert 'hx-trigger="every 1s"' in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert list(Event.objects.filter(kind="reports.requested").values_list("actor", "internal")) == [
        (cast.lead.pk, False)
    ]
    job = Job.objects.get(kind="reports.render")
    assert (job.lane, job.started_by, job.key) == ("heavy", cast.lead, str(report.public_id))


def test_a_double_click_is_one_report(cast, scene, sign_in):
    client, sent = sign_in(cast.lead), form(scene.running)
    first, second = client.post(NEW, sent), client.post(NEW, sent)
    assert first["Location"] == second["Location"]
    assert Report.objects.count() == 1
    assert Event.objects.filter(kind="reports.requested").count() == 1


def test_a_period_is_reported_once_however_often_it_comes(scene):
    reports = [request("status", scene.running, by=None, at=COMPLETED, period="2026-04-17") for _time in range(10)]
    assert {report.pk for report in reports} == {reports[0].pk}
    assert reports[0].period == f"status:{scene.running.public_id}:customer:2026-04-17"
    assert Event.objects.filter(kind="reports.requested").count() == 1


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("admin", 303),
        ("specialist", 303),
        ("manager", 303),
        ("lead", 303),
        ("pm", 303),
        ("partner", 303),
        ("litware_partner", 404),
        ("fabrikam_lead", 404),
        ("apac_specialist", 404),
    ],
)
def test_who_may_ask(cast, scene, sign_in, who, status):
    answer = sign_in(getattr(cast, who)).post(NEW, form(scene.engagement, "engagement"))
    assert answer.status_code == status
    assert Report.objects.count() == (status == 303)


def test_an_executive_viewer_reads_but_does_not_ask(cast, scene):
    viewer = person("board@contoso.example", "Bea Board")
    add_membership(viewer, role=Membership.Role.VIEWER, customer=cast.contoso, by=None)
    with pytest.raises(AccessRefused, match="tenant lead"):
        request("status", scene.running, by=viewer, at=COMPLETED)


def test_a_final_report_waits_for_the_last_record_and_names_who_is_missing(cast, scene, sign_in):
    MigrationRecord.objects.filter(event=scene.done, status="completed").update(status="syncing")
    with pytest.raises(Conflict, match=r"5 records are unaccounted for \(completed\.0000@branch\.contoso\.example, "):
        request("final", scene.done, by=cast.lead, at=COMPLETED)
    MigrationEvent.objects.filter(pk=scene.done.pk).update(window_closes_at=timezone.now() + timedelta(days=1))
    answer = sign_in(cast.lead).post(NEW, form(scene.done, "final"))
    assert answer.status_code == 409
    assert "5 records are unaccounted for" in answer.content.decode()
    assert not Report.objects.exists()
    with pytest.raises(Conflict, match="when the migration event is completed"):
        request("final", scene.running, by=None, at=COMPLETED)


def test_there_is_nothing_to_report_of_a_draft(cast, scene):
    draft = event_of(scene.engagement, cast.lead, "draft", scheduled_for=None)
    with pytest.raises(Conflict, match="not scheduled"):
        request("status", draft, by=cast.lead, at=COMPLETED)


def test_one_missing_record_is_named_in_the_singular(cast, scene):
    event = event_of(scene.engagement, cast.lead, "completed")
    fill(event, {"completed": 1, "queued": 1}, mark="one")
    assert why_not_final(event).endswith("1 record is unaccounted for (queued.0000@one.example).")


@pytest.mark.parametrize("change", [{"kind": "engagement"}, {"kind": ""}, {"key": "x"}, {"key": ""}, {"kind": "\x00"}])
def test_a_bad_form_comes_back_with_the_reason(cast, scene, sign_in, change):
    answer = sign_in(cast.lead).post(NEW, form(scene.running, **change))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Report.objects.exists()


@pytest.mark.parametrize("subject", ["", "x", "\x00", str(uuid.UUID(int=7))])
def test_a_subject_that_is_not_there_is_not_found(cast, scene, sign_in, subject):
    client = sign_in(cast.lead)
    assert client.post(NEW, {**form(scene.running), "subject": subject}).status_code == 404
    assert client.get(NEW, {"subject": subject}).status_code == 404


def test_the_form_is_there_without_a_button(cast, scene, sign_in):
    page = sign_in(cast.lead).get(NEW, {"subject": str(scene.done.public_id)})
    assert page.status_code == 200
    assert "Final report" in page.content.decode()


def test_the_event_page_offers_what_can_be_made_and_says_why_not(cast, scene, sign_in):
    address = reverse("migrations_svc:detail", kwargs={"public_id": scene.running.public_id})
    page = sign_in(cast.lead).get(address).content.decode()
    assert 'name="kind" value="status"' in page
    assert "The final report is made when the migration event is completed." in page
    viewer = person("board@contoso.example", "Bea Board")
    add_membership(viewer, role=Membership.Role.VIEWER, customer=cast.contoso, by=None)
    assert "Reports are asked for by" in sign_in(viewer).get(address).content.decode()


def test_the_engagement_has_a_tab_of_its_reports(cast, scene, sign_in):
    request("engagement", scene.engagement, by=cast.lead, at=COMPLETED)
    address = reverse("reports:of_engagement", kwargs={"public_id": scene.engagement.public_id})
    assert "Engagement report" in sign_in(cast.pm).get(address).content.decode()
    theirs = reverse("reports:of_engagement", kwargs={"public_id": scene.other.public_id})
    assert sign_in(cast.partner).get(theirs).status_code == 404


@pytest.mark.usefixtures("one_window")
def test_too_many_in_an_hour_have_to_wait(cast, scene, sign_in):
    client = sign_in(cast.lead)
    answers = [client.post(NEW, form(scene.running)).status_code for _time in range(31)]
    assert answers == [303] * 30 + [429]
