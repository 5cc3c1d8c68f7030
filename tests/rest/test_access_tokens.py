"""A person makes a token for a program, sees it once, and takes it back; it ends with the password and the person."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, override_settings
from django.utils import timezone

from fasttrack_portal.accounts.operations import deactivate
from fasttrack_portal.activity.models import Event
from fasttrack_portal.rest.models import AccessToken
from fasttrack_portal.rest.operations import MOST_TOKENS
from fasttrack_portal.rest.secrets import new_nonce
from tests.conftest import PASSWORD, Cast
from tests.programs import Program, program_of
from tests.writes import sign_in_anew

pytestmark = pytest.mark.django_db
LIST = "/settings/tokens/"
NEW = "/settings/tokens/new/"


def form(**changes: Any) -> dict[str, Any]:
    return {"nonce": new_nonce(), "name": "Nightly states", "scopes": ["requests:read"], "days": 30, **changes}


@pytest.fixture
def lead(cast: Cast, sign_in: Any) -> Client:
    client: Client = sign_in(cast.lead)
    sign_in_anew(client)
    return client


def shown(response: Any) -> str:
    found = re.search(r'value="(ftp_[0-9a-f]{64})"', response.content.decode())
    assert found
    return found[1]


def test_a_token_is_shown_once_and_kept_as_a_hash(cast: Cast, lead: Client):
    made = lead.post(NEW, form())
    token = shown(made)
    assert "shown this once" in made.content.decode()
    later = lead.get(LIST).content.decode()
    assert "Nightly states" in later
    assert "Requests for assistance: read" in later
    row = AccessToken.objects.get()
    stored = repr({field.name: getattr(row, field.name) for field in row._meta.concrete_fields})
    assert token not in later + stored + repr(list(Event.objects.values("data")))
    assert Program(token).get("/api/v1/requests").status_code == 200
    told = Event.objects.get(kind="rest.token_made")
    assert told.sentence.startswith("The access token “Nightly states” was made, for requests:read, until ")
    assert "not used yet" not in lead.get(LIST).content.decode()


def test_the_same_form_sent_twice_makes_one_token(lead: Client):
    sent = form()
    assert shown(lead.post(NEW, sent)) == shown(lead.post(NEW, sent))
    assert AccessToken.objects.count() == Event.objects.filter(kind="rest.token_made").count() == 1


def test_a_form_that_comes_back_after_its_token_was_withdrawn_makes_none(lead: Client):
    sent = form()
    lead.post(NEW, sent)
    lead.post(f"{LIST}{AccessToken.objects.get().public_id}/withdraw/")
    again = lead.post(NEW, sent)
    assert again.status_code == 422
    assert "This form was sent before." in again.content.decode()
    assert AccessToken.objects.count() == 1


def test_a_nonce_of_ones_own_gives_no_token_that_can_be_known(cast: Cast, lead: Client):
    first = shown(lead.post(NEW, form(nonce="guessed")))
    assert shown(lead.post(NEW, form(nonce="guessed"))) != first


def test_making_one_needs_a_fresh_sign_in(cast: Cast, sign_in: Any):
    client = sign_in(cast.lead)
    for response in (client.get(NEW), client.post(NEW, form())):
        assert response.status_code == 302
        assert "/accounts/reauthenticate/" in response["Location"]
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "This field is required."),
        ({"name": "a\x00b"}, "Null characters are not allowed."),
        ({"scopes": []}, "This field is required."),
        ({"scopes": ["requests:own"]}, "is not one of the available choices"),
        ({"scopes": ["reports:write"]}, "is not one of the available choices"),
        ({"days": "400"}, "is not one of the available choices"),
        ({"days": ""}, "This field is required."),
    ],
)
def test_what_makes_no_sense_is_named_at_its_field(lead: Client, changes: dict[str, Any], sentence: str):
    response = lead.post(NEW, form(**changes))
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not AccessToken.objects.exists()


def test_there_is_an_end_to_how_many_one_can_have(cast: Cast, lead: Client):
    for _number in range(MOST_TOKENS):
        program_of(cast.lead, ["requests:read"])
    response = lead.post(NEW, form())
    assert response.status_code == 422
    assert f"You have {MOST_TOKENS} tokens" in response.content.decode()


def test_a_withdrawn_token_opens_nothing_from_the_next_request_on(cast: Cast, lead: Client):
    program = program_of(cast.lead)
    assert program.get("/api/v1/requests").status_code == 200
    token = AccessToken.objects.get()
    assert lead.post(f"{LIST}{token.public_id}/withdraw/").status_code == 303
    assert program.get("/api/v1/requests").status_code == 401
    assert "Withdrawn" in lead.get(LIST).content.decode()
    assert Event.objects.get(kind="rest.token_withdrawn").sentence.endswith("was withdrawn")
    assert lead.post(f"{LIST}{token.public_id}/withdraw/").status_code == 409


def test_nobody_finds_or_withdraws_anothers(cast: Cast, sign_in: Any):
    program = program_of(cast.lead)
    token = AccessToken.objects.get()
    for user in (cast.pm, cast.admin):
        client = sign_in(user)
        assert token.name not in client.get(LIST).content.decode()
        assert client.post(f"{LIST}{token.public_id}/withdraw/").status_code == 404
    assert program.get("/api/v1/requests").status_code == 200


def test_a_token_expires(cast: Cast, lead: Client):
    now = timezone.now()
    program = program_of(cast.lead)
    AccessToken.objects.update(created_at=now - timedelta(days=2), expires_at=now - timedelta(seconds=1))
    assert program.get("/api/v1/requests").status_code == 401
    assert "Expired" in lead.get(LIST).content.decode()


def test_a_token_ends_with_the_password_it_was_made_with(cast: Cast, lead: Client):
    program = program_of(cast.lead)
    new = "another horse battery staple"
    changed = lead.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert changed.status_code == 302
    assert program.get("/api/v1/requests").status_code == 401
    again = Client()
    cast.lead.refresh_from_db()
    again.force_login(cast.lead)
    assert "Ended with your password" in again.get(LIST).content.decode()


def test_who_leaves_leaves_no_token(cast: Cast):
    program = program_of(cast.pm)
    before = Event.objects.count()
    deactivate(cast.pm, by=cast.admin)
    assert Event.objects.count() == before + 1
    assert AccessToken.objects.get().withdrawn_at is not None
    assert program.get("/api/v1/requests").status_code == 401
    # Even if somebody was let in again by hand.
    type(cast.pm).objects.filter(pk=cast.pm.pk).update(is_active=True)
    assert program.get("/api/v1/requests").status_code == 401


def test_a_role_that_is_taken_away_counts_from_the_next_request(cast: Cast):
    """A2: the token lives, and sees nothing any more."""
    program = program_of(cast.pm)
    assert len(program.get("/api/v1/customers").json()["items"]) == 1
    cast.pm.memberships.all().delete()
    assert program.get("/api/v1/customers").json() == {"items": [], "next": None}
    assert program.get(f"/api/v1/customers/{cast.contoso.public_id}").status_code == 404


@override_settings(REQUIRE_STAFF_MFA=True)
def test_staff_without_a_second_factor_get_no_further_than_on_the_pages(cast: Cast):
    refused = program_of(cast.specialist).get("/api/v1/requests")
    assert (refused.status_code, "second factor" in refused.json()["detail"]) == (403, True)
    assert program_of(cast.lead).get("/api/v1/requests").status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer ftp_",
        "Basic eDp5",
        "Bearer " + "x" * 5000,
        "Bearer ftp_" + "0" * 64,
        "Bearer \x00",
    ],
)
def test_what_is_no_token_opens_nothing(cast: Cast, header: str):
    response = Client().get("/api/v1/requests", headers={"Authorization": header} if header else {})
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.usefixtures("one_window")
def test_guessing_is_limited_and_stops_nobody_else(cast: Cast):
    program = program_of(cast.lead)
    answers = [Client().get("/api/v1/requests").status_code for _number in range(62)]
    assert (answers.count(401), answers.count(429)) == (60, 2)
    assert program.get("/api/v1/requests").status_code == 200


@pytest.mark.usefixtures("one_window")
def test_a_program_that_asks_too_often_is_told_when_to_come_back(cast: Cast, monkeypatch: Any):
    monkeypatch.setattr("fasttrack_portal.rest.callers.CALLS", 3)
    cache.clear()
    program = program_of(cast.lead)
    answers = [program.get("/api/v1/requests") for _number in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[3]["Retry-After"]) <= 60
    assert answers[3].json()["detail"].startswith("That was a lot in a short time.")
