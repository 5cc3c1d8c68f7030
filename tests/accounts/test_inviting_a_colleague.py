"""A lead invites a colleague by mail: one link, one use, three days, one address (S2)."""

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from fasttrack_portal.accounts import tokens
from fasttrack_portal.accounts.models import Invitation, Membership, User
from fasttrack_portal.accounts.operations import accept, deactivate, end_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.logs import without_noise
from fasttrack_portal.refusals import TransitionRefused
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "nina@contoso.example"
JOIN = {"name": "Nina New", "password1": PASSWORD, "password2": PASSWORD}


def invite(client, organisation, email=NEW, role="technical_lead", key=None):
    address = f"{organisation.get_absolute_url()}invite/"
    return client.post(address, {"email": email, "role": role, "key": key or uuid.uuid4()})


def link_in(message):
    found = re.search(r"(/join/[^/\s]+/)", message.body)
    assert found[1] in message.alternatives[0].content
    return found[1]


@pytest.fixture
def link(cast, sign_in):
    assert invite(sign_in(cast.lead), cast.contoso).status_code == 303
    run_due()
    return link_in(mail.outbox[-1])


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


def test_a_lead_invites_and_the_colleague_comes_in(cast, link):
    (letter,) = mail.outbox
    assert letter.to == [NEW]
    assert letter.subject == "You are invited to Contoso in the FastTrack portal"
    assert "Lena Lead invites you to work with Contoso" in letter.body
    assert "Technical lead" in letter.body

    colleague = Client()
    page = words(colleague.get(link))
    for said in ("Lena Lead invites you to work with Contoso as Technical lead", NEW, "choose a password"):
        assert said in page
    answer = colleague.post(link, JOIN)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "Welcome to Contoso. You are here as Technical lead." in words(colleague.get("/"))

    nina = User.objects.get(email=NEW)
    assert nina.name == "Nina New"
    assert nina.time_zone == "Europe/Berlin", "the customer's"
    assert EmailAddress.objects.get(user=nina).verified
    assert Membership.objects.get(user=nina).role == "technical_lead"
    event = Event.objects.get(kind="accounts.invitation_accepted")
    assert (event.actor, event.customer) == (nina, cast.contoso)
    assert event.sentence == "Nina New accepted the invitation to Contoso as Technical lead"


def test_looking_uses_nothing_up_and_the_link_works_once(cast, link):
    for _ in range(3):
        assert Client().get(link).status_code == 200
    assert Invitation.objects.get().status == "pending"
    assert Client().post(link, JOIN).status_code == 302
    assert Client().get(link).status_code == 410
    assert Client().post(link, JOIN).status_code == 410
    assert Membership.objects.filter(user__email=NEW).count() == 1


def test_the_secret_stands_in_no_row(cast, link):
    token = link.split("/")[2]
    invitation = Invitation.objects.get()
    assert invitation.token_hash == tokens.hash_of(token)
    assert token == tokens.token_of(invitation.nonce)
    assert len(token) == 22, "128 bits"
    kept = [repr(list(model.objects.values())) for model in (Invitation, Job, Event)]
    assert [rows for rows in kept if token in rows] == []


def test_used_withdrawn_over_and_never_made_are_one_answer(cast, sign_in, link):
    never = Client().get("/join/AAAAAAAAAAAAAAAAAAAAAA/")
    with time_machine.travel(timezone.now() + timedelta(hours=72, seconds=1)):
        over = Client().get(link)
    invitation = Invitation.objects.get()
    sign_in(cast.lead).post(f"/invitations/{invitation.public_id}/withdraw/")
    withdrawn = Client().get(link)
    assert never.status_code == over.status_code == withdrawn.status_code == 410
    assert words(never) == words(over) == words(withdrawn)
    for odd in ("x", "%00", "%ED%A0%80", "é", "x" * 3000):
        assert Client().get(f"/join/{odd}/").status_code == 410


def test_it_works_until_the_last_second(cast, link):
    with time_machine.travel(Invitation.objects.get().expires_at - timedelta(seconds=1), tick=False):
        assert Client().get(link).status_code == 200


def test_somebody_who_is_here_signs_in_and_accepts(cast, sign_in):
    invite(sign_in(cast.admin), cast.contoso, email=cast.fabrikam_lead.email.upper(), role="viewer")
    run_due()
    link = link_in(mail.outbox[-1])
    page = Client().get(link).content.decode()
    assert f"/accounts/login/?next={link}" in page
    assert "password1" not in page
    assert Client().post(link, JOIN).status_code == 200, "no password is set for somebody who has one"
    client = sign_in(cast.fabrikam_lead)
    assert "Accept the invitation" in words(client.get(link))
    assert client.post(link).status_code == 303
    assert client.get(f"/customers/{cast.contoso.public_id}/").status_code == 200
    assert set(Membership.objects.filter(user=cast.fabrikam_lead).values_list("role", flat=True)) == {"lead", "viewer"}


def test_another_address_than_the_invited_one_is_refused(cast, sign_in, link):
    client = sign_in(cast.fabrikam_lead)
    assert "This invitation is for another address" in words(client.get(link))
    answer = client.post(link)
    assert answer.status_code == 403
    assert "This invitation is for another address than lead@fabrikam.example." in answer.content.decode()
    assert Invitation.objects.get().status == "pending"


def test_the_same_answer_whether_the_address_is_known_or_not(cast, sign_in):
    """Nobody learns from inviting who else is in the portal (P2)."""
    client = sign_in(cast.lead)
    answers = [invite(client, cast.contoso, email=email) for email in (cast.fabrikam_lead.email, "who@nowhere.example")]
    assert [(each.status_code, each["Location"]) for each in answers] == [
        (303, cast.contoso.get_absolute_url()),
    ] * 2
    run_due()
    known, unknown = (
        re.sub(r"/join/[^/]+/", "", message.body.replace(message.to[0], "")) for message in mail.outbox[-2:]
    )
    assert known == unknown


def test_the_same_work_whether_the_address_is_known_or_not(cast, sign_in, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = sign_in(cast.lead)
    client.get("/settings/")
    counts = []
    for email in (cast.fabrikam_lead.email, "who@nowhere.example"):
        with CaptureQueriesContext(connection) as queries:
            invite(client, cast.contoso, email=email)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_member_or_an_open_invitation_is_named_at_the_field(cast, sign_in, link):
    client = sign_in(cast.lead)
    for email, said in ((cast.pm.email, "This person is here already."), (NEW, "There is an open invitation")):
        answer = invite(client, cast.contoso, email=email)
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert email in answer.content.decode(), "nothing typed is lost"


def test_a_new_invitation_after_the_old_one_is_over(cast, sign_in, link):
    with time_machine.travel(timezone.now() + timedelta(hours=73)):
        assert invite(sign_in(cast.lead), cast.contoso).status_code == 303
    assert sorted(Invitation.objects.values_list("status", flat=True)) == ["expired", "pending"]


def test_sent_again_the_old_link_is_dead_and_the_new_one_works(cast, sign_in, link):
    client = sign_in(cast.lead)
    assert client.post(f"/invitations/{Invitation.objects.get().public_id}/again/").status_code == 303
    run_due()
    newer = link_in(mail.outbox[-1])
    assert Client().get(link).status_code == 410
    assert Client().get(newer).status_code == 200
    assert Event.objects.filter(kind="accounts.invitation_sent_again", actor=cast.lead).count() == 1


def test_a_withdrawn_invitation_is_not_mailed(cast, sign_in):
    client = sign_in(cast.lead)
    invite(client, cast.contoso)
    client.post(f"/invitations/{Invitation.objects.get().public_id}/withdraw/")
    run_due()
    assert mail.outbox == []


def test_ten_an_hour_for_the_organisation(cast, sign_in):
    client = sign_in(cast.lead)
    with time_machine.travel(timezone.now(), tick=False):
        codes = [invite(client, cast.contoso, email=f"n{n}@contoso.example").status_code for n in range(11)]
        other = invite(sign_in(cast.fabrikam_lead), cast.fabrikam, email="n@fabrikam.example").status_code
    assert codes == [303] * 10 + [429]
    assert other == 303, "another organisation has its own ten"


def test_a_double_click_sends_one(cast, sign_in):
    client, key = sign_in(cast.lead), uuid.uuid4()
    codes = [invite(client, cast.contoso, key=key).status_code for _ in range(2)]
    assert Invitation.objects.count() == 1
    assert codes[0] == 303


def test_who_may_invite(cast, sign_in):
    for user, organisation, status in (
        (cast.pm, cast.contoso, 403),
        (cast.partner, cast.contoso, 403),
        (cast.specialist, cast.contoso, 403),
        (cast.fabrikam_lead, cast.contoso, 404),
        (cast.lead, cast.northwind, 403),
        (cast.partner, cast.northwind, 303),
        (cast.litware_partner, cast.northwind, 404),
        (cast.manager, cast.emea, 403),
        (cast.admin, cast.emea, 303),
    ):
        role = {"customer": "viewer", "partner": "partner_member"}.get(organisation._meta.model_name, "specialist")
        assert invite(sign_in(user), organisation, role=role).status_code == status, (user, organisation)


def test_only_roles_of_that_organisation(cast, sign_in):
    for role in ("specialist", "manager", "partner_admin", "admin", ""):
        assert invite(sign_in(cast.lead), cast.contoso, role=role).status_code == 422
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "a@b.example\n", "x" * 300 + "@b.example", "a\x00@b.example"])
def test_odd_addresses_get_a_field_error(cast, sign_in, email):
    assert invite(sign_in(cast.lead), cast.contoso, email=email).status_code in (303, 422)
    assert Invitation.objects.exclude(email="a@b.example").count() == 0


def test_passwords_are_held_to_the_rules(cast, link):
    for first, second, said in (
        ("short", "short", "too short"),
        (PASSWORD, PASSWORD + "x", "The two passwords differ."),
        ("", "", "This field is required."),
    ):
        answer = Client().post(link, {"name": "Nina New", "password1": first, "password2": second})
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert 'value="Nina New"' in answer.content.decode()


def test_fields_that_are_not_in_the_form_change_nothing(cast, link):
    Client().post(link, JOIN | {"is_admin": "on", "role": "lead", "email": "x@y.example", "customer": "1"})
    nina = User.objects.get(email=NEW)
    assert (nina.is_admin, Membership.objects.get(user=nina).role) == (False, "technical_lead")


def test_the_second_of_two_who_accept_at_once_is_told(cast, link):
    first, second = Invitation.objects.get(), Invitation.objects.get()
    Client().post(link, JOIN)
    nina = User.objects.get(email=NEW)
    with pytest.raises(TransitionRefused):
        accept(second, at=timezone.now(), by=nina)
    first.refresh_from_db()
    assert first.accepted_by == nina


def test_who_was_taken_out_can_be_invited_again(cast, sign_in, link):
    Client().post(link, JOIN)
    end_membership(Membership.objects.get(user__email=NEW), by=cast.lead)
    assert invite(sign_in(cast.lead), cast.contoso).status_code == 303


def test_a_deactivated_person_does_not_come_back_by_invitation(cast, sign_in):
    invite(sign_in(cast.lead), cast.contoso, email=cast.fabrikam_lead.email)
    deactivate(cast.fabrikam_lead, by=cast.admin)
    run_due()
    link = link_in(mail.outbox[-1])
    assert "password1" not in Client().get(link).content.decode()
    assert Client().post(link, JOIN).status_code == 200
    assert Invitation.objects.get().status == "pending"


def test_the_link_stands_in_no_log(link):
    told = without_noise(None, "info", {"event": "request_finished", "request": f"GET {link}", "code": 200})
    assert told["request"] == "GET /join/…/"
