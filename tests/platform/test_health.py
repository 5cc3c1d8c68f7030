"""Whether the process lives and the portal can serve."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from fasttrack_portal.jobs.models import Job


def test_the_process_answers_without_the_database(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert Client().get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize("address", ["/", "/engagements/", "/accounts/login/", "/nowhere/", "/readyz"])
def test_without_the_database_every_page_says_come_back(cast, sign_in, address):
    """Also where it is a middleware that asks for the session or the person first (F4)."""
    client = sign_in(cast.lead)
    client.raise_request_exception = False

    def away(*args):
        raise OperationalError("connection refused")

    with connection.execute_wrapper(away):
        answer = client.get(address)
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "5", "no-store")


def test_ready_means_database_and_migrations(db):
    body = Client().get("/readyz").json()
    assert (body["status"], body["migrations_pending"], body["workers"]) == ("ok", 0, "ok")


def test_workers_that_do_not_work_are_told(db, capsys):
    Job.objects.create(kind="x", key="y", due_at=timezone.now() - timedelta(minutes=5))
    assert Client().get("/readyz").json()["workers"] == "late"
    with pytest.raises(CommandError, match="has waited 300 s"):
        call_command("check_jobs", max_age=60)


def test_routes_are_listed_with_their_audience(capsys, db):
    import json

    call_command("routes", json=True)
    found = {route["name"]: route["audience"] for route in json.loads(capsys.readouterr().out)}
    assert found["healthz"] == found["documents:verify"] == found["account_login"] == "public"
    assert found["home"] == found["jobs:jobs"] == "signed-in"
