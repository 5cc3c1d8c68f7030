"""Who guides an engagement: handed to another specialist or centre, helped with from elsewhere, readable for good."""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from psycopg2.extras import DateTimeTZRange

from engagements import life
from engagements.models import CoSpecialist, Engagement, Meeting, Responsibility
from engagements.operations import team
from engagements.operations.engagement import move
from engagements.operations.responsibilities import edit_responsibility, move_responsibility
from engagements.operations.series import set_series
from fasttrack_portal.access import decide
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import Conflict, Invalid, StaleVersion
from tests.engagements.engagement_scene import AT, item, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement(cast):
    return opened(cast.contoso, cast.lead, cast.specialist)


def fresh(thing):
    return type(thing)._base_manager.get(pk=thing.pk)


def place_of(user):
    return Membership.objects.get(user=user)


def handed(engagement, to, by, **more):
    told = {"reason": "On leave", "version": engagement.version, "at": AT, **more}
    team.transfer(engagement, to=place_of(to), by=by, **told)


def meeting(engagement, specialist, hours):
    start = AT + timedelta(hours=hours)
    during = DateTimeTZRange(start, start + timedelta(hours=1))
    return Meeting.objects.create(engagement=engagement, kind="workshop", specialist=specialist, during=during)


# --- Handing over ----------------------------------------------------------------------------------------------------
def test_open_items_and_meetings_go_along_and_clashes_are_named(cast, engagement):
    thing = item(engagement, "I-F1")
    edit_responsibility(
        thing, version=thing.version, assignee=cast.specialist, due_on=None, evidence="", by=cast.specialist
    )
    other = opened(cast.contoso, cast.lead, cast.manager)
    free, taken = meeting(engagement, cast.specialist, 24), meeting(engagement, cast.specialist, 48)
    meeting(other, cast.manager, 48)
    handed(engagement, cast.manager, cast.specialist)
    assert (fresh(engagement).specialist, fresh(engagement).centre) == (cast.manager, cast.emea)
    assert fresh(thing).assignee == cast.manager
    assert (fresh(free).specialist, fresh(free).ics_sequence) == (cast.manager, 1)
    assert fresh(taken).specialist == cast.specialist
    event = Event.objects.get(kind="engagements.transferred")
    told = f"{engagement.number} was handed from Sam Specialist to Mira Manager, FastTrack Center EMEA"
    assert event.sentence == told
    assert event.body == "On leave"
    assert [each["id"] for each in event.data["meetings"]] == [str(free.public_id)]
    assert event.data["left"] == [str(taken)]
    told = set(Notification.objects.filter(event=event).values_list("user", flat=True))
    assert told == {cast.lead.pk, cast.pm.pk, cast.manager.pk}, "nobody is told of their own act"


def test_another_centre_has_it_from_then_on_and_the_last_specialist_may_stay(cast, engagement):
    handed(engagement, cast.apac_specialist, cast.manager, stays=True)
    seen = Engagement.objects.visible_to
    assert (fresh(engagement).centre, fresh(engagement).specialist) == (cast.apac, cast.apac_specialist)
    assert seen(fresh(cast.apac_specialist)).exists()
    assert not seen(fresh(cast.manager)).exists()
    assert seen(fresh(cast.specialist)).exists()
    helper = fresh(cast.specialist)
    assert decide(helper, "engagements.move", fresh(engagement)).allowed
    assert not decide(helper, "engagements.transfer", fresh(engagement)).allowed
    kinds = Event.objects.about(engagement.public_id, fresh(cast.apac_specialist)).values_list("kind", flat=True)
    assert "engagements.opened" in kinds, "the story stays readable"
    assert Event.objects.visible_to(helper).filter(kind="engagements.transferred").exists()


def test_due_days_are_counted_anew_on_the_calendar_of_another_centre(cast, engagement, sign_in):
    """The first working days of the plan are closed at the new centre; days of one's own and what is done stay."""
    ours = Responsibility.objects.filter(engagement=engagement, party="fasttrack").exclude(due_on=None)
    own, done, *_rest = ours.order_by("due_on", "pk")
    Responsibility.objects.filter(pk=own.pk).update(is_due_own=True)
    Responsibility.objects.filter(pk=done.pk).update(status="done")
    first = min(item.due_on for item in ours)
    for days in range(30):
        cast.apac.closures.create(day=first + timedelta(days=days - 3), name="Inventory")
    before = {item.pk: item.due_on for item in Responsibility.objects.filter(engagement=engagement)}
    expected = team.due_days_moving(engagement, cast.apac)
    assert expected > 0
    to = str(place_of(cast.apac_specialist).public_id)
    url = reverse("engagements:transfer", args=[engagement.public_id])
    assert f"{expected} due days move" in sign_in(cast.specialist).get(url, {"to": to}).content.decode()
    same = str(place_of(cast.manager).public_id)
    assert "due day" not in sign_in(cast.specialist).get(url, {"to": same}).content.decode()
    handed(engagement, cast.apac_specialist, cast.specialist)
    moved = {item for item in Responsibility.objects.filter(engagement=engagement) if item.due_on != before[item.pk]}
    assert len(moved) == expected
    assert {item.party for item in moved} == {"fasttrack"}
    assert not {own, done} & moved
    assert Event.objects.get(kind="engagements.transferred").data["due_days"] == expected


def test_a_series_is_planned_anew(cast, engagement):
    set_series(
        engagement, every_weeks=1, weekday=1, wall_time=time(10), zone="Europe/Berlin", starts_on=AT.date(), by=None
    )
    Job.objects.all().delete()
    handed(engagement, cast.manager, cast.specialist)
    assert Job.objects.filter(kind="meetings.plan").count() == 1


@pytest.mark.parametrize(("who", "fault"), [("specialist", "guides this engagement"), ("lead", "Choose somebody")])
def test_only_to_somebody_else_of_a_centre(cast, engagement, who, fault):
    with pytest.raises(Invalid, match=fault):
        handed(engagement, getattr(cast, who), cast.manager)


def test_two_people_hand_over_at_once(cast, engagement):
    stale = fresh(engagement)
    handed(engagement, cast.manager, cast.specialist)
    with pytest.raises(StaleVersion):
        handed(stale, cast.apac_specialist, cast.specialist)
    assert Event.objects.filter(kind="engagements.transferred").count() == 1


def test_the_page_shows_what_follows_before_it_happens(cast, engagement, sign_in):
    client, url = sign_in(cast.specialist), reverse("engagements:transfer", args=[engagement.public_id])
    taken = meeting(engagement, cast.specialist, 24 * 365 * 5)
    meeting(opened(cast.fabrikam, cast.fabrikam_lead, cast.apac_specialist), cast.apac_specialist, 24 * 365 * 5)
    to = str(place_of(cast.apac_specialist).public_id)
    text = client.get(url, {"to": to}).content.decode()
    assert "The engagement moves to FastTrack Center APAC" in text
    assert "Workshop stays where it is, because Ash Specialist is not free then" in text
    assert taken.get_absolute_url() in text
    assert "3 people are told:" in text
    form = {"to": to, "reason": "", "version": engagement.version}
    assert client.post(url, form).status_code == 422
    assert client.post(url, {**form, "to": "x", "reason": "Nearer"}).status_code == 422
    answer = client.post(url, {**form, "reason": "Nearer to the customer"})
    assert (answer.status_code, answer["Location"]) == (303, reverse("engagements:list"))


# --- Helping ---------------------------------------------------------------------------------------------------------
def test_a_co_specialist_of_another_centre_works_on_it_until_removed(cast, engagement, sign_in):
    url = reverse("engagements:specialists", args=[engagement.public_id])
    client = sign_in(cast.specialist)
    form = {"to": str(place_of(cast.apac_specialist).public_id)}
    assert client.post(url, form).status_code == 303
    assert client.post(url, form).status_code == 422, "chosen again: no longer among those who could help"
    helper = sign_in(cast.apac_specialist)
    text = helper.get(engagement.get_absolute_url()).content.decode()
    assert "Ash Specialist" in text
    assert engagement.number in helper.get(reverse("engagements:board")).content.decode()
    move_responsibility(item(engagement, "I-F1"), "begin", by=fresh(cast.apac_specialist), at=AT)
    assert helper.get(url).status_code == 403
    remove = reverse("engagements:remove_specialist", args=[engagement.public_id])
    assert client.post(remove, {"person": str(cast.apac_specialist.public_id)}).status_code == 303
    assert client.post(remove, {"person": str(cast.apac_specialist.public_id)}).status_code == 409
    assert client.post(remove, {"person": "x"}).status_code == 409
    assert helper.get(engagement.get_absolute_url()).status_code == 404
    kinds = list(Event.objects.filter(kind__startswith="engagements.specialist_").values_list("kind", flat=True))
    assert kinds == ["engagements.specialist_added", "engagements.specialist_removed"]


def test_somebody_who_left_fasttrack_sees_nothing_any_more(cast, engagement):
    team.add_co_specialist(engagement, user=cast.apac_specialist, by=cast.specialist)
    place_of(cast.apac_specialist).delete()
    assert not Engagement.objects.visible_to(fresh(cast.apac_specialist)).exists()
    assert CoSpecialist.objects.exists()


def test_helping_twice_is_refused(cast, engagement):
    team.add_co_specialist(engagement, user=cast.apac_specialist, by=cast.specialist)
    with pytest.raises(Conflict, match="helps already"):
        team.add_co_specialist(engagement, user=cast.apac_specialist, by=cast.specialist)
    with pytest.raises(Invalid, match="guides this engagement"):
        team.add_co_specialist(engagement, user=cast.specialist, by=cast.manager)


# --- Its life --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("step", ["hold", "rest", "complete", "cancel"])
def test_whatever_ends_can_be_taken_up_again_and_is_read_meanwhile(cast, engagement, sign_in, step):
    move(engagement, step, by=cast.specialist, reason="They move offices first", at=AT)
    for person in (cast.lead, cast.partner, cast.specialist):
        text = sign_in(person).get(engagement.get_absolute_url()).content.decode()
        assert "They move offices first" in text
    move(engagement, "resume", by=cast.specialist, reason="The offices stand", at=AT)
    assert engagement.status == "active"


def test_what_rests_is_told_before_it_does(cast, engagement, sign_in):
    url = reverse("engagements:move", args=[engagement.public_id, "rest"])
    text = sign_in(cast.specialist).get(url).content.decode()
    assert "The clocks of 7 items stand still." in text
    assert "They get a notice:" in text
    assert "Lena Lead" in text
    assert sign_in(cast.specialist).post(url, {"reason": ""}).status_code == 422
    move(engagement, "rest", by=cast.specialist, reason="They move offices", at=timezone.now())
    assert "Checkpoints are planned again" in life.follows(engagement, "resume", at=AT)[0]
