"""Each "no" is an answer a person can act on."""

import uuid

import pytest
from django.db import OperationalError
from django.test import Client

from fasttrack_portal import records
from fasttrack_portal.refusals import StaleVersion
from tests.answers import without_nonces


def test_not_there_and_not_yours_are_the_same_bytes(cast, sign_in):
    client = sign_in(cast.litware_partner)
    foreign = client.get(f"/customers/{cast.contoso.public_id}/")
    absent = client.get(f"/customers/{uuid.uuid4()}/")
    assert foreign.status_code == absent.status_code == 404
    assert without_nonces(foreign) == without_nonces(absent)


def test_not_allowed_says_why(cast, sign_in):
    page = sign_in(cast.lead).get("/staff/jobs/")
    assert page.status_code == 403
    assert b"Only an administrator" in page.content


def test_an_ended_session_moves_the_whole_page_to_the_sign_in(cast):
    answer = Client().get("/customers/find/", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert "/accounts/login/" in answer["HX-Redirect"]


def test_the_database_away_is_503_with_a_time_to_come_back(cast, sign_in, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr("fasttrack_portal.home.pages.page_for", away)
    answer = sign_in(cast.lead).get("/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_the_later_of_two_editors_sees_both_values(cast):
    first = type(cast.contoso).objects.get(pk=cast.contoso.pk)
    second = type(cast.contoso).objects.get(pk=cast.contoso.pk)
    records.save_changes(first, seats=700)
    with pytest.raises(StaleVersion) as refusal:
        records.save_changes(second, seats=800)
    assert refusal.value.details["theirs"] == {"seats": 700}
    assert refusal.value.details["yours"] == {"seats": 800}


def test_signed_in_pages_are_kept_out_of_caches(cast, sign_in):
    answer = sign_in(cast.lead).get("/settings/")
    assert answer["Cache-Control"] == "no-store"
    assert "HX-Request" in answer["Vary"]
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
