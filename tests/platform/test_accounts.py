"""Signing in, staying signed in, and no longer being welcome."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.accounts.operations import add_membership, deactivate, end_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.jobs.models import Job
from tests.conftest import PASSWORD

LOGIN = "/accounts/login/"


def sign_in(email, password=PASSWORD):
    client = Client()
    return client, client.post(LOGIN, {"login": email, "password": password})


def test_a_person_signs_in_with_mail_and_password(cast):
    client, answer = sign_in("LEAD@contoso.example")
    assert answer.status_code == 302
    assert client.get("/settings/").status_code == 200


def test_whoever_has_not_verified_the_address_does_not_get_in(cast):
    user = User.objects.create_user("new@contoso.example", PASSWORD, name="New")
    EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)
    client, _answer = sign_in("new@contoso.example")
    assert client.get("/settings/").status_code == 302
    assert mail.outbox == [], "the person waits for no mail server"
    run_due()
    (letter,) = mail.outbox
    assert letter.to == ["new@contoso.example"]
    assert Job.objects.get(kind="notices.letter").payload == {}, "the code is not kept"


def test_sign_up_does_not_tell_who_is_here(cast):
    form = {"password1": PASSWORD, "password2": PASSWORD, "name": "Somebody"}
    known = Client().post("/accounts/signup/", form | {"email": "lead@contoso.example"})
    unknown = Client().post("/accounts/signup/", form | {"email": "nobody@contoso.example"})
    assert (known.status_code, known.get("Location")) == (unknown.status_code, unknown.get("Location"))


def test_sign_in_gives_a_new_session_id(cast):
    client = Client()
    client.get(LOGIN)
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    client.cookies["session"] = before
    client.post(LOGIN, {"login": "lead@contoso.example", "password": PASSWORD})
    assert client.cookies["session"].value != before


@pytest.mark.parametrize(
    ("key", "ago", "stays"),
    [
        ("seen_at", 12 * 3600 - 60, True),
        ("seen_at", 12 * 3600 + 60, False),
        ("began_at", 7 * 86400 - 60, True),
        ("began_at", 7 * 86400 + 60, False),
    ],
)
def test_a_session_ends_after_twelve_idle_hours_or_seven_days(cast, key, ago, stays):
    client, _answer = sign_in("lead@contoso.example")
    client.get("/settings/")
    session = client.session
    session[key] = int(time.time()) - ago
    session.save()
    assert (client.get("/settings/").status_code == 200) is stays


def test_a_role_that_ends_is_gone_with_the_next_request(cast):
    client, _answer = sign_in("pm@contoso.example")
    address = f"/customers/{cast.contoso.public_id}/"
    assert client.get(address).status_code == 200
    end_membership(Membership.objects.get(user=cast.pm), by=cast.admin)
    assert client.get(address).status_code == 404


def test_a_deactivated_person_is_out_at_once(cast):
    client, _answer = sign_in("pm@contoso.example")
    deactivate(cast.pm, by=cast.admin)
    assert client.get("/settings/").status_code == 302
    assert Event.objects.get(kind="accounts.deactivated").actor == cast.admin


def test_staff_without_a_second_factor_get_no_further_where_it_is_required(cast, settings):
    settings.REQUIRE_STAFF_MFA = True
    client, _answer = sign_in("specialist@fasttrack.example")
    assert client.get("/")["Location"] == "/accounts/2fa/"
    assert client.get("/accounts/2fa/").status_code == 200
    customer, _answer = sign_in("lead@contoso.example")
    assert customer.get("/settings/").status_code == 200


def test_settings_are_saved_once_and_say_so_when_somebody_was_faster(cast):
    client, _answer = sign_in("lead@contoso.example")
    page = client.get("/settings/").content.decode()
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    form = {
        "name": "Lena",
        "phone": "",
        "time_zone": "Europe/Paris",
        "theme": "dark",
        "reminder": "day",
        "version": version,
    }
    assert client.post("/settings/", form).status_code == 303
    assert Event.objects.filter(kind="accounts.preferences_set").count() == 1
    late = client.post("/settings/", form | {"name": "Another"})
    assert late.status_code == 409
    assert "Another" in late.content.decode()
    assert "Lena" in late.content.decode()


def test_fields_that_are_not_in_the_form_change_nothing(cast):
    client, _answer = sign_in("lead@contoso.example")
    form = {
        "name": "Lena",
        "phone": "",
        "time_zone": "UTC",
        "theme": "dark",
        "reminder": "day",
        "version": cast.lead.version,
    }
    client.post("/settings/", form | {"is_admin": "on", "email": "x@y.example", "is_active": "", "role": "manager"})
    cast.lead.refresh_from_db()
    assert (cast.lead.is_admin, cast.lead.email, cast.lead.is_active) == (False, "lead@contoso.example", True)


def test_a_role_fits_its_organisation(cast):
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        add_membership(cast.pm, role="specialist", customer=cast.fabrikam, by=cast.admin)
