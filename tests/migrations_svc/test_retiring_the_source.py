"""The source environment is retired only after everything has moved (G-C21): what is not over is named."""

import pytest
from django.urls import reverse
from django.utils import timezone

from engagements.operations.responsibilities import move_responsibility
from fasttrack_portal.refusals import Conflict
from migrations_svc.models import Issue, MigrationEvent
from tests.conftest import Cast
from tests.world import build

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def scene(stage: Cast):
    return build(stage.contoso, stage.lead, stage.specialist, "Wave")


def tick(scene, by, step="finish"):
    item = scene["engagement"].responsibilities.select_related("engagement").get(code="G-C21")
    move_responsibility(item, step, by=by, at=timezone.now())
    return item


def over(scene, **values):
    facts = {"status": "completed", "completed_at": timezone.now(), "window_closes_at": timezone.now(), **values}
    MigrationEvent.objects.exclude(pk=scene["event"].pk).update(status="cancelled")
    MigrationEvent.objects.filter(pk=scene["event"].pk).update(**facts)


def test_an_event_that_runs_stands_in_the_way(cast, scene):
    with pytest.raises(Conflict, match=f"{scene['event'].number} Wave event: running, 1 issue is unresolved"):
        tick(scene, cast.lead)


def test_an_open_window_stands_in_the_way(cast, scene):
    over(scene, window="open")
    Issue.objects.update(status="resolved", resolution="Shared anew", resolved_at=timezone.now())
    with pytest.raises(Conflict, match="its five-day window is open"):
        tick(scene, cast.lead)


def test_an_issue_that_nobody_resolved_stands_in_the_way_of_the_specialist_too(cast, scene):
    over(scene, window="closed")
    with pytest.raises(Conflict, match="1 issue is unresolved"):
        tick(scene, cast.specialist)


def test_it_is_ticked_when_everything_is_over(cast, scene):
    over(scene, window="closed")
    Issue.objects.update(status="resolved", resolution="Shared anew", resolved_at=timezone.now())
    assert tick(scene, cast.lead).status == "done"


def test_the_button_says_why_and_the_page_names_it(cast, scene, sign_in):
    item = scene["engagement"].responsibilities.get(code="G-C21")
    client = sign_in(cast.lead)
    text = client.get(item.get_absolute_url()).content.decode()
    assert "The source stays until everything has moved" in text
    # Each by its name, with the way to it.
    assert f'<a href="{scene["event"].get_absolute_url()}">{scene["event"].number} Wave event</a>' in text
    assert "running, 1 issue is unresolved" in text
    # Its page opens no form for what is refused; what is not held up opens one.
    closed = client.get(reverse("engagements:move_responsibility", args=[item.public_id, "finish"]))
    assert closed.status_code == 409
    assert scene["event"].number in closed.content.decode()
    assert client.get(reverse("engagements:move_responsibility", args=[item.public_id, "block"])).status_code == 200
    answer = client.post(reverse("engagements:move_responsibility", args=[item.public_id, "finish"]))
    assert answer.status_code == 409
    assert scene["event"].number in answer.content.decode()
