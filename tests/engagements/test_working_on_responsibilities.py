"""The matrix as a list of two sides, and how people move its items."""

import csv
import io
import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from engagements import overview
from engagements.models import Engagement, Responsibility
from engagements.operations.engagement import move
from engagements.operations.responsibilities import edit_responsibility, move_responsibility
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import Conflict, Invalid
from tests.answers import body_of
from tests.conftest import person
from tests.engagements.engagement_scene import AT, ON, item, opened


@pytest.fixture
def engagement(cast):
    return opened(cast.contoso, cast.lead, cast.specialist)


def page(engagement, tab="matrix"):
    return reverse(f"engagements:{tab}", kwargs={"public_id": engagement.public_id})


def step(item, name):
    return reverse("engagements:move_responsibility", kwargs={"public_id": item.public_id, "step": name})


def edit(item):
    return reverse("engagements:edit_responsibility", kwargs={"public_id": item.public_id})


# --- What people see ------------------------------------------------------------------------------------------------
def test_the_customer_sees_initiate_with_its_four_items_and_why(cast, engagement, sign_in):
    text = sign_in(cast.lead).get(page(engagement, "detail")).content.decode()
    assert "Your part in Initiate" in text
    for code in ("I-C1", "I-C2", "I-C3", "I-C4"):
        assert item(engagement, code).text in text
    assert "Why me? Your people follow your lead, and the kickoff sets how all will work." in text
    assert "FastTrack’s part in Initiate" in text


def test_the_specialist_sees_the_same_page_from_the_other_side(cast, engagement, sign_in):
    text = sign_in(cast.specialist).get(page(engagement, "detail")).content.decode()
    assert text.index("FastTrack’s part in Initiate") < text.index("The customer’s part in Initiate")
    assert "Why me? Good advice starts with knowing what you are after." in text


def test_the_matrix_shows_both_sides_with_reasons_conditions_and_twins(cast, engagement, sign_in):
    text = sign_in(cast.lead).get(page(engagement)).content.decode()
    assert text.count('class="matrix-line') == 137
    assert "No split domain is planned." in text
    assert "Only if required" in text
    assert item(engagement, "E-C1.8").get_absolute_url() in text
    assert text.count("Hand in hand with") == 8


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("party=customer", 79),
        ("party=fasttrack&phase=initiate", 3),
        ("status=not_applicable", 1),
        ("status=unmet", 136),
        ("q=kickoff", 1),
        ("q=e-c1", 15),
        ("view=mine", 1),
        ("view=unassigned", 135),
        ("view=stuck", 0),
        ("phase=initiate&group=person", 7),
        ("party=customer&group=party", 79),
        ("who=nobody&phase=initiate", 6),
        ("view=nothing&group=nonsense&who=x", 137),
        ("q=%00", 137),
        ("phase=nowhere", 137),
    ],
)
def test_the_filter_stands_in_the_address_and_in_the_download(cast, engagement, sign_in, query, count):
    Responsibility.objects.filter(engagement=engagement, code="I-C3").update(assignee=cast.lead)
    client = sign_in(cast.lead)
    text = client.get(f"{page(engagement)}?{query}").content.decode()
    assert text.count('class="matrix-line') == count
    download = client.get(f"{page(engagement, 'matrix_csv')}?{query}")
    rows = list(csv.reader(io.StringIO(body_of(download).decode("utf-8-sig"))))
    assert len(rows) == count + 1


def test_a_filter_that_fits_nothing_says_so(cast, engagement, sign_in):
    text = sign_in(cast.lead).get(page(engagement) + "?q=xyzzy").content.decode()
    assert "No item fits this filter" in text


def test_the_pages_cost_the_same_whatever_happened(cast, engagement, sign_in):
    def count(user, address):
        client = sign_in(user)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        # Without the guard's own savepoints.
        return len([query for query in queries if "SAVEPOINT" not in query["sql"]])

    addresses = [page(engagement, tab) for tab in ("detail", "matrix", "milestones", "activity")]
    before = [count(user, address) for user in (cast.lead, cast.specialist, cast.partner) for address in addresses]
    for code in ("I-C1", "I-C2", "I-C3", "I-F1"):
        edit_responsibility(
            item(engagement, code), version=1, assignee=cast.lead if "C" in code else cast.specialist,
            due_on=timezone.localdate(), evidence="Here", by=cast.specialist,
        )  # fmt: skip
        move_responsibility(item(engagement, code), "block", by=cast.specialist, at=AT, reason="Stuck")
    after = [count(user, address) for user in (cast.lead, cast.specialist, cast.partner) for address in addresses]
    assert after == before
    # Eight for the overview, ten for the whole matrix: whoever looks (S2).
    assert all(overview <= 8 and matrix <= 10 for overview, matrix in zip(before[::4], before[1::4], strict=True))
    assert max(before) <= 10


# --- Steps ----------------------------------------------------------------------------------------------------------
def test_an_item_begins_and_is_done_with_one_click_each(cast, engagement, sign_in):
    client, mine = sign_in(cast.lead), item(engagement, "I-C1")
    assert client.post(step(mine, "begin")).status_code == 303
    answer = client.post(step(mine, "finish"))
    assert answer["Location"] == mine.get_absolute_url()
    mine.refresh_from_db()
    assert mine.status == "done"
    assert mine.changed_at > AT
    kinds = list(Event.objects.filter(subject_label="engagements.Responsibility").values_list("kind", flat=True))
    assert kinds == ["engagements.responsibility_begun", "engagements.responsibility_finished"]
    assert "Verify" not in client.get(mine.get_absolute_url()).content.decode()
    assert "Verify" in sign_in(cast.specialist).get(mine.get_absolute_url()).content.decode()


def test_stuck_needs_a_reason_and_tells_the_other_side(cast, engagement, sign_in):
    client, mine = sign_in(cast.lead), item(engagement, "I-C1")
    assert "The other side is told at once" in client.get(step(mine, "block")).content.decode()
    refused = client.post(step(mine, "block"), {"reason": "  "})
    assert refused.status_code == 422
    assert client.post(step(mine, "block"), {"reason": "No rights in the tenant"}).status_code == 303
    event = Event.objects.get(kind="engagements.responsibility_blocked")
    assert event.sentence == "I-C1 is stuck: Open a Teams space for the partnership and invite FastTrack"
    assert event.body == "No rights in the tenant"
    assert [notice.user for notice in Notification.objects.filter(event=event)] == [cast.specialist]
    assert Job.objects.filter(kind="notices.mail", payload__event=event.pk).count() == 1
    assert "No rights in the tenant" in sign_in(cast.specialist).get(mine.get_absolute_url()).content.decode()
    assert "I-C1 is stuck" in sign_in(cast.specialist).get(page(engagement, "activity")).content.decode()


def test_fasttrack_stuck_tells_the_customers_lead_and_project_manager(cast, engagement):
    move_responsibility(item(engagement, "I-F1"), "block", by=cast.specialist, at=AT, reason="Nobody answers")
    told = Notification.objects.filter(event__kind="engagements.responsibility_blocked")
    assert {notice.user for notice in told} == {cast.lead, cast.pm}


def test_going_on_takes_the_old_reason_away(cast, engagement):
    mine = item(engagement, "I-C1")
    move_responsibility(mine, "block", by=cast.lead, at=AT, reason="No rights")
    move_responsibility(mine, "begin", by=cast.lead, at=AT)
    assert mine.reason == ""


def test_what_does_not_apply_keeps_its_reason_and_counts_no_longer(cast, engagement, sign_in):
    client = sign_in(cast.specialist)
    unwanted = item(engagement, "G-C20")
    assert client.post(step(unwanted, "exclude"), {"reason": ""}).status_code == 422
    client.post(step(unwanted, "exclude"), {"reason": "They have it already"})
    text = client.get(page(engagement) + "?status=not_applicable").content.decode()
    assert "They have it already" in text
    client.post(step(unwanted, "include"))
    unwanted.refresh_from_db()
    assert (unwanted.status, unwanted.reason) == ("open", "")


def test_nothing_moves_in_an_engagement_at_rest(cast, engagement, sign_in):
    move(engagement, "complete", by=cast.specialist)
    mine = item(engagement, "I-C1")
    with pytest.raises(Conflict):
        move_responsibility(mine, "begin", by=cast.lead, at=AT)
    assert sign_in(cast.lead).post(step(mine, "begin")).status_code == 409
    assert "The engagement is not running" in sign_in(cast.lead).get(mine.get_absolute_url()).content.decode()
    assert "Plan and evidence" not in sign_in(cast.lead).get(mine.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("status", "says"), [("active", True), ("on_hold", False), ("dormant", False)])
def test_what_is_not_running_is_not_overdue(cast, engagement, sign_in, status, says):
    """Its days stay as they are, and are days, not reproaches."""
    engagement.responsibilities.filter(phase="initiate").update(due_on=ON - timedelta(days=40))
    engagement.milestones.update(planned_on=ON - timedelta(days=40), baseline_on=ON - timedelta(days=40))
    Engagement.objects.update(status=status)
    for tab in ("detail", "matrix", "milestones"):
        text = sign_in(cast.specialist).get(page(engagement, tab)).content.decode()
        # The matrix leads to its view of that name in any case.
        found = text.replace("Overdue <span", "").replace("view=overdue", "").lower()
        assert ("overdue" in found) == says, tab


def test_a_step_that_does_not_exist_is_not_found(cast, engagement, sign_in):
    assert sign_in(cast.lead).post(step(item(engagement, "I-C1"), "delete")).status_code == 404


# --- Plan and evidence ----------------------------------------------------------------------------------------------
def values(item, **changes):
    return {"assignee": "", "due_on": "", "evidence": "", "version": item.version, **changes}


def test_an_item_is_given_to_somebody_of_its_side(cast, engagement, sign_in):
    client, mine = sign_in(cast.lead), item(engagement, "I-C1")
    due = timezone.localdate() + timedelta(days=7)
    sent = values(mine, assignee=cast.pm.public_id, due_on=due.isoformat(), evidence="Space “Onboarding”")
    assert client.post(edit(mine), sent).status_code == 303
    mine.refresh_from_db()
    assert (mine.assignee, mine.due_on, mine.evidence, mine.version) == (cast.pm, due, "Space “Onboarding”", 2)
    event = Event.objects.get(kind="engagements.responsibility_edited")
    assert (event.thread, event.customer, event.centre) == (engagement.public_id, cast.contoso, cast.emea)
    assert [notice.user for notice in event.notifications.all()] == [cast.pm]


@pytest.mark.parametrize("stranger", ["specialist", "fabrikam_lead", "partner"])
def test_nobody_of_another_side_can_be_chosen(cast, engagement, sign_in, stranger):
    mine, other = item(engagement, "I-C1"), getattr(cast, stranger)
    assert sign_in(cast.lead).post(edit(mine), values(mine, assignee=other.public_id)).status_code == 422
    with pytest.raises(Invalid):
        edit_responsibility(mine, version=1, assignee=other, due_on=None, evidence="", by=cast.lead)
    mine.refresh_from_db()
    assert mine.assignee is None


def test_who_comes_second_sees_both_values(cast, engagement, sign_in):
    mine = item(engagement, "I-C1")
    sign_in(cast.pm).post(edit(mine), values(mine, evidence="Saved by Pavel"))
    late = sign_in(cast.lead).post(edit(mine), values(mine, evidence="Typed by Lena"))
    text = late.content.decode()
    assert late.status_code == 409
    assert "Saved by Pavel" in text
    assert "Typed by Lena" in text
    assert item(engagement, "I-C1").evidence == "Saved by Pavel"
    # Nothing typed is lost: having seen both, she can send hers over it, or look first.
    assert f'href="{mine.get_absolute_url()}"' in text
    kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text.split("<main")[1]))
    kept.pop("csrfmiddlewaretoken", None)
    assert kept == values(mine, evidence="Typed by Lena", version=str(mine.version + 1))
    assert sign_in(cast.lead).post(edit(mine), kept).status_code == 303
    assert item(engagement, "I-C1").evidence == "Typed by Lena"


def test_both_days_are_shown_as_days(cast, engagement, sign_in):
    mine, today = item(engagement, "I-C1"), timezone.localdate()
    sign_in(cast.pm).post(edit(mine), values(mine, due_on=(today + timedelta(days=5)).isoformat()))
    late = sign_in(cast.lead).post(edit(mine), values(mine, due_on=(today + timedelta(days=6)).isoformat()))
    text = late.content.decode()
    for day in (5, 6):
        assert date_format(today + timedelta(days=day), "j M Y") in text
    assert '<td data-label="Field">Due</td>' in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_on": "0001-01-01"},
        {"due_on": "9999-12-31"},
        {"due_on": "yesterday"},
        {"evidence": "\x00"},
        {"evidence": "x" * 2001},
        {"assignee": "\x00"},
        {"assignee": str(uuid.uuid4())},
        {"version": "99999999999999999999"},
        {"version": ""},
    ],
)
def test_what_cannot_be_is_said_at_the_field(cast, engagement, sign_in, wrong):
    mine = item(engagement, "I-C1")
    answer = sign_in(cast.lead).post(edit(mine), values(mine, **wrong))
    assert answer.status_code == 422
    assert item(engagement, "I-C1").version == 1


def test_other_fields_in_the_form_change_nothing(cast, engagement, sign_in):
    mine = item(engagement, "I-C1")
    extra = {"status": "verified", "party": "fasttrack", "code": "X", "engagement": 99, "why": "!", "reason": "!"}
    sign_in(cast.lead).post(edit(mine), values(mine, evidence="Here") | extra)
    sign_in(cast.lead).post(step(mine, "begin"), extra | {"evidence": "!", "assignee": cast.pm.pk, "reason": ""})
    after = item(engagement, "I-C1")
    assert (after.status, after.party, after.code, after.why) == ("in_progress", "customer", "I-C1", mine.why)
    assert (after.evidence, after.assignee, after.engagement) == ("Here", None, engagement)


def test_somebody_who_has_left_stays_named(cast, engagement, sign_in):
    gone = person("tech@contoso.example", "Tara Tech")
    membership = add_membership(gone, role=Membership.Role.TECHNICAL_LEAD, customer=cast.contoso, by=None)
    edit_responsibility(item(engagement, "I-C1"), version=1, assignee=gone, due_on=None, evidence="", by=cast.lead)
    membership.delete()
    mine = item(engagement, "I-C1")
    sent = values(mine, assignee=gone.public_id, evidence="Still hers")
    assert sign_in(cast.lead).post(edit(mine), sent).status_code == 303


def test_a_viewer_looks_on_and_reads_why(cast, engagement, sign_in):
    viewer = person("exec@contoso.example", "Eva Exec")
    add_membership(viewer, role=Membership.Role.VIEWER, customer=cast.contoso, by=None)
    mine = item(engagement, "I-C1")
    text = sign_in(viewer).get(mine.get_absolute_url()).content.decode()
    assert "Your role can look on." in text
    assert sign_in(viewer).get(edit(mine)).status_code == 403


# --- Next steps for the home page -----------------------------------------------------------------------------------
def test_next_steps_begin_with_what_is_mine_and_due(cast, engagement, django_assert_max_num_queries):
    edit_responsibility(item(engagement, "I-C4"), version=1, assignee=cast.lead, due_on=None, evidence="", by=cast.lead)
    edit_responsibility(item(engagement, "I-C3"), version=1, assignee=None, due_on=ON, evidence="", by=cast.lead)
    with django_assert_max_num_queries(2):
        steps = overview.next_steps_for(cast.lead, 6)
    assert [step.code for step in steps] == ["I-C4", "I-C3", "I-C1", "I-C2", "G-C1", "G-C2"]
    assert [step.code for step in overview.next_steps_for(cast.specialist, 3)] == ["I-F1", "I-F2", "I-F3"]
    assert overview.next_steps_for(cast.fabrikam_lead) == []
    assert overview.next_steps_for(cast.partner, 2) == []


def test_the_board_counts_in_whose_court_the_items_are(cast, engagement, django_assert_num_queries):
    move_responsibility(item(engagement, "I-C1"), "block", by=cast.lead, at=AT, reason="No rights")
    opened(cast.contoso, cast.lead, cast.manager)
    cast.specialist = type(cast.specialist).objects.get(pk=cast.specialist.pk)
    assert cast.specialist.audience
    assert cast.specialist.all_memberships
    with django_assert_num_queries(1):
        (row,) = overview.board(cast.specialist)
    assert (row.with_customer, row.with_fasttrack, row.stuck) == (3, 4, 1)
    assert (row.phase_code, row.next_milestone) == ("initiate", "Kickoff")
    assert overview.board(cast.lead).count() == 2
    assert isinstance(row, Engagement)
