"""The remediation checklist: made from workloads, done by the customer, verified by the specialist, risks by name."""

import csv
import io
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from engagements import remediation as checklists
from engagements.models import RemediationItem
from engagements.operations import remediation
from fasttrack_portal.activity.models import Event
from fasttrack_portal.refusals import AccessRefused, Invalid, StaleVersion
from tests.answers import body_of
from tests.engagements.engagement_scene import AT, ON, opened
from tests.engagements.plan_scene import FINDING, finding

FORM = {**FINDING, "assignee": "", "due_on": ""}


@pytest.fixture(scope="module")
def engagement(stage):
    return opened(stage.contoso, stage.lead, stage.specialist)


def page(engagement, name="remediation"):
    return reverse(f"engagements:{name}", kwargs={"public_id": engagement.public_id})


def step(item, name):
    return reverse("engagements:move_remediation", kwargs={"public_id": item.public_id, "step": name})


@pytest.fixture
def line(engagement, stage, db):
    return finding(engagement, stage.lead)


def test_the_lists_are_complete_and_speak_for_themselves():
    assert len({line.code for line in checklists.LINES}) == len(checklists.LINES)
    for workload in checklists.NEEDED_BY:
        assert 6 <= len(checklists.lines_of([workload])) <= 10
    assert all(line.title and line.detail.endswith(".") and 1 <= line.severity <= 4 for line in checklists.LINES)
    assert all(len(line.title) <= 200 and len(line.code) <= 40 for line in checklists.LINES)


@pytest.mark.parametrize(
    ("services", "workloads"),
    [
        ([], ["identity", "network"]),
        (["exchange"], ["identity", "network", "exchange"]),
        (["onedrive", "intune"], ["identity", "network", "sharepoint", "devices"]),
    ],
)
def test_services_in_scope_suggest_workloads(services, workloads):
    assert checklists.suggested(services) == workloads


def test_the_specialist_makes_the_checklist_from_workloads(stage, engagement, sign_in, db):
    client = sign_in(stage.specialist)
    url = page(engagement, "make_checklist")
    text = client.get(url).content.decode()
    assert text.count("checked") == 5  # Exchange, SharePoint and Teams are in scope, devices are not
    assert "Devices (no service of it in scope)" in text
    assert client.post(url, {"workloads": ["identity", "teams"]}).status_code == 303
    made = RemediationItem.objects.filter(engagement=engagement)
    assert made.count() == 15
    assert set(made.values_list("holder", flat=True)) == {"customer"}
    told = Event.objects.get(kind="engagements.remediation_made")
    assert told.sentence == "15 lines were put on the remediation checklist: Identity, Teams"
    # A second time adds what is missing and doubles nothing.
    assert client.post(url, {"workloads": ["identity", "network"]}).status_code == 303
    assert made.count() == 21
    refused = client.post(url, {"workloads": ["identity"]})
    assert refused.status_code == 422
    assert "on the list already" in refused.content.decode()
    assert client.post(url, {"workloads": ["moon"]}).status_code == 422


def test_the_list_filters_sorts_and_downloads(stage, engagement, sign_in, db):
    finding(engagement, stage.lead, title="Small thing", severity=1, workload="teams")
    finding(engagement, stage.lead, title="=Grave thing", severity=4)
    client = sign_in(stage.lead)
    text = client.get(page(engagement)).content.decode()
    assert text.index("Grave thing") < text.index("Small thing")
    assert "just came to you" in text or "with you for" in text
    assert "Grave thing" not in client.get(page(engagement) + "?workload=teams").content.decode()
    assert "Small thing" not in client.get(page(engagement) + "?severity=4&status=unmet").content.decode()
    assert "Nothing fits this filter" in client.get(page(engagement) + "?q=xyzzy").content.decode()
    rows = list(csv.reader(io.StringIO(body_of(client.get(page(engagement, "remediation_csv"))).decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["'=Grave thing", "Small thing"]


def test_from_open_to_verified(stage, line, sign_in):
    lead, specialist = sign_in(stage.lead), sign_in(stage.specialist)
    assert lead.post(step(line, "finish")).status_code == 303
    assert lead.post(step(line, "verify")).status_code == 403
    assert specialist.post(step(line, "verify")).status_code == 303
    line.refresh_from_db()
    assert (line.status, line.verified_by, line.holder) == ("verified", stage.specialist, "")
    assert "Sam Specialist" in lead.get(line.get_absolute_url()).content.decode()
    assert specialist.post(step(line, "reopen"), {"reason": "Port 443 again"}).status_code == 303
    line.refresh_from_db()
    assert (line.status, line.verified_by, line.verified_at) == ("in_progress", None, None)


def test_waiting_names_for_whom(stage, line, sign_in):
    client = sign_in(stage.lead)
    assert client.post(step(line, "wait"), {"waits_for": "customer"}).status_code == 422
    assert client.post(step(line, "wait"), {"waits_for": "outside", "reason": "The carrier"}).status_code == 303
    line.refresh_from_db()
    assert (line.status, line.waits_for, line.holder) == ("waiting", "outside", "outside")
    with pytest.raises(Invalid):
        remediation.move_remediation(line, "begin", by=stage.lead, at=AT, waits_for="outside")


def test_a_risk_is_accepted_by_the_lead_by_name(stage, line, sign_in):
    url = step(line, "accept_risk")
    assert sign_in(stage.pm).post(url, {"owner": "X", "reason": "Y"}).status_code == 403
    assert sign_in(stage.specialist).post(url, {"owner": "X", "reason": "Y"}).status_code == 403
    client = sign_in(stage.lead)
    assert 'value="Lena Lead"' in client.get(url).content.decode()
    for wrong in ({"owner": "", "reason": "Y"}, {"owner": "X", "reason": " "}):
        assert client.post(url, wrong).status_code == 422
    assert client.post(url, {"owner": "Rita Risk, CISO", "reason": "Replaced in May"}).status_code == 303
    line.refresh_from_db()
    assert (line.status, line.risk_owner, line.reason) == ("risk_accepted", "Rita Risk, CISO", "Replaced in May")
    told = Event.objects.get(kind="engagements.risk_accepted")
    assert told.sentence == "Rita Risk, CISO accepted the risk of “Firewall blocks the ports”"
    assert "Rita Risk, CISO answers for it." in client.get(line.get_absolute_url()).content.decode()
    remediation.move_remediation(line, "reopen", by=stage.lead, at=AT)
    assert line.risk_owner == ""


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"due_on": "9999-12-31"}, "between a year ago and five years"),
        ({"due_on": "0001-01-01"}, "between a year ago and five years"),
        ({"severity": "9"}, "valid choice"),
        ({"workload": "moon"}, "valid choice"),
        ({"title": ""}, "required"),
        ({"title": "x" * 201}, "at most 200"),
        ({"assignee": "fabrikam"}, "valid choice"),
        ({"assignee": "specialist"}, "Choose somebody of the side that does this"),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_nothing_is_lost(stage, engagement, sign_in, db, wrong, words):
    people = {"fabrikam": stage.fabrikam_lead, "specialist": stage.specialist}
    sent = {**FORM, "detail": "Typed with care", "key": str(uuid.uuid4()), **wrong}
    if sent["assignee"]:
        sent["assignee"] = str(people[sent["assignee"]].public_id)
    answer = sign_in(stage.lead).post(page(engagement, "new_remediation"), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Typed with care" in answer.content.decode()
    assert not RemediationItem.objects.filter(public_id=sent["key"]).exists()


def test_the_customer_plans_its_own_side(stage, engagement, sign_in, db):
    with pytest.raises(AccessRefused):
        finding(engagement, stage.lead, party="fasttrack")
    ours = finding(engagement, stage.specialist, party="fasttrack", assignee=stage.specialist)
    assert ours.holder == "fasttrack"
    url = reverse("engagements:edit_remediation", kwargs={"public_id": ours.public_id})
    assert sign_in(stage.lead).get(url).status_code == 403
    theirs = finding(engagement, stage.lead)
    fields = {**FINDING, "party": "fasttrack"}
    with pytest.raises(AccessRefused):
        remediation.edit_remediation(theirs, version=1, by=stage.lead, at=AT, on=ON, **fields)
    remediation.edit_remediation(theirs, version=1, by=stage.specialist, at=AT + timedelta(days=1), on=ON, **fields)
    assert theirs.holder == "fasttrack"


def test_who_comes_second_sees_both_values(stage, line):
    again = RemediationItem.objects.select_related("engagement").get(pk=line.pk)
    remediation.edit_remediation(line, version=1, by=stage.lead, at=AT, on=ON, **{**FINDING, "title": "First"})
    with pytest.raises(StaleVersion) as told:
        remediation.edit_remediation(again, version=1, by=stage.pm, at=AT, on=ON, **{**FINDING, "title": "Second"})
    assert told.value.details["theirs"]["title"] == "First"
    assert told.value.details["yours"]["title"] == "Second"


def test_the_review_has_what_is_open_done_since_and_borne(stage, engagement, sign_in, db):
    now = timezone.now()
    opened_one = finding(engagement, stage.lead, title="Still open", due_on=None)
    done, old, risk = (finding(engagement, stage.lead, title=title) for title in ("Done now", "Done long ago", "Borne"))
    remediation.move_remediation(done, "finish", by=stage.lead, at=now)
    remediation.move_remediation(old, "finish", by=stage.lead, at=now - timedelta(days=40))
    remediation.accept_risk(risk, owner="Rita Risk", reason="Replaced in May", by=stage.lead, at=now)
    client = sign_in(stage.partner)
    text = client.get(page(engagement, "remediation_review")).content.decode()
    assert opened_one.title in text
    assert "Done now" in text
    assert "Done long ago" not in text
    assert "1 more was done before." in text
    assert "Rita Risk:" in text
    since = (timezone.localdate() - timedelta(days=60)).isoformat()
    assert "Done long ago" in client.get(page(engagement, "remediation_review") + f"?since={since}").content.decode()
    assert client.get(page(engagement, "remediation_review") + "?since=2026-99-99").status_code == 200
