"""A phase passes when both sides have signed by name; what stood then is frozen."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from engagements.gates import canonical, fingerprint
from engagements.models import Agreement, CoSpecialist, Phase, Responsibility, Signature
from engagements.operations.engagement import move
from engagements.operations.phases import announce_gate, move_phase, override_gate, sign_gate
from engagements.operations.responsibilities import move_responsibility
from engagements.wanted import agreements_for, words_wanted
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import AccessRefused, Conflict, Invalid, TransitionRefused
from tests.conftest import person
from tests.engagements.engagement_scene import AT, at_its_gate, gate_of, item, opened, passed

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=1)


@pytest.fixture(scope="module")
def engagement(stage):
    return opened(stage.contoso, stage.lead, stage.specialist)


@pytest.fixture(scope="module")
def cast(stage):
    return stage


@pytest.fixture
def initiate(engagement):
    return Phase.objects.select_related("engagement").get(engagement=engagement, code="initiate")


@pytest.fixture
def gate(initiate, cast):
    return at_its_gate(initiate, cast)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def post(user, gate, **sent):
    return client_of(user).post(gate.phase.get_absolute_url(), {"agreement": str(gate.public_id), **sent})


def text_of(user, url):
    return client_of(user).get(url).content.decode()


# --- Signing ---------------------------------------------------------------------------------------------------------
def test_both_sides_sign_and_the_phase_passes(cast, gate):
    assert post(cast.lead, gate, comment="Well done").status_code == 303
    gate.phase.refresh_from_db()
    assert gate.phase.status == "ready"
    first = Event.objects.get(kind="engagements.gate_signed")
    assert first.sentence == "Lena Lead signed the gate of Initiate for Contoso"
    assert post(cast.specialist, gate).status_code == 303
    gate.refresh_from_db()
    gate.phase.refresh_from_db()
    assert (gate.status, gate.phase.status) == ("agreed", "passed")
    assert Phase.objects.get(engagement=gate.engagement, code="assess").status == "in_progress"
    event = Event.objects.get(kind="engagements.phase_passed")
    assert (event.data["signers"], event.data["next"]) == ("Lena Lead, Sam Specialist", "Assess")
    assert event.data["fingerprint"] == fingerprint(gate.snapshot)
    page = text_of(cast.lead, gate.phase.get_absolute_url())
    assert "Both sides have signed" in page
    assert "Tenant lead" in page
    assert "Well done" in page


def test_the_gate_is_the_same_page_for_both_sides_and_names_what_is_left(cast, initiate):
    Responsibility.objects.filter(engagement=initiate.engagement, phase="initiate").exclude(code="I-C3").update(
        status="done"
    )
    Responsibility.objects.filter(engagement=initiate.engagement, code="I-C3").update(assignee=cast.pm)
    move_phase(initiate, "offer", by=cast.specialist, at=AT)
    for user in (cast.lead, cast.specialist, cast.partner, cast.admin):
        page = text_of(user, initiate.get_absolute_url())
        assert "1 item is not done" in page
        # The same words for both sides: nobody is “you” here.
        assert re.search(r"With the customer for \d+ working days · Pavel Manager", page)
    assert "1 item of the phase is not done yet." in text_of(cast.lead, initiate.get_absolute_url())
    answer = post(cast.lead, gate_of(initiate))
    assert answer.status_code == 409
    assert "These are not done yet: I-C3" in answer.content.decode()
    assert not Signature.objects.exists()


@pytest.mark.parametrize("state", ["open", "in_progress", "waiting", "blocked"])
def test_nobody_signs_over_an_item_in_any_state_that_is_not_met(cast, gate, state):
    item(gate.engagement, "I-C1").__class__.objects.filter(engagement=gate.engagement, code="I-C1").update(
        status=state, reason="Stuck"
    )
    for user in (cast.lead, cast.specialist, cast.admin):
        with pytest.raises(Conflict, match="I-C1"):
            sign_gate(gate, by=user, at=AT)


def test_an_item_reopened_after_a_signature_takes_it_back(cast, gate):
    """What was signed has changed: that side looks again, and its name is not carried over."""
    sign_gate(gate, by=cast.lead, at=AT)
    move_responsibility(item(gate.engagement, "I-C1"), "reopen", by=cast.specialist, at=LATER)
    assert not gate.signatures.exists()
    answer = post(cast.specialist, gate)
    assert answer.status_code == 409
    assert "I-C1" in answer.content.decode()
    move_responsibility(item(gate.engagement, "I-C1"), "finish", by=cast.lead, at=LATER)
    sign_gate(gate, by=cast.specialist, at=LATER)
    gate.phase.refresh_from_db()
    assert gate.phase.status == "ready"
    assert agreements_for(cast.lead).get() == gate


def test_verifying_what_is_done_leaves_a_signature_alone(cast, gate):
    sign_gate(gate, by=cast.lead, at=AT)
    move_responsibility(item(gate.engagement, "I-C1"), "verify", by=cast.specialist, at=LATER)
    assert gate.signatures.get().name == "Lena Lead"


def test_a_second_click_changes_nothing_and_a_second_name_of_one_side_is_refused(cast, gate):
    for _click in range(2):
        assert post(cast.lead, gate).status_code == 303
    assert Event.objects.filter(kind="engagements.gate_signed").count() == 1
    answer = post(cast.pm, gate)
    assert answer.status_code == 409
    assert "Lena Lead has signed for Contoso already" in answer.content.decode()


def test_one_person_does_not_sign_for_both_sides(cast, gate):
    """Whoever has become staff in between is on the other side now."""
    sign_gate(gate, by=cast.lead, at=AT)
    Signature.objects.update(by=cast.manager)
    sign_gate(gate, by=cast.manager, at=AT)
    gate.refresh_from_db()
    assert gate.status == "open"


# --- Who signs -------------------------------------------------------------------------------------------------------
WHO_SIGNS = {
    "lead": "customer", "pm": "customer", "technical_lead": "look on", "viewer": "look on",
    "specialist": "fasttrack", "manager": "fasttrack", "admin": "fasttrack", "co_specialist": "fasttrack",
    "colleague": "a co-specialist", "partner": "A partner never signs", "fabrikam_lead": None,
    "apac_specialist": None, "litware_partner": None,
}  # fmt: skip


def everybody(cast, engagement):
    made = {name: getattr(cast, name, None) for name in WHO_SIGNS}
    for name, role, place in (
        ("technical_lead", Membership.Role.TECHNICAL_LEAD, {"customer": cast.contoso}),
        ("viewer", Membership.Role.VIEWER, {"customer": cast.contoso}),
        ("co_specialist", Membership.Role.SPECIALIST, {"centre": cast.emea}),
        ("colleague", Membership.Role.SPECIALIST, {"centre": cast.emea}),
    ):
        made[name] = person(f"{name}@people.example", name)
        add_membership(made[name], role=role, by=None, **place)
    CoSpecialist.objects.create(engagement=engagement, user=made["co_specialist"])
    return made


def test_who_signs_for_whom_in_every_state_of_the_gate(cast, gate):
    """Each state of an agreement x each person: made from the table, so that a new state is in it."""
    wrong = []
    clients = {name: client_of(user) for name, user in everybody(cast, gate.engagement).items()}
    for state in sorted(Agreement.WORKFLOW.states()):
        Agreement.objects.filter(pk=gate.pk).update(
            status=state, snapshot={}, settled_at=None if state == "open" else AT, reason="Because"
        )
        for name, side in WHO_SIGNS.items():
            Signature.objects.all().delete()
            may = side in ("customer", "fasttrack")
            expected = 404 if side is None else 403 if not may else 204 if state == "open" else 409
            sent = {"agreement": str(gate.public_id)}
            answer = clients[name].post(gate.phase.get_absolute_url(), sent, headers={"HX-Request": "true"})
            signed = list(Signature.objects.values_list("side", flat=True))
            if answer.status_code != expected or signed != ([side] if expected == 204 else []):
                wrong.append((state, name, answer.status_code, expected, signed))
            if expected == 403 and side not in answer.content.decode():
                wrong.append((name, answer.content.decode()))
    assert wrong == []


def test_the_operation_refuses_by_itself(cast, gate):
    for user in (cast.partner, cast.fabrikam_lead, cast.apac_specialist, cast.litware_partner):
        with pytest.raises(AccessRefused):
            sign_gate(gate, by=user, at=AT)
    for user in (cast.lead, cast.partner, cast.specialist, cast.manager):
        with pytest.raises(AccessRefused, match="administrator"):
            override_gate(gate, by=user, at=AT, reason="x")


def test_a_partner_reads_why_it_cannot_sign(cast, gate):
    assert "A partner never signs for the customer" in text_of(cast.partner, gate.phase.get_absolute_url())
    answer = post(cast.partner, gate)
    assert answer.status_code == 403
    assert "A partner never signs for the customer" in answer.content.decode()


# --- What is kept ----------------------------------------------------------------------------------------------------
def test_the_snapshot_keeps_what_stood_whatever_comes_after(cast, initiate):
    thing = item(initiate.engagement, "I-C1")
    Responsibility.objects.filter(pk=thing.pk).update(assignee=cast.pm, evidence="The signed plan")
    thing.attachments.create(
        engagement=initiate.engagement, kind="link", title="Plan v2", url="https://x.example", by=cast.lead
    )
    passed(initiate, cast)
    agreement = initiate.gates.get()
    before, url = canonical(agreement.snapshot), agreement.get_absolute_url()
    page = text_of(cast.lead, url)
    for words in ("I-C1", "Pavel Manager", "The signed plan; Plan v2", "Lena Lead", "Tenant lead, Customer",
                  "FastTrack specialist, FastTrack", fingerprint(agreement.snapshot)):  # fmt: skip
        assert words in page
    Responsibility.objects.filter(pk=thing.pk).update(text="Something else", evidence="", assignee=None)
    thing.attachments.all().delete()
    type(cast.lead).objects.filter(pk=cast.lead.pk).update(name="Renamed")
    type(initiate.engagement).objects.filter(pk=initiate.engagement_id).update(title="Renamed")
    move_phase(initiate, "reopen", by=cast.specialist, at=LATER)
    agreement.refresh_from_db()
    assert canonical(agreement.snapshot) == before
    assert Event.objects.get(kind="engagements.phase_passed").data["fingerprint"] == fingerprint(agreement.snapshot)
    assert "Lena Lead" in text_of(cast.partner, url)
    assert client_of(cast.fabrikam_lead).get(url).status_code == 404


def test_an_open_gate_has_no_page_of_what_was_kept(cast, gate):
    assert client_of(cast.lead).get(gate.get_absolute_url()).status_code == 404


def test_canonical_text_does_not_depend_on_order():
    assert canonical({"b": [1, "ä"], "a": {}}) == canonical({"a": {}, "b": [1, "ä"]}) == '{"a":{},"b":[1,"ä"]}'


# --- Override, withdraw, skip ----------------------------------------------------------------------------------------
def test_an_administrator_overrides_with_a_reason_that_both_sides_read(cast, initiate):
    move_phase(initiate, "offer", by=cast.specialist, at=AT)
    url = reverse("engagements:override_gate", kwargs={"public_id": initiate.public_id})
    admin = client_of(cast.admin)
    assert "items are not done" in admin.get(url).content.decode()
    assert admin.post(url, {"reason": " "}).status_code == 422
    assert admin.post(url, {"reason": "The auditor needs it today"}).status_code == 303
    initiate.refresh_from_db()
    agreement = initiate.gates.get()
    assert (initiate.status, agreement.status, agreement.settled_by) == ("passed", "overridden", cast.admin)
    assert len(agreement.snapshot["items"]) > 0
    assert {"open"} <= {each["status"] for each in agreement.snapshot["items"]}
    page = text_of(cast.lead, initiate.get_absolute_url())
    assert "without both signatures" in page
    assert "The auditor needs it today" in page
    event = Event.objects.get(kind="engagements.phase_overridden")
    told = set(Notification.objects.filter(event=event).values_list("user__email", flat=True))
    assert told == {cast.lead.email, cast.pm.email, cast.specialist.email}
    assert admin.post(url, {"reason": "Again"}).status_code == 409
    with pytest.raises(Invalid):
        override_gate(agreement, by=cast.admin, at=AT, reason="")


def test_a_step_back_withdraws_the_gate_and_a_new_one_begins_without_names(cast, gate):
    sign_gate(gate, by=cast.lead, at=AT)
    move_phase(gate.phase, "reopen", by=cast.specialist, at=AT)
    gate.refresh_from_db()
    assert (gate.status, gate.phase.status) == ("withdrawn", "in_progress")
    assert post(cast.specialist, gate).status_code == 409
    with pytest.raises(TransitionRefused, match="Withdrawn"):
        sign_gate(gate, by=cast.specialist, at=AT)
    move_phase(gate.phase, "offer", by=cast.specialist, at=LATER)
    assert not gate_of(gate.phase).signatures.exists()
    # A form that shows the gate of before does not sign the new one.
    assert post(cast.lead, gate).status_code == 303
    assert not gate_of(gate.phase).signatures.exists()


def test_passing_alone_does_not_exist_any_more(cast, gate):
    with pytest.raises(Conflict, match="both sides have signed"):
        move_phase(gate.phase, "pass", by=cast.specialist, at=AT)
    url = reverse("engagements:move_phase", kwargs={"public_id": gate.phase.public_id, "step": "pass"})
    assert client_of(cast.specialist).post(url, {"reason": "x"}).status_code == 409
    assert client_of(cast.specialist).get(url)["Location"] == gate.phase.get_absolute_url()


def test_general_has_no_gate(cast, engagement):
    general = Phase.objects.get(engagement=engagement, code="general")
    for name in ("gate", "override_gate", "plan_phase"):
        url = reverse(f"engagements:{name}", kwargs={"public_id": general.public_id})
        assert client_of(cast.admin).get(url).status_code == 404
    assert general.get_absolute_url() == engagement.get_absolute_url()


def test_data_migration_has_a_gate_of_its_own_beside_enable(cast, engagement):
    Phase.objects.filter(engagement=engagement, code__in=["initiate", "assess", "remediate"]).update(status="passed")
    enable, moving = (Phase.objects.get(engagement=engagement, code=code) for code in ("enable", "data_migration"))
    move_phase(enable, "start", by=cast.specialist, at=AT)
    move_phase(moving, "start", by=cast.specialist, at=AT)
    passed(moving, cast)
    enable.refresh_from_db()
    assert (enable.status, moving.status) == ("in_progress", "passed")
    at_its_gate(enable, cast)


def test_an_engagement_at_rest_signs_nothing(cast, gate):
    move(gate.engagement, "rest", by=cast.specialist, at=AT, reason="They move offices")
    answer = post(cast.lead, gate)
    assert answer.status_code == 409
    assert "Dormant" in answer.content.decode()
    assert "nobody signs" in text_of(cast.lead, gate.phase.get_absolute_url())


# --- Who is told -----------------------------------------------------------------------------------------------------
def test_the_last_item_before_an_open_gate_is_told_to_who_can_sign(cast, initiate):
    Responsibility.objects.filter(engagement=initiate.engagement, phase="initiate").exclude(
        code__in=["I-C1", "I-C2"]
    ).update(status="done")
    move_phase(initiate, "offer", by=cast.specialist, at=AT)
    move_responsibility(item(initiate.engagement, "I-C1"), "finish", by=cast.lead, at=AT)
    assert not Job.objects.filter(kind="engagements.gate_waits").exists()
    move_responsibility(item(initiate.engagement, "I-C2"), "exclude", by=cast.specialist, at=AT, reason="No need")
    job = Job.objects.get(kind="engagements.gate_waits")
    gate = gate_of(initiate)
    assert job.payload["gate"] == gate.pk
    for _run in range(2):
        announce_gate(gate, cause=job.payload["cause"])
    event = Event.objects.get(kind="engagements.gate_waits")
    assert event.sentence == "Everything in Initiate is done: its gate waits for signatures"
    told = set(Notification.objects.filter(event=event).values_list("user__email", flat=True))
    assert told == {cast.lead.email, cast.pm.email, cast.specialist.email}
    # What was opened again in between is passed over.
    move_responsibility(item(initiate.engagement, "I-C1"), "reopen", by=cast.specialist, at=AT)
    announce_gate(gate, cause="another")
    assert Event.objects.filter(kind="engagements.gate_waits").count() == 1


def test_who_is_told_at_each_step(cast, gate):
    def told(kind):
        event = Event.objects.filter(kind=kind).latest("pk")
        return set(Notification.objects.filter(event=event).values_list("user__email", flat=True))

    assert told("engagements.phase_offered") == {cast.lead.email, cast.pm.email}
    sign_gate(gate, by=cast.lead, at=AT)
    assert told("engagements.gate_signed") == {cast.specialist.email}
    sign_gate(gate, by=cast.manager, at=AT)
    assert told("engagements.phase_passed") == {cast.lead.email, cast.pm.email, cast.specialist.email}


def test_a_gate_waits_on_the_home_page_of_who_can_sign(cast, gate):
    sentence = "Sign the gate of Initiate"
    assert [each["label"] for each in words_wanted(cast.pm)] == [sentence]
    assert sentence in text_of(cast.lead, "/")
    assert sentence in text_of(cast.specialist, "/")
    for user in (cast.partner, cast.fabrikam_lead, cast.manager, cast.apac_specialist):
        assert sentence not in text_of(user, "/")
    sign_gate(gate, by=cast.lead, at=AT)
    assert words_wanted(cast.pm) == []
    assert sentence not in text_of(cast.lead, "/")
    assert sentence in text_of(cast.specialist, "/")


def test_a_gate_with_something_left_to_do_waits_for_nobodys_name(cast, gate):
    Responsibility.objects.filter(engagement=gate.engagement, code="I-C1").update(status="open")
    assert not agreements_for(cast.lead).exists()


@pytest.mark.parametrize("wrong", [{"agreement": ""}, {"agreement": "x"}, {"comment": "x" * 2001}, {"comment": "\x00"}])
def test_a_wrong_form_comes_back(cast, gate, wrong):
    answer = client_of(cast.lead).post(
        gate.phase.get_absolute_url(), {"agreement": str(gate.public_id), "comment": "Fine", **wrong}
    )
    assert answer.status_code == 422
    assert not Signature.objects.exists()
