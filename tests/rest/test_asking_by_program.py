"""The admin centre's program asks for assistance, and a partner's on behalf of its customer."""

import uuid
from typing import Any

import pytest

from assistance.models import AssistanceRequest
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.directory.operations import end_link
from tests.conftest import Cast
from tests.programs import Program, program_of
from tests.writes import today

pytestmark = pytest.mark.django_db


def facts(**changes: Any) -> dict[str, Any]:
    owners = [{"name": "Maria Graf", "email": "maria@contoso.example", "role": "Head of IT"}]
    return {"services": ["exchange"], "desired_on": today(60), "business_reason": "One mail for all", "owners": owners,
            **changes}  # fmt: skip


def begun(program: Program, cast: Cast, **changes: Any) -> Any:
    return program.post(f"/api/v1/customers/{cast.contoso.public_id}/requests", facts(**changes))


def errors_of(response: Any) -> dict[str, str]:
    assert response.status_code == 422, response.content
    return {each["field"]: each["detail"] for each in response.json()["errors"]}


def test_a_request_comes_through_the_admin_centres_door(cast: Cast):
    program = program_of(cast.lead, ["requests:read", "requests:write"])
    made = begun(program, cast)
    assert made.status_code == 201
    told = made.json()
    assert (told["status"], told["channel"], told["customer"]["name"]) == ("draft", "admin_centre", "Contoso")
    # What the portal knows is filled in.
    ask = AssistanceRequest.objects.get()
    assert (ask.contact_email, ask.seats) == ("lead@contoso.example", 620)
    assert ask.owners[0]["name"] == "Maria Graf"
    sent = program.post(f"/api/v1/requests/{told['id']}/submit")
    assert sent.json()["status"] == "submitted"
    assert sent.json()["verdict_sentence"]
    kinds = list(Event.objects.filter(thread=ask.public_id).order_by("pk").values_list("kind", "data__channel"))
    assert kinds == [("assistance.drafted", "api"), ("assistance.submitted", "api")]
    assert program_of(cast.specialist).get(f"/api/v1/requests/{told['id']}").json()["number"] == ask.number


def test_a_partners_program_asks_as_the_partner_does(cast: Cast):
    program = program_of(cast.partner)
    made = begun(program, cast).json()
    assert (made["channel"], made["partner"]["name"]) == ("partner", "Northwind Partners")
    assert program.post(f"/api/v1/requests/{made['id']}/submit").status_code == 200
    end_link(PartnerLink.objects.get(), at=cast.lead.created_at, by=cast.lead)
    # The link is over: neither the customer nor the request is there any more.
    assert begun(program, cast).status_code == 404
    assert program.get(f"/api/v1/requests/{made['id']}").status_code == 404


def test_a_kept_answer_is_not_shown_to_who_may_see_it_no_longer(cast: Cast):
    """A2: the same key gets the same answer, for as long as the thing is theirs to see."""
    program, key = program_of(cast.partner), "once"
    url = f"/api/v1/customers/{cast.contoso.public_id}/requests"
    first = program.post(url, facts(), key=key)
    assert program.post(url, facts(), key=key).content == first.content
    end_link(PartnerLink.objects.get(), at=cast.lead.created_at, by=cast.lead)
    assert program.post(url, facts(), key=key).status_code == 404


def test_what_is_missing_is_named_with_the_sentences_of_the_pages(cast: Cast):
    program = program_of(cast.lead)
    made = program.post(f"/api/v1/customers/{cast.contoso.public_id}/requests", {}).json()
    assert set(made["readiness"]["missing"]) == {"desired_on", "services", "business_reason", "success_owners"}
    refused = errors_of(program.post(f"/api/v1/requests/{made['id']}/submit"))
    assert refused["desired_on"] == "Say when you plan to start."
    assert refused["owner_0_name"] == "Name at least one person who owns the success."
    assert Event.objects.filter(kind="assistance.submitted").count() == 0


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"services": ["telepathy"]}, "services", "telepathy is not one of the available choices"),
        ({"desired_on": "2001-01-01"}, "desired_on", "This day has passed."),
        ({"desired_on": "soon"}, "desired_on", "date"),
        ({"desired_on": "2026-02-30"}, "desired_on", "date"),
        ({"seats": 0}, "seats", "greater than or equal to 1"),
        ({"seats": 10**12}, "seats", "or less"),
        ({"seats": 10**40}, "seats", "or less"),
        ({"seats": "620"}, "seats", "whole number"),
        ({"seats": True}, "seats", "whole number"),
        ({"seats": 6.5}, "seats", "whole number"),
        ({"business_reason": "a\x00b"}, "business_reason", "Null characters"),
        ({"business_reason": "a\ud800b"}, "business_reason", "half a character"),
        ({"business_reason": "x" * 4001}, "business_reason", "4000 characters at most"),
        ({"business_reason": 5}, "business_reason", "Give a text."),
        ({"owners": [{"name": "A"}]}, "owner_0_email", "Give the work e-mail"),
        ({"owners": [{"name": "A", "email": "nowhere"}]}, "owner_0_email", "valid email"),
        ({"owners": [{"name": "A", "email": "a@b.example"}] * 11}, "owners", "10 people"),
        ({"tenant": str(uuid.uuid4())}, "tenant", "not one of the available choices"),
        ({"tenant": "first"}, "tenant", "UUID"),
        ({"app_name": "Payroll"}, "app_name", "not asked for here"),
        ({"country": "DE"}, "country", "not asked for here"),
        ({"partner_consent": True}, "partner_name", "Name the partner"),
        ({"is_education": "yes"}, "is_education", "true or false"),
        ({"status": "accepted"}, "status", "no such field"),
        ({"customer": str(uuid.uuid4())}, "customer", "no such field"),
        ({"channel": "site"}, "channel", "no such field"),
        ({"kind": "favour"}, "kind", "Give one of microsoft365, app_assure."),
    ],
)
def test_what_makes_no_sense_is_named_at_its_field(cast: Cast, said: dict[str, Any], field: str, sentence: str):
    """B1, A3: and nothing is written."""
    program = program_of(cast.lead)
    assert sentence in errors_of(begun(program, cast, **said))[field]
    assert not AssistanceRequest.objects.exists()


def test_a_name_that_is_half_a_character_is_said_to_be_one(cast: Cast):
    refused = begun(program_of(cast.lead), cast, **{"a\ud800": 1})
    assert list(errors_of(refused).values()) == ["This text has half a character in it."]


def test_the_audit_tells_what_programs_did(cast: Cast, sign_in: Any):
    begun(program_of(cast.lead), cast)
    lines = sign_in(cast.admin).get("/staff/audit/").content.decode()
    assert lines.count("by program") == 1
    told = b"".join(sign_in(cast.admin).get("/staff/audit/?as=csv").streaming_content).decode()
    assert told.count("Lena Lead (by program)") == 1


def test_what_is_not_named_stays_as_it_is(cast: Cast):
    program = program_of(cast.lead)
    made = begun(program, cast, notes="Call before noon").json()
    changed = program.patch(f"/api/v1/requests/{made['id']}", {"services": ["teams"]}, version=made["version"])
    assert changed.status_code == 200
    ask = AssistanceRequest.objects.get()
    assert (ask.services, ask.notes, ask.business_reason) == (["teams"], "Call before noon", "One mail for all")
    # A value can be taken back.
    program.patch(f"/api/v1/requests/{made['id']}", {"seats": None, "notes": ""}, version=2)
    ask.refresh_from_db()
    assert (ask.seats, ask.notes) == (None, "")


def test_somebody_who_was_quicker_is_shown(cast: Cast):
    program = program_of(cast.lead)
    made = begun(program, cast).json()
    url = f"/api/v1/requests/{made['id']}"
    assert program.patch(url, {"seats": 700}, version=1).status_code == 200
    stale = program.patch(url, {"seats": 800}, version=1)
    assert stale.status_code == 412
    assert (stale.json()["theirs"], stale.json()["yours"]) == ({"seats": 700}, {"seats": 800})
    # A step may say what it has seen.
    assert program.post(f"{url}/submit", version=1).status_code == 412
    assert program.post(f"{url}/submit", version=2).status_code == 200
    again = program.post(f"{url}/submit")
    assert (again.status_code, again.json()["theirs"]) == (409, {"status": "Submitted"})


def test_one_key_is_for_one_request(cast: Cast):
    program = program_of(cast.lead)
    url = f"/api/v1/customers/{cast.contoso.public_id}/requests"
    assert program.post(url, facts(), key="nightly-1").status_code == 201
    other = program.post(url, facts(notes="More"), key="nightly-1")
    assert other.status_code == 422
    assert "was sent before with another request" in other.json()["detail"]
    assert AssistanceRequest.objects.count() == 1
    # What was refused is not kept: the mended request may use the key.
    assert program.post(url, {"seats": -1}, key="nightly-2").status_code == 422
    assert program.post(url, {"seats": 5}, key="nightly-2").status_code == 201
    # Another token has keys of its own.
    assert program_of(cast.lead).post(url, facts(), key="nightly-1").status_code == 201


def test_the_viewer_of_a_customer_reads_the_reason(cast: Cast):
    cast.pm.memberships.update(role="viewer")
    refused = begun(program_of(cast.pm), cast)
    assert refused.status_code == 403
    assert refused.json()["detail"].startswith("Executive viewers can read.")


def test_pages_of_a_list_follow_each_other(cast: Cast):
    program = program_of(cast.lead)
    ids = [begun(program, cast).json()["id"] for _number in range(5)]
    found, url = [], "http://127.0.0.1:8000/api/v1/requests?limit=2&status=draft"
    while url:
        page = program.get(url.removeprefix("http://127.0.0.1:8000")).json()
        assert len(page["items"]) <= 2
        found += [each["id"] for each in page["items"]]
        url = page["next"]
    assert found == ids[::-1]
    stranger = begun(program_of(cast.partner), cast).json()["id"]
    for after in (stranger, str(uuid.uuid4())):
        refused = program.get("/api/v1/requests", after=after)
        assert errors_of(refused)["after"].startswith("Nothing in this list has this id.")
    for query in ({"limit": 0}, {"limit": 101}, {"limit": "x"}, {"after": "x"}, {"status": "open"}, {"status": "\x00"}):
        assert program.get("/api/v1/requests", **query).status_code == 422, query


def test_the_search_is_that_of_the_page(cast: Cast):
    for user, status, names in (
        (cast.partner, 200, ["Contoso"]),
        (cast.litware_partner, 200, []),
        (cast.specialist, 200, ["Contoso"]),
        (cast.lead, 403, []),
    ):
        found = program_of(user).get("/api/v1/customers/search", q="contoso.example")
        assert found.status_code == status
        assert [each["name"] for each in found.json().get("items", [])] == names
    program = program_of(cast.partner)
    for query in ({}, {"q": ""}, {"q": "x" * 201}, {"q": "a\x00b"}):
        assert program.get("/api/v1/customers/search", **query).status_code == 422, query
