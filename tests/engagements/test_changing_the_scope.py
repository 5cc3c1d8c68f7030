"""Another scope: first what would begin and stop to apply, then the change; what was done stays."""

import pytest
from django.urls import reverse

from engagements.models import Responsibility
from engagements.operations.responsibilities import move_responsibility
from engagements.operations.scope import change_scope, preview
from fasttrack_portal.activity.models import Event
from fasttrack_portal.refusals import Invalid, StaleVersion
from tests.engagements.engagement_scene import AT, item, opened

ALL = ["exchange", "sharepoint", "teams"]


@pytest.fixture
def engagement(cast):
    return opened(cast.contoso, cast.lead, cast.specialist)


def changed(engagement, by, **changes):
    values = {"services": ALL, "wants_migration": True, "choices": {}, "version": engagement.version}
    return change_scope(engagement, by=by, at=AT, **(values | changes))


def not_applicable(engagement):
    items = Responsibility.objects.filter(engagement=engagement, status="not_applicable")
    return set(items.values_list("code", flat=True))


def test_sharepoint_leaves_and_comes_back(cast, engagement):
    move_responsibility(item(engagement, "A-F6.1"), "finish", by=cast.specialist, at=AT)
    before = not_applicable(engagement)
    done = changed(engagement, cast.specialist, services=["exchange", "teams"])
    assert {change.item.code for change in done.stops} == {"A-F6", "A-F6.2", "A-F6.3", "A-F6.4"}
    assert [change.item.code for change in done.stays] == ["A-F6.1"]
    assert item(engagement, "A-F6").reason == "SharePoint is not in scope."
    assert item(engagement, "A-F6.1").status == "done"
    event = Event.objects.get(kind="engagements.scope_changed")
    assert event.sentence == "The scope was changed: 0 items begin to apply, 4 stop"
    changed(engagement, cast.specialist)
    assert not_applicable(engagement) == before
    assert (item(engagement, "A-F6").status, item(engagement, "A-F6").reason) == ("open", "")


def test_what_a_person_decided_by_hand_stays_decided(cast, engagement):
    move_responsibility(item(engagement, "G-C23"), "include", by=cast.specialist, at=AT)
    move_responsibility(item(engagement, "A-F8"), "exclude", by=cast.specialist, at=AT, reason="By hand")
    done = changed(engagement, cast.specialist, choices={"directory_sync": False})
    assert {change.item.code for change in done.stops} == {"E-F6.1"}
    assert item(engagement, "G-C23").status == "open"
    assert item(engagement, "A-F8").reason == "By hand"


def test_migration_leaves_with_its_phase_and_its_milestone_and_comes_back_with_days(cast, engagement):
    changed(engagement, cast.specialist, wants_migration=False)
    phase = engagement.phases.get(code="data_migration")
    assert (phase.status, phase.reason) == ("skipped", "Data migration by FastTrack is not wanted.")
    assert engagement.milestones.get(code="migration_velocity_workshop").status == "skipped"
    assert item(engagement, "D-C1").status == "not_applicable"
    changed(engagement, cast.specialist)
    phase.refresh_from_db()
    assert (phase.status, phase.reason) == ("not_started", "")
    assert item(engagement, "D-C1").status == "open"
    assert item(engagement, "D-C1").due_on == phase.planned_end_on


def test_migration_cannot_leave_while_data_is_moved(cast, engagement):
    engagement.phases.filter(code="data_migration").update(status="in_progress")
    with pytest.raises(Invalid):
        changed(engagement, cast.specialist, wants_migration=False)


def test_who_comes_second_is_told(cast, engagement):
    changed(engagement, cast.specialist)
    with pytest.raises(StaleVersion):
        changed(engagement, cast.manager, services=["teams"], version=1)


def test_the_page_shows_first_and_saves_then(cast, engagement, sign_in):
    client = sign_in(cast.specialist)
    address = reverse("engagements:scope", kwargs={"public_id": engagement.public_id})
    assert "Show what would change" in client.get(address).content.decode()
    sent = {"services": ["exchange", "teams"], "wants_migration": "on", "version": engagement.version}
    shown = client.post(address, sent).content.decode()
    assert "5 items stop to apply" in shown
    assert "SharePoint is not in scope." in shown
    assert not Event.objects.filter(kind="engagements.scope_changed").exists()
    assert client.post(address, {**sent, "sure": "1"}).status_code == 303
    assert item(engagement, "A-F6").status == "not_applicable"
    assert client.post(address, {**sent, "services": [], "sure": "1"}).status_code == 422
    assert client.post(address, {**sent, "services": ["yammer"]}).status_code == 422
    assert client.post(address, {**sent, "services": ["teams"], "sure": "1"}).status_code == 409


def test_the_preview_writes_nothing(engagement):
    found = preview(engagement, services=["teams"], wants_migration=False, choices={})
    assert found.migration == "stops"
    assert len(found.stops) == 29 + 5 + 4 + 3
    assert not_applicable(engagement) == {"G-C23"}
