"""A customer's program plans an event and brings its list; FastTrack's tells the states of the records as they move."""

import json
from typing import Any

import pytest

from fasttrack_portal.activity.models import Event
from migrations_svc.models import ListPlan, MigrationEvent, StatesFile
from tests.conftest import Cast
from tests.migrations_svc.migration_scene import brought_to, csv, engagement_of, event_in
from tests.programs import Program, program_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement(cast: Cast) -> Any:
    return engagement_of(cast.contoso, cast.lead, cast.specialist, partner=cast.northwind)


@pytest.fixture
def customer(cast: Cast) -> Program:
    return program_of(cast.lead)


@pytest.fixture
def running(cast: Cast, engagement: Any) -> MigrationEvent:
    event = event_in(engagement, cast.lead)
    brought_to(event, "running", customer=cast.lead, specialist=cast.specialist)
    event.refresh_from_db()
    return event


def test_from_a_plan_to_a_list(customer: Program, engagement: Any):
    new = {"title": "Sales", "source": "exchange", "zone": "Europe/Berlin"}
    event = customer.post(f"/api/v1/engagements/{engagement.public_id}/events", new).json()
    assert (event["status"], event["record_count"], event["customer"]["name"]) == ("draft", 0, "Contoso")
    lines = csv("ada@old.example,ada@contoso.example,12.5,Ada,mailbox\n", "ben,ben@contoso.example,,,\n")
    plan = customer.post(f"/api/v1/events/{event['id']}/lists?name=wave.csv", lines).json()
    assert (plan["status"], plan["name"], plan["counts"]) == ("ready", "wave.csv", {"new": 1, "refused": 1})
    told = customer.get(f"/api/v1/lists/{plan['id']}/lines").json()["items"]
    assert [(line["line"], line["outcome"]) for line in told] == [(2, "new"), (3, "refused")]
    assert "“ben”" in told[1]["reason"]
    # Nothing is done yet, and not without saying that the refused line is left out.
    assert customer.get(f"/api/v1/events/{event['id']}/records").json()["items"] == []
    refused = customer.post(f"/api/v1/lists/{plan['id']}/import", {})
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith("Some lines are refused.")
    assert customer.post(f"/api/v1/lists/{plan['id']}/import", {"valid_part": True}).json()["status"] == "imported"
    records = customer.get(f"/api/v1/events/{event['id']}/records").json()["items"]
    assert [(each["source_address"], each["status"]) for each in records] == [("ada@old.example", "queued")]
    kinds = ["migrations.created", "migrations.list_uploaded", "migrations.list_loaded"]
    assert list(Event.objects.filter(data__channel="api").order_by("pk").values_list("kind", flat=True)) == kinds


def test_lines_come_in_pages(customer: Program, cast: Cast, engagement: Any):
    event = event_in(engagement, cast.lead)
    lines = csv(*(f"p{n}@old.example,p{n}@contoso.example,,,\n" for n in range(5)))
    plan = customer.post(f"/api/v1/events/{event.public_id}/lists", lines).json()
    found, url = [], f"http://127.0.0.1:8000/api/v1/lists/{plan['id']}/lines?limit=2&outcome=new"
    while url:
        page = customer.get(url.removeprefix("http://127.0.0.1:8000")).json()
        found += [each["line"] for each in page["items"]]
        url = page["next"]
    assert found == [2, 3, 4, 5, 6]


def test_a_file_sent_twice_is_one_plan(customer: Program, cast: Cast, engagement: Any):
    event = event_in(engagement, cast.lead)
    url, lines = f"/api/v1/events/{event.public_id}/lists", csv("ada@old.example,a@contoso.example,,,\n")
    answers = [customer.post(url, lines, key="tonight") for _again in range(2)]
    assert answers[0].content == answers[1].content
    assert ListPlan.objects.filter(status="ready").count() == 1
    assert customer.post(url, lines + b"more\n", key="tonight").status_code == 422


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (b"", 422, ""),
        (b"\xff\xfe\x00\x00", 422, ""),
        (b"name,phone\nAda,1\n", 422, ""),
        (b"source_address,target_address\n", 422, "a header, but no lines"),
        (b"PK\x03\x04 not really", 422, ""),
        (b"x" * (20 * 1024 * 1024 + 1), 413, "larger than 20 MB"),
    ],
    ids=["empty", "no text", "other columns", "header alone", "no workbook", "too large"],
)
def test_a_file_that_cannot_be_read_is_refused(
    customer: Program, cast: Cast, engagement: Any, content: bytes, status: int, sentence: str
):
    event = event_in(engagement, cast.lead)
    response = customer.post(f"/api/v1/events/{event.public_id}/lists", content)
    assert response.status_code == status, response.content
    told = json.dumps(response.json(), ensure_ascii=False)
    assert sentence in told
    assert response.json()["detail"]
    assert ListPlan.objects.get().status == "imported", "only that of the event"


def test_states_come_from_the_export_of_a_tool(cast: Cast, running: MigrationEvent):
    program, url = program_of(cast.specialist), f"/api/v1/events/{running.public_id}"
    states = b"EmailAddress,Status,SyncedItemCount\nada@old.example,Completed,10\nben@old.example,Syncing,3\n"
    assert program.post(f"{url}/states", states).json() == {"rows": 2, "changed": 2, "backwards": 0}
    assert program.get(url).json()["totals"] == {"completed": 1, "syncing": 1}
    # A step back is not taken, and is shown.
    back = program.post(f"{url}/states", b"address,state\nada@old.example,syncing\n").json()
    assert back == {"rows": 1, "changed": 0, "backwards": 1}
    (ada,) = program.get(f"{url}/records", status="completed").json()["items"]
    assert (ada["items_moved"], ada["doubted_status"]) == (10, "syncing")
    # The customer's program reads along.
    assert program_of(cast.lead).get(f"/api/v1/records/{ada['id']}").json() == ada


def test_what_is_wrong_in_a_file_is_named_by_line(cast: Cast, running: MigrationEvent):
    program, url = program_of(cast.specialist), f"/api/v1/events/{running.public_id}/states"
    wrong = program.post(url, b"address,state\nada@old.example,happy\nben@old.example,Syncing\n")
    assert wrong.status_code == 422
    (error,) = wrong.json()["errors"]
    assert (error["line"], error["field"]) == (2, "state")
    stranger = program.post(url, b"address,state\nnobody@old.example,Syncing\n")
    assert stranger.status_code == 422
    (error,) = stranger.json()["errors"]
    assert "is not on the list of this event" in error["detail"]
    assert program.get(f"/api/v1/events/{running.public_id}").json()["totals"] == {"queued": 2}


def test_more_states_than_fit_a_request_come_in_parts_or_on_the_page(cast: Cast, running: MigrationEvent):
    program, url = program_of(cast.specialist), f"/api/v1/events/{running.public_id}/states"
    whole = b"address,state\nada@old.example,Syncing\n"
    long = program.post(url, whole + b"\n" * 2_000)
    assert long.status_code == 422
    assert "Send this file in parts" in long.json()["detail"]
    assert not StatesFile.objects.exists()
    empty = program.post(url, b"address,state\n")
    assert (empty.status_code, "a header, but no lines" in empty.json()["detail"]) == (422, True)
    assert program.post(url, whole).json()["rows"] == 1


def test_one_record_by_hand(cast: Cast, running: MigrationEvent):
    program = program_of(cast.specialist)
    record = program.get(f"/api/v1/events/{running.public_id}/records").json()["items"][0]
    url = f"/api/v1/records/{record['id']}"
    set_ = program.patch(url, {"status": "failed", "reason": "On hold"}, version=record["version"])
    assert (set_.json()["status"], set_.json()["message"]) == ("failed", "On hold")
    for body, field in (
        ({"status": "failed"}, "reason"),
        ({"status": "failed", "reason": " "}, "reason"),
        ({"status": "sleeping", "reason": "x"}, "status"),
        ({"status": "failed", "reason": "x", "items_moved": 9}, "items_moved"),
    ):
        refused = program.patch(url, body, version=2)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert program_of(cast.lead).patch(url, {"status": "failed", "reason": "x"}, version=2).status_code == 403


def test_outside_their_time_states_are_a_conflict(cast: Cast, engagement: Any):
    event = event_in(engagement, cast.lead)
    refused = program_of(cast.specialist).post(
        f"/api/v1/events/{event.public_id}/states", b"address,state\na@b.example,synced\n"
    )
    assert refused.status_code == 409
    assert refused.json()["detail"].startswith("This event is “Draft”.")


def test_a_customer_that_is_guided_only_reads_the_rule(cast: Cast):
    sentence = "With 499 seats, FastTrack guides you and your own team moves the data."
    guided = engagement_of(
        cast.fabrikam,
        cast.fabrikam_lead,
        cast.apac_specialist,
        is_migration_eligible=False,
        eligibility_sentence=sentence,
    )
    new = {"title": "Sales", "source": "exchange", "zone": "Europe/Berlin"}
    refused = program_of(cast.fabrikam_lead).post(f"/api/v1/engagements/{guided.public_id}/events", new)
    assert (refused.status_code, refused.json()["detail"]) == (403, sentence)


@pytest.mark.usefixtures("one_window")
def test_uploads_are_counted_together_with_those_of_the_pages(customer: Program, cast: Cast, engagement: Any):
    event = event_in(engagement, cast.lead)
    url = f"/api/v1/events/{event.public_id}/lists"
    answers = [customer.post(url, b"") for _number in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600


def test_an_event_keeps_what_is_not_named(customer: Program, cast: Cast, engagement: Any):
    event = event_in(engagement, cast.lead)
    url = f"/api/v1/events/{event.public_id}"
    changed = customer.patch(url, {"zone": "Europe/Paris"}, version=event.version)
    assert (changed.json()["title"], changed.json()["zone"]) == ("Sales, first wave", "Europe/Paris")
    for body in ({"zone": "Europe/Nowhere"}, {"title": ""}, {"title": "x" * 121}, {"status": "running"}, {"zone": 5}):
        assert customer.patch(url, body, version=changed.json()["version"]).status_code == 422, body
