"""Both sides' programs take steps in an engagement, read its meetings, and fetch its reports."""

import uuid
from typing import Any

import pytest
from django.utils import timezone

from engagements.models import Engagement, Milestone, Responsibility
from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.engine import run_due
from reports import operations as reports
from tests.conftest import Cast
from tests.programs import Program, program_of
from tests.reports.scene import engagement_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement(cast: Cast) -> Engagement:
    return engagement_of(cast.contoso, cast.specialist, cast.lead)


@pytest.fixture
def specialist(cast: Cast) -> Program:
    return program_of(cast.specialist)


def url_of(thing: Any, kind: str) -> str:
    return f"/api/v1/{kind}/{thing.public_id}"


def test_an_item_moves_as_on_its_page(cast: Cast, engagement: Engagement, specialist: Program):
    item = Responsibility.objects.get(engagement=engagement, code="I-C1")
    customer, url = program_of(cast.lead), url_of(item, "responsibilities")
    assert customer.get(url).json()["status"] == "open"
    stuck = customer.post(f"{url}/steps", {"step": "block"})
    assert stuck.status_code == 422
    assert stuck.json()["errors"][0]["field"] == "reason"
    moved = customer.post(f"{url}/steps", {"step": "block", "reason": "No licence"}, version=1)
    assert (moved.json()["status"], moved.json()["reason"]) == ("blocked", "No licence")
    assert customer.post(f"{url}/steps", {"step": "finish"}, version=1).status_code == 412
    assert customer.post(f"{url}/steps", {"step": "verify"}).status_code in (403, 409)
    assert customer.post(f"{url}/steps", {"step": "finish"}).json()["status"] == "done"
    # A partner works on what was handed to it, and reads why not.
    refused = program_of(cast.partner).post(f"{url}/steps", {"step": "reopen"})
    assert (refused.status_code, bool(refused.json()["detail"])) == (403, True)
    kinds = list(Event.objects.filter(data__channel="api").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["engagements.responsibility_blocked", "engagements.responsibility_finished"]


def test_a_milestone_is_completed_with_what_came_of_it(cast: Cast, engagement: Engagement, specialist: Program):
    first = Milestone.objects.filter(engagement=engagement).earliest("position")
    url = f"{url_of(first, 'milestones')}/steps"
    refused = specialist.post(url, {"step": "complete"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "note")
    done = specialist.post(url, {"step": "complete", "note": "All agreed"})
    assert (done.json()["status"], done.json()["note"]) == ("completed", "All agreed")
    assert specialist.post(url, {"step": "complete", "note": "Again"}).status_code == 409
    for body in ({}, {"step": "fly"}, {"step": "complete", "note": "x", "completed_on": "9999-12-31"}, {"step": 5}):
        assert specialist.post(url, body).status_code in (409, 422), body
    skipped = specialist.post(url, {"step": "skip", "reason": "No need"})
    assert skipped.json()["detail"].startswith("This milestone belongs to every engagement.")
    assert program_of(cast.lead).post(url, {"step": "reopen"}).status_code == 403


def test_the_matrix_comes_in_its_order(engagement: Engagement, specialist: Program):
    codes, url = [], f"/api/v1/engagements/{engagement.public_id}/responsibilities?limit=100"
    while url:
        page = specialist.get(url.removeprefix("http://127.0.0.1:8000")).json()
        codes += [each["code"] for each in page["items"]]
        url = page["next"]
    assert codes == list(engagement.responsibilities.order_by("position").values_list("code", flat=True))
    titles = specialist.get(f"/api/v1/engagements/{engagement.public_id}/milestones").json()["items"]
    assert [each["code"] for each in titles] == list(
        engagement.milestones.order_by("position").values_list("code", flat=True)
    )


def test_a_report_is_fetched_where_it_says(cast: Cast, engagement: Engagement, specialist: Program):
    report = reports.request("engagement", engagement, by=cast.specialist, at=timezone.now(), key=uuid.uuid4())
    url = url_of(report, "reports")
    assert specialist.get(url).json()["download"] is None
    early = specialist.get(f"{url}/file")
    assert early.status_code == 409
    assert early.json()["detail"].startswith("This report has not been issued")
    while run_due():
        pass
    customer = program_of(cast.lead)
    told = customer.get(url).json()
    assert told["status"] == "issued"
    file = customer.get(told["download"].removeprefix("http://127.0.0.1:8000"))
    assert (file.status_code, file["Content-Type"]) == (200, "application/pdf")
    assert b"".join(file.streaming_content).startswith(b"%PDF")
    (noted,) = Event.objects.filter(kind="reports.downloaded")
    assert noted.fact("channel") == "api"
    assert program_of(cast.fabrikam_lead).get(f"{url}/file").status_code == 404
