"""What went wrong, in whose lane it is, and who says that it is solved."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from engagements import holding
from engagements.models import Engagement
from engagements.operations import standing
from fasttrack_portal.activity.models import Event
from fasttrack_portal.notices.models import Notification
from migrations_svc import operations
from migrations_svc.models import Issue
from tests.migrations_svc.migration_scene import CLOSES, NOW


def new(event):
    return reverse("migrations_svc:new_issue", args=[event.public_id])


def at(issue, what="issue"):
    return reverse(f"migrations_svc:{what}", args=[issue.public_id])


def form(**fields):
    return {"key": str(uuid.uuid4()), "title": "Calendar entries are missing", "details": "Since Monday", **fields}


@pytest.fixture
def issue(cast, bring):
    return operations.report_issue(
        bring("running"), key=uuid.uuid4(), title="Calendar entries are missing", details="", by=cast.lead, at=NOW
    )


def test_a_customer_reports_and_the_specialist_is_told(cast, sign_in, bring):
    event = bring("running")
    answer = sign_in(cast.lead).post(new(event), form())
    assert answer.status_code == 303
    issue = Issue.objects.get()
    assert (issue.lane, issue.status, issue.is_late, issue.reported_by) == ("fasttrack", "open", False, cast.lead)
    told = Event.objects.get(kind="migrations.issue_reported")
    assert Notification.objects.get(event=told).user == cast.specialist
    assert "Calendar entries are missing" in sign_in(cast.specialist).get(event.get_absolute_url()).content.decode()


def test_the_lane_is_fasttracks_to_choose(cast, sign_in, bring):
    event = bring("running")
    sign_in(cast.lead).post(new(event), form(lane="customer", status="resolved", is_late="on"))
    assert (Issue.objects.get().lane, Issue.objects.get().status, Issue.objects.get().is_late) == (
        "fasttrack",
        "open",
        False,
    )
    sign_in(cast.specialist).post(new(event), form(lane="options"))
    assert Issue.objects.order_by("pk").last().lane == "options"


def test_a_double_click_reports_once(cast, sign_in, bring):
    event, client, sent = bring("running"), sign_in(cast.lead), form()
    assert [client.post(new(event), sent).status_code for _again in range(2)] == [303, 303]
    assert Event.objects.filter(kind="migrations.issue_reported").count() == Issue.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"), [("title", ""), ("title", "\x00"), ("details", "x" * 4001), ("lane", "moon")]
)
def test_a_bad_field_is_named_and_nothing_lost(cast, sign_in, bring, field, value):
    answer = sign_in(cast.specialist).post(new(bring("running")), form(**{"details": "Since Monday", field: value}))
    assert answer.status_code == 422
    assert not Issue.objects.exists()


@pytest.mark.parametrize(
    ("status", "answer"), [("draft", 409), ("validated", 409), ("scheduled", 303), ("failed", 303)]
)
def test_when_issues_are_taken(cast, sign_in, bring, status, answer):
    assert sign_in(cast.lead).post(new(bring(status)), form()).status_code == answer


def test_triage_and_the_customers_part(cast, sign_in, issue):
    lead, specialist = sign_in(cast.lead), sign_in(cast.specialist)
    assert "FastTrack fixes this issue" in lead.get(at(issue)).content.decode()
    assert lead.post(at(issue, "resolve_issue"), {"resolution": "Done"}).status_code == 403
    assert lead.post(at(issue, "set_lane"), {"lane": "customer", "version": 1}).status_code == 403
    assert specialist.post(at(issue, "set_lane"), {"lane": "options", "version": 1}).status_code == 303
    assert specialist.post(at(issue, "set_lane"), {"lane": "customer", "version": 1}).status_code == 409
    assert lead.post(at(issue, "resolve_issue"), {"resolution": "  "}).status_code == 422
    assert lead.post(at(issue, "resolve_issue"), {"resolution": "We took option two"}).status_code == 303
    assert lead.post(at(issue, "resolve_issue"), {"resolution": "Again"}).status_code == 409
    issue.refresh_from_db()
    assert (issue.status, issue.lane, issue.resolution) == ("resolved", "options", "We took option two")
    assert "We took option two" in specialist.get(at(issue)).content.decode()
    assert specialist.post(at(issue, "reopen_issue")).status_code == 303
    kinds = list(Event.objects.filter(kind__startswith="migrations.").order_by("pk").values_list("kind", flat=True))
    assert kinds[-4:] == [
        "migrations.issue_reported", "migrations.lane_set", "migrations.issue_resolved", "migrations.issue_reopened"
    ]  # fmt: skip


def test_reopened_after_the_window_it_is_the_customers(cast, sign_in, bring):
    event = bring("completed")
    issue = operations.report_issue(event, key=uuid.uuid4(), title="A", details="", by=cast.lead, at=CLOSES)
    operations.resolve_issue(issue, resolution="Done", by=cast.specialist, at=CLOSES)
    with time_machine.travel(CLOSES + timedelta(days=1), tick=False):
        assert sign_in(cast.lead).post(at(issue, "reopen_issue")).status_code == 303
        issue.refresh_from_db()
        assert (issue.lane, issue.is_late) == ("customer", True)
        refused = sign_in(cast.specialist).post(at(issue, "set_lane"), {"lane": "fasttrack", "version": issue.version})
        assert refused.status_code == 403
        assert "after the window had closed" in refused.content.decode()


@pytest.mark.parametrize("who", ["fabrikam_lead", "litware_partner", "apac_specialist"])
def test_another_organisation_finds_nothing(cast, sign_in, issue, who):
    client = sign_in(getattr(cast, who))
    assert client.get(at(issue)).status_code == 404
    assert client.get(new(issue.event)).status_code == 404
    for what in ("set_lane", "resolve_issue", "reopen_issue"):
        assert client.post(at(issue, what), {"lane": "customer", "version": 1, "resolution": "x"}).status_code == 404
    issue.refresh_from_db()
    assert issue.status == "open"


def test_a_viewer_only_reads(sign_in, issue, viewer):
    client = sign_in(viewer)
    assert client.get(at(issue)).status_code == 200
    assert client.post(new(issue.event), form()).status_code == 403
    assert client.post(at(issue, "resolve_issue"), {"resolution": "x"}).status_code == 403


# --- The lane of options ----------------------------------------------------------------------------------------------
@pytest.fixture
def optional(cast, issue):
    operations.set_lane(issue, lane="options", version=issue.version, by=cast.specialist, at=NOW)
    return issue


def offer(client, issue, text="Archive the large items\nRaise the limit"):
    issue.refresh_from_db()
    return client.post(at(issue, "offer_options"), {"texts": text, "version": issue.version})


def test_without_an_option_it_waits_for_fasttrack(cast, sign_in, optional):
    assert (optional.holder, optional.option_count) == ("fasttrack", 0)
    assert "FastTrack is working out what you can choose from" in sign_in(cast.lead).get(at(optional)).content.decode()
    assert offer(sign_in(cast.specialist), optional, " \n ").status_code == 422
    with pytest.raises(IntegrityError), transaction.atomic():
        Issue.objects.filter(pk=optional.pk).update(holder="customer")


def test_fasttrack_offers_and_the_customer_chooses_one(cast, sign_in, optional):
    lead, specialist = sign_in(cast.lead), sign_in(cast.specialist)
    assert offer(lead, optional).status_code == 403
    assert offer(specialist, optional).status_code == 303
    optional.refresh_from_db()
    assert (optional.holder, optional.option_count) == ("customer", 2)
    told = Event.objects.get(kind="migrations.options_offered")
    assert set(Notification.objects.filter(event=told).values_list("user", flat=True)) == {cast.lead.pk, cast.pm.pk}
    first, second = optional.options.all()
    for option in (first, second, second):
        assert lead.post(reverse("migrations_svc:choose_option", args=[option.public_id])).status_code == 303
    assert list(optional.options.values_list("chosen_by", flat=True)) == [None, cast.lead.pk]
    assert Event.objects.filter(kind="migrations.option_chosen").count() == 2
    assert specialist.post(reverse("migrations_svc:choose_option", args=[first.public_id])).status_code == 403
    page = specialist.get(at(optional)).content.decode()
    assert "Chosen" in page
    assert lead.post(at(optional, "resolve_issue"), {"resolution": "Archived"}).status_code == 303
    assert lead.post(reverse("migrations_svc:choose_option", args=[first.public_id])).status_code == 409
    assert offer(specialist, optional).status_code == 409


def test_days_in_each_court_are_counted(cast, sign_in, optional):
    operations.offer_options(
        optional, texts=["Wait"], version=optional.version, by=cast.specialist, at=NOW + timedelta(days=4)
    )
    # From Thursday to Monday are two working days; from Monday to Thursday three.
    with time_machine.travel(NOW + timedelta(days=7), tick=False):
        page = sign_in(cast.lead).get(at(optional)).content.decode()
        listed = sign_in(cast.lead).get(optional.event.get_absolute_url()).content.decode()
    for text in ("with you for 3 working days",):
        assert text in page
        assert text in listed
    assert "2 working days" in page


def test_an_issue_is_about_records(cast, sign_in, bring):
    event, client = bring("running"), sign_in(cast.lead)
    ada = event.records.get(source_address="ada@old.example")
    assert "ada@old.example" in client.get(f"{new(event)}?record={ada.public_id}").content.decode()
    answer = client.post(new(event), form(addresses="ADA@old.example\neve@old.example"))
    assert answer.status_code == 422
    assert "“eve@old.example” is not on the list of this event." in answer.content.decode()
    assert client.post(new(event), form(addresses="ADA@old.example\nben@old.example")).status_code == 303
    found = Issue.objects.get()
    assert found.records.count() == 2
    assert "Calendar entries are missing" in client.get(ada.get_absolute_url()).content.decode()
    assert client.post(new(event), form(addresses="a\n" * 51)).status_code == 422


def optioned(issue, cast, *texts):
    """FastTrack has offered ways out, and the customer is asked."""
    operations.set_lane(issue, lane="options", version=issue.version, by=cast.specialist, at=NOW)
    operations.offer_options(
        issue, texts=texts or ["Archive the large items"], version=issue.version, by=cast.specialist, at=NOW
    )


def test_no_way_out_fits_and_the_issue_goes_back(cast, sign_in, issue):
    lead, specialist = sign_in(cast.lead), sign_in(cast.specialist)
    assert lead.post(at(issue, "hand_back"), {"reason": "Not ours"}).status_code == 409, "it is with FastTrack"
    optioned(issue, cast)
    operations.choose_option(issue.options.get(), by=cast.lead, at=NOW)
    page = lead.get(at(issue)).content.decode()
    assert "None of these fits" in page
    assert "Give it back to FastTrack" not in specialist.get(at(issue)).content.decode()
    assert specialist.post(at(issue, "hand_back"), {"reason": "x"}).status_code == 403
    assert lead.post(at(issue, "hand_back"), {"reason": "  "}).status_code == 422
    assert lead.post(at(issue, "hand_back"), {"reason": "Our law forbids it"}).status_code == 303
    issue.refresh_from_db()
    assert (issue.lane, issue.holder, issue.options.get().chosen_at) == ("options", "fasttrack", None)
    told = Event.objects.get(kind="migrations.issue_handed_back")
    assert (told.data["reason"], Notification.objects.get(event=told).user) == ("Our law forbids it", cast.specialist)
    assert "Our law forbids it" in specialist.get(at(issue)).content.decode()
    assert lead.post(at(issue, "hand_back"), {"reason": "Again"}).status_code == 409
    # With another option it is the customer's turn again, and the reason has been answered.
    operations.offer_options(issue, texts=["Split them"], version=issue.version, by=cast.specialist, at=NOW)
    issue.refresh_from_db()
    assert (issue.holder, issue.handed_back) == ("customer", "")


def test_what_is_not_the_customers_goes_back_to_the_lane_before(cast, sign_in, issue):
    optioned(issue, cast)
    operations.set_lane(issue, lane="customer", version=issue.version, by=cast.specialist, at=NOW)
    page = sign_in(cast.lead).get(at(issue)).content.decode()
    assert "It is not ours" in page
    sign_in(cast.partner).post(at(issue, "hand_back"), {"reason": "The tool did it"})
    issue.refresh_from_db()
    assert (issue.lane, issue.holder) == ("options", "fasttrack")


def test_a_late_issue_stays_the_customers(cast, sign_in, bring):
    late = operations.report_issue(
        bring("completed"), key=uuid.uuid4(), title="A", details="", by=cast.lead, at=CLOSES + timedelta(seconds=1)
    )
    answer = sign_in(cast.lead).post(at(late, "hand_back"), {"reason": "Not ours"})
    assert answer.status_code == 403
    assert "after the window had closed" in answer.content.decode()


def test_records_are_linked_and_unlinked_later(cast, sign_in, issue):
    lead, specialist = sign_in(cast.lead), sign_in(cast.specialist)
    answer = specialist.post(at(issue, "link_records"), {"addresses": "ADA@old.example\nnobody@old.example"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "“nobody@old.example” is not on the list" in page
    assert "ADA@old.example" in page, "nothing typed is lost"
    assert (
        specialist.post(at(issue, "link_records"), {"addresses": "ADA@old.example\nben@old.example"}).status_code == 303
    )
    assert issue.records.count() == 2
    assert specialist.post(at(issue, "link_records"), {"addresses": "ada@old.example"}).status_code == 422
    ada = issue.event.records.get(source_address="ada@old.example")
    assert "ada@old.example" in lead.get(at(issue)).content.decode()
    for _click in range(2):
        assert lead.post(at(issue, "unlink_record"), {"record": str(ada.public_id)}).status_code == 303
    assert [record.source_address for record in issue.records.all()] == ["ben@old.example"]
    for told in ("records_linked", "record_unlinked"):
        event = Event.objects.get(kind=f"migrations.{told}")
        assert "old.example" not in repr(event.data), "an Event is for good, a name in it would be, too"
    for nonsense in ("", "x", str(uuid.uuid4()), "\x00"):
        assert lead.post(at(issue, "unlink_record"), {"record": nonsense}).status_code == 303
    assert Event.objects.filter(kind="migrations.record_unlinked").count() == issue.records.count() == 1
    operations.resolve_issue(issue, resolution="Done", by=cast.specialist, at=NOW)
    ben = issue.records.get()
    assert lead.post(at(issue, "unlink_record"), {"record": str(ben.public_id)}).status_code == 409
    assert lead.post(at(issue, "link_records"), {"addresses": "ada@old.example"}).status_code == 409


def test_issues_count_in_the_courts_of_the_board(cast, engagement, issue):
    def courts():
        engagement.refresh_from_db()
        return engagement.with_fasttrack, engagement.with_customer

    ours, theirs = courts()
    assert engagement.fasttrack_since == NOW
    # Counted anew, an issue that was there before issues counted is among them.
    Engagement.objects.update(with_fasttrack=0, with_customer=0)
    standing.recount()
    assert courts() == (ours, theirs)
    assert holding.courts_of([engagement], NOW + timedelta(days=7))[engagement]["fasttrack"].longest == 5
    optioned(issue, cast)
    assert courts() == (ours - 1, theirs + 1)
    operations.resolve_issue(issue, resolution="Done", by=cast.specialist, at=NOW)
    assert courts() == (ours - 1, theirs)
