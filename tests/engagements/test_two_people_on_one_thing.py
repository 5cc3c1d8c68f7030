"""Two people press different steps on one thing: the second gets a 409 with both values, and nothing is lost (C1)."""

import re

import pytest
from django.urls import reverse

from fasttrack_portal.activity.models import Event
from tests.engagements.engagement_scene import item, opened
from tests.engagements.plan_scene import finding, hope

pytestmark = pytest.mark.django_db
# The thing, the step of the first person, the step of the second one, its words, and what they see: now and wanted.
RACES = [
    ("responsibility", "begin", "finish", {}, ("In progress", "Done")),
    ("responsibility", "begin", "block", {"reason": "No rights"}, ("In progress", "Blocked")),
    ("remediation", "begin", "accept_risk", {"owner": "Rita Risk", "reason": "Old"}, ("In progress", "Risk accepted")),
    ("success", "begin", "finish", {}, ("In progress", "Done")),
    ("milestone", "start", "complete", {"note": "Agreed", "completed_on": "2026-03-02"}, ("In progress", "Completed")),
    ("phase", "start", "skip", {"reason": "Not needed"}, ("In progress", "Skipped")),
]
_VERSION = re.compile(r'name="version" value="(\d+)"')


@pytest.fixture(scope="module")
def engagement(stage):
    return opened(stage.contoso, stage.lead, stage.specialist)


def thing_of(name, engagement, cast):
    if name == "remediation":
        return finding(engagement, cast.lead)
    if name == "success":
        return hope(engagement, cast.lead)
    if name == "milestone":
        return engagement.milestones.get(code="kickoff")
    if name == "phase":
        return engagement.phases.get(code="data_migration")
    return item(engagement, "I-C1")


def address(name, thing, step):
    return reverse(f"engagements:move_{name}", kwargs={"public_id": thing.public_id, "step": step})


@pytest.mark.parametrize(("name", "first", "second", "words", "values"), RACES)
def test_who_comes_second_sees_both_values(stage, engagement, sign_in, name, first, second, words, values):
    thing = thing_of(name, engagement, stage)
    quick, slow = sign_in(stage.specialist), sign_in(stage.lead if second == "accept_risk" else stage.specialist)
    # Both have looked at it: the button and the page of a step carry the version that stands there.
    asked = slow.get(address(name, thing, second)).content.decode()
    assert _VERSION.findall(asked) == [str(thing.version)]
    assert quick.post(address(name, thing, first), {"version": thing.version}).status_code == 303
    kinds = Event.objects.count()
    late = slow.post(address(name, thing, second), {"version": thing.version, **words})
    assert late.status_code == 409
    text = late.content.decode()
    assert all(value in text for value in values)
    thing.refresh_from_db()
    assert (thing.get_status_display(), Event.objects.count()) == (values[0], kinds)
    # Having seen how it stands now, the person may still want it.
    assert slow.post(address(name, thing, second), {"version": thing.version, **words}).status_code == 303


def test_the_buttons_of_a_page_carry_the_version(stage, engagement, sign_in):
    client = sign_in(stage.specialist)
    for name in ("responsibility", "remediation", "success", "milestone"):
        thing = thing_of(name, engagement, stage)
        text = client.get(thing.get_absolute_url()).content.decode()
        form = text.split(f'action="{address(name, thing, "start" if name == "milestone" else "begin")}"')[1]
        assert _VERSION.search(form.split("</form>")[0])[1] == str(thing.version), name


@pytest.mark.parametrize("wrong", ["x", "0", "-1", str(2**31)])
def test_a_version_that_cannot_be(stage, engagement, sign_in, wrong):
    thing = item(engagement, "I-C1")
    assert sign_in(stage.lead).post(address("responsibility", thing, "begin"), {"version": wrong}).status_code == 422
