"""The success plan: begun from the request, four tracks, and the responsibilities that move with its lines."""

import pytest
from django.urls import reverse

from engagements import success as tracks
from engagements.matrix import by_id
from engagements.models import Responsibility, SuccessItem
from engagements.operations import success
from engagements.operations.responsibilities import move_responsibility
from fasttrack_portal.activity.models import Event
from fasttrack_portal.refusals import Conflict
from tests.engagements.engagement_scene import AT, item, opened, passed
from tests.engagements.plan_scene import handed, hope


@pytest.fixture(scope="module")
def engagement(stage):
    return opened(stage.contoso, stage.lead, stage.specialist, stakeholders="- Head of IT\n- two champions; the CFO")


def page(engagement, name="success"):
    return reverse(f"engagements:{name}", kwargs={"public_id": engagement.public_id})


def states(engagement, *codes):
    found = dict(Responsibility.objects.filter(engagement=engagement).values_list("code", "status"))
    return tuple(found[code] for code in codes)


def test_the_ties_name_items_of_the_customer():
    assert all(by_id()[code].party == "customer" for code in tracks.TIES)
    assert set(tracks.CARRIED_OUT) <= set(tracks.TIES)


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("Head of IT as sponsor; two champions.", ["Head of IT as sponsor", "Two champions"]),
        ("1) First\r\n2) Second\n\n", ["First", "Second"]),
        ("• one\n• two", ["One", "Two"]),
        ("", []),
        (" ; \n ", []),
    ],
)
def test_the_request_becomes_lines(text, titles):
    assert [title for _track, title, _criterion in tracks.first_lines({"awareness": text})] == titles


def test_nothing_of_a_long_text_is_lost():
    long = "word " * 80
    [(track, title, criterion)] = tracks.first_lines({"training": long})
    assert (track, criterion) == ("training", long.strip())
    assert len(title) <= 200
    many = tracks.first_lines({"training": ";".join(f"part {n}" for n in range(30))})
    assert len(many) == 10
    assert "part 29" in many[-1][1] + many[-1][2]


def test_an_engagement_opens_with_the_plan_that_the_request_began(stage, engagement, sign_in, db):
    lines = SuccessItem.objects.filter(engagement=engagement)
    assert list(lines.values_list("track", "title", "holder")) == [
        ("stakeholders", "Head of IT", "customer"),
        ("stakeholders", "Two champions", "customer"),
        ("stakeholders", "The CFO", "customer"),
    ]
    text = sign_in(stage.lead).get(page(engagement)).content.decode()
    assert "Two champions" in text
    assert "Carries out" in text


def test_one_that_was_opened_before_is_filled_by_a_button(stage, engagement, sign_in, db):
    SuccessItem.objects.filter(engagement=engagement).delete()
    client = sign_in(stage.lead)
    assert "Begin from the request" in client.get(page(engagement)).content.decode()
    assert client.post(page(engagement, "fill_success")).status_code == 303
    assert SuccessItem.objects.filter(engagement=engagement).count() == 3
    assert Event.objects.get(kind="engagements.success_filled").data["count"] == 3
    assert client.post(page(engagement, "fill_success")).status_code == 409
    SuccessItem.objects.filter(engagement=engagement).delete()
    type(engagement.ask).objects.filter(pk=engagement.ask.pk).update(stakeholders="")
    fresh = type(engagement).objects.select_related("ask").get(pk=engagement.pk)
    with pytest.raises(Conflict, match="says nothing"):
        success.fill_plan(fresh, by=stage.lead, at=AT)


def test_a_line_carries_its_responsibilities_along(stage, engagement, db):
    """Begun where its phase runs, done with the last line of the track, one event each."""
    passed(engagement.phases.get(code="initiate"), stage, at=AT)
    first, second = (hope(engagement, stage.lead, title=title) for title in ("Posters", "A launch day"))
    before = Event.objects.order_by("-pk")[0].pk
    success.move_success(first, "begin", by=stage.lead, at=AT)
    assert states(engagement, "A-C6", "A-C6.3", "R-C2.3", "E-C1.1") == ("in_progress", "in_progress", "open", "open")
    told = Event.objects.filter(pk__gt=before).order_by("pk")
    assert [event.kind for event in told] == ["engagements.success_begun"] + ["engagements.responsibility_begun"] * 2
    assert {event.actor_id for event in told} == {stage.lead.pk}

    success.move_success(first, "finish", by=stage.lead, at=AT)
    assert states(engagement, "E-C1.1") == ("open",)
    before = Event.objects.order_by("-pk")[0].pk
    success.move_success(second, "finish", by=stage.lead, at=AT)
    # A-C6.3 also waits for the training.
    assert states(engagement, "A-C6.3", "R-C2.3", "E-C1.1", "E-C1.2") == ("in_progress", "done", "done", "open")
    kinds = [event.kind for event in Event.objects.filter(pk__gt=before).order_by("pk")]
    assert kinds == ["engagements.success_finished"] + ["engagements.responsibility_finished"] * 2

    success.move_success(first, "reopen", by=stage.lead, at=AT)
    assert states(engagement, "R-C2.3", "E-C1.1") == ("done", "in_progress")


def test_all_four_tracks_done_finish_the_report_on_them(stage, engagement, db):
    for track in ("scenarios", "awareness", "training"):
        hope(engagement, stage.lead, track=track)
    lines = list(SuccessItem.objects.filter(engagement=engagement).select_related("engagement"))
    for line in lines[:-1]:
        success.move_success(line, "finish", by=stage.lead, at=AT)
    assert states(engagement, "E-C1.3", "A-C6") == ("open", "open")
    success.move_success(lines[-1], "finish", by=stage.lead, at=AT)
    assert set(states(engagement, *tracks.TIES)) == {"done"}


def test_finishing_the_responsibility_finishes_its_lines(stage, engagement, db):
    first, second = (hope(engagement, stage.lead, title=title, track="training") for title in ("Helpdesk", "Everybody"))
    success.move_success(first, "begin", by=stage.lead, at=AT)
    before = Event.objects.order_by("-pk")[0].pk
    move_responsibility(item(engagement, "E-C1.2"), "finish", by=stage.lead, at=AT)
    for line in (first, second):
        line.refresh_from_db()
        assert line.status == "done"
    assert states(engagement, "E-C1.2", "R-C2.4") == ("done", "done")
    kinds = sorted(event.kind for event in Event.objects.filter(pk__gt=before))
    assert kinds == ["engagements.responsibility_finished"] * 2 + ["engagements.success_finished"] * 2


def test_writing_a_plan_is_not_carrying_it_out(stage, engagement, db):
    line = hope(engagement, stage.lead, track="training")
    move_responsibility(item(engagement, "R-C2.4"), "finish", by=stage.lead, at=AT)
    line.refresh_from_db()
    assert line.status == "open"


def test_what_was_verified_stays_verified(stage, engagement, db):
    line = hope(engagement, stage.lead)
    success.move_success(line, "finish", by=stage.lead, at=AT)
    move_responsibility(item(engagement, "E-C1.1"), "verify", by=stage.specialist, at=AT)
    success.move_success(line, "reopen", by=stage.lead, at=AT)
    assert states(engagement, "E-C1.1") == ("verified",)


def test_a_line_that_does_not_apply_holds_nothing_up(stage, engagement, db):
    keep, drop = (hope(engagement, stage.lead, title=title) for title in ("Posters", "A launch day"))
    success.move_success(keep, "finish", by=stage.lead, at=AT)
    success.move_success(drop, "exclude", by=stage.lead, at=AT, reason="No budget")
    assert states(engagement, "E-C1.1") == ("done",)


def test_the_partner_works_and_does_not_plan(stage, engagement, sign_in, db):
    client = sign_in(stage.partner)
    line = hope(engagement, stage.lead)
    assert client.get(page(engagement, "new_success")).status_code == 403
    url = reverse("engagements:move_success", kwargs={"public_id": line.public_id, "step": "begin"})
    assert client.post(url).status_code == 403
    handed(line, stage)
    assert client.post(url).status_code == 303
    assert "The customer and FastTrack plan this together." in client.get(page(engagement)).content.decode()
