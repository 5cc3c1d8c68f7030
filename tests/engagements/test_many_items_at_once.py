"""One step for many items: each by itself, with its own result, and never over what somebody else has just saved."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from engagements.operations.responsibilities import edit_responsibility, move_responsibility
from fasttrack_portal.activity.models import Event
from tests.engagements.engagement_scene import AT, item, opened


@pytest.fixture
def engagement(cast):
    return opened(cast.contoso, cast.lead, cast.specialist)


def sent(engagement, do, *codes, **more):
    return {"do": do, "item": [f"{code}:{item(engagement, code).version}" for code in codes], **more}


def bulk(engagement):
    return reverse("engagements:bulk", kwargs={"public_id": engagement.public_id}) + "?phase=initiate"


def test_first_it_asks_then_it_does_then_it_says_what_became_of_each(cast, engagement, sign_in):
    client, address = sign_in(cast.lead), bulk(engagement)
    asked = client.post(address, sent(engagement, "assign", "I-C1", "I-C2", "I-F1"))
    assert "3 items are chosen" in asked.content.decode()
    assert not Event.objects.filter(kind="engagements.responsibility_edited").exists()
    done = client.post(
        address, sent(engagement, "assign", "I-C1", "I-C2", "I-F1", assignee=cast.pm.public_id, sure="1")
    )
    assert done.status_code == 303
    page = client.get(done["Location"]).content.decode()
    assert "2 of 3 done" in page
    assert "FastTrack does this one." in page
    assert "matrix/?phase=initiate" in page
    assert {item(engagement, code).assignee for code in ("I-C1", "I-C2")} == {cast.pm}
    assert Event.objects.filter(kind="engagements.responsibility_edited").count() == 2


def test_what_somebody_changed_meanwhile_is_left_alone_and_shown(cast, engagement, sign_in):
    client, chosen = sign_in(cast.lead), sent(engagement, "assign", "I-C1", "I-C2", assignee="", sure="1")
    edit_responsibility(item(engagement, "I-C1"), version=1, assignee=cast.pm, by=cast.pm)
    page = client.get(client.post(bulk(engagement), chosen)["Location"]).content.decode()
    assert "1 of 2 done" in page
    assert "Now: Pavel Manager" in page
    assert item(engagement, "I-C1").assignee == cast.pm
    chosen = sent(engagement, "finish", "I-C1", sure="1")
    move_responsibility(item(engagement, "I-C1"), "block", by=cast.pm, at=AT, reason="No rights")
    page = client.get(client.post(bulk(engagement), chosen)["Location"]).content.decode()
    assert "Now: Blocked" in page
    assert item(engagement, "I-C1").status == "blocked"


def test_due_days_reasons_and_steps(cast, engagement, sign_in):
    client, address = sign_in(cast.specialist), bulk(engagement)
    day = timezone.localdate() + timedelta(days=9)
    client.post(address, sent(engagement, "due", "I-C1", "I-F1", due_on=day.isoformat(), sure="1"))
    assert {(item(engagement, code).due_on, item(engagement, code).is_due_own) for code in ("I-C1", "I-F1")} == {
        (day, True)
    }
    assert client.post(address, sent(engagement, "exclude", "I-C1", reason=" ", sure="1")).status_code == 422
    client.post(address, sent(engagement, "exclude", "I-C1", reason="They have it", sure="1"))
    assert (item(engagement, "I-C1").status, item(engagement, "I-C1").reason) == ("not_applicable", "They have it")


@pytest.mark.parametrize(
    "wrong",
    [
        {"item": [], "do": "assign"},
        {"item": ["I-C1:x"], "do": "assign"},
        {"item": ["I-C1:1"], "do": ""},
        {"item": ["I-C1:1"], "do": "delete"},
        {"item": ["I-C1:1"], "do": "due", "due_on": "9999-12-31", "sure": "1"},
        {"item": ["I-C1:1"], "do": "assign", "assignee": "fabrikam_lead", "sure": "1"},
    ],
)
def test_what_cannot_be_is_refused(cast, engagement, sign_in, wrong):
    if wrong.get("assignee"):
        wrong = {**wrong, "assignee": cast.fabrikam_lead.public_id}
    assert sign_in(cast.lead).post(bulk(engagement), wrong).status_code == 422
    assert item(engagement, "I-C1").version == 1


def test_a_waiting_item_lies_with_whom_it_waits_for(cast, engagement, sign_in):
    client, mine = sign_in(cast.lead), item(engagement, "I-C1")
    wait = reverse("engagements:move_responsibility", kwargs={"public_id": mine.public_id, "step": "wait"})
    page = client.get(wait).content.decode()
    assert "Who has the next move" in page
    assert "Northwind Partners" in page
    assert client.post(wait, {"waits_for": "the moon"}).status_code == 422
    assert client.post(wait, {"waits_for": "outside", "reason": "The provider"}).status_code == 303
    assert (item(engagement, "I-C1").holder, item(engagement, "I-C1").waits_for) == ("outside", "outside")
    assert "A third party" in client.get(mine.get_absolute_url()).content.decode()
    move_responsibility(item(engagement, "I-C1"), "begin", by=cast.lead, at=AT)
    assert (item(engagement, "I-C1").holder, item(engagement, "I-C1").waits_for) == ("customer", "")
