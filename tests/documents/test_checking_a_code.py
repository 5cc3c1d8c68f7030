"""Anybody with a code learns whether the document is genuine and the newest, and nothing else."""

from itertools import pairwise

import pytest
from django.utils import timezone

from fasttrack_portal.documents.models import Seal
from fasttrack_portal.documents.operations import newest_after


@pytest.fixture
def series(db):
    """Three issues of one report, and one that was never finished."""
    seals = [
        Seal.objects.create(
            code=f"ABCD-EFGH-{number}{number}{number}{number}",
            title="Status report",
            number=f"RPT-00000{number}",
            issued_at=timezone.now(),
            issued_by="FastTrack Center EMEA",
            snapshot_sha256="a" * 64,
            pdf_sha256="" if number == 5 else str(number) * 64,
        )
        for number in (2, 3, 4, 5)
    ]
    for earlier, later in pairwise(seals[:3]):
        Seal.objects.filter(pk=earlier.pk).update(superseded_by=later)
    return list(Seal.objects.order_by("number"))


def test_the_newest_is_confirmed_without_naming_a_customer(cast, series, client):
    page = client.get("/verify/ABCD-EFGH-4444")
    text = page.content.decode()
    assert page.status_code == 200
    assert "Genuine, and the newest of its kind" in text
    assert "RPT-000004" in text
    assert "4" * 64 in text
    assert "Contoso" not in text


def test_an_older_one_is_genuine_and_names_the_newest_of_the_series(series, client):
    text = client.get("/verify/ABCD-EFGH-2222").content.decode()
    assert "Genuine, but not the newest" in text
    assert "superseded by RPT-000004" in text


@pytest.mark.parametrize("code", ["ZZZZ-ZZZZ-ZZZZ", "x", "%00", "ABCD-EFGH-5555", "'; drop", "ü" * 20, "A" * 400])
def test_an_unknown_code_and_one_that_was_never_issued_are_the_same(series, client, code):
    page = client.get(f"/verify/{code}")
    assert page.status_code == 404
    assert "We do not know this code" in page.content.decode()


@pytest.mark.parametrize("typed", ["abcd-efgh-4444", " ABCD EFGH 4444 ", "abcdefgh4444", "ABCD–EFGH–4444"])
def test_a_code_may_be_typed_as_people_type(series, client, typed):
    assert "newest of its kind" in client.get("/verify/", {"code": typed}).content.decode()


def test_without_a_code_the_page_asks_for_one(client, db):
    page = client.get("/verify/")
    assert page.status_code == 200
    assert 'name="code"' in page.content.decode()


def test_a_long_series_is_one_question(series, django_assert_num_queries):
    first = series[0]
    with django_assert_num_queries(1):
        newest = newest_after(first)
    assert newest is not None
    assert newest.number == "RPT-000004"
    assert newest_after(newest) is None


@pytest.mark.usefixtures("one_window")
def test_guessing_is_limited(db, client):
    answers = [client.get("/verify/ZZZZ-ZZZZ-ZZZZ").status_code for _time in range(61)]
    assert answers[-1] == 429
