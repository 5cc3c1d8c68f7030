"""Accepting a request opens an engagement with everything in it."""

import uuid
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assistance.models import AssistanceRequest
from engagements.models import Engagement
from engagements.operations.engagement import accept, move
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.directory.operations import end_link, link_partner
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import AccessRefused, Invalid, TransitionRefused
from tests.engagements.engagement_scene import ON, in_review, opened


@pytest.fixture
def ask(cast):
    return in_review(cast.contoso, cast.lead)


def form(key=None, **fields):
    return {"key": str(key or uuid.uuid4()), **fields}


def address(ask):
    return reverse("engagements:accept", kwargs={"public_id": ask.public_id})


def test_six_phases_eight_milestones_and_137_responsibilities(cast, ask):
    engagement = accept(ask, by=cast.specialist, on=ON)
    ask.refresh_from_db()
    assert ask.status == "accepted"
    assert (engagement.status, engagement.specialist, engagement.centre) == ("active", cast.specialist, cast.emea)
    assert engagement.title == "Contoso: Microsoft 365"
    assert [(phase.code, phase.status) for phase in engagement.phases.all()] == [
        ("general", "in_progress"),
        ("initiate", "in_progress"),
        ("assess", "not_started"),
        ("remediate", "not_started"),
        ("enable", "not_started"),
        ("data_migration", "not_started"),
    ]
    assert engagement.milestones.count() == 8
    assert [milestone.code for milestone in engagement.milestones.filter(is_optional=True)] == [
        "migration_velocity_workshop"
    ]
    assert engagement.responsibilities.count() == 137
    initiate = engagement.responsibilities.filter(phase="initiate")
    assert Counter(initiate.values_list("party", flat=True)) == {"fasttrack": 3, "customer": 4}


def test_the_plan_counts_working_days_of_the_centre(cast, ask):
    engagement = accept(ask, by=cast.specialist, on=ON)
    days = {milestone.code: milestone.planned_on for milestone in engagement.milestones.all()}
    assert days["kickoff"] == date(2026, 3, 9)
    # Good Friday and Easter Monday lie between the kickoff and the 25th working day after it.
    assert days["remediation_review"] == date(2026, 4, 15)


def test_everything_that_everybody_needs_applies_to_a_large_customer(cast, ask):
    engagement = accept(ask, by=cast.specialist, on=ON)
    left_out = engagement.responsibilities.filter(status="not_applicable")
    assert {item.code for item in left_out} == {"G-C23"}


def test_a_customer_of_499_seats_gets_no_migration_and_reads_why(cast):
    engagement = opened(cast.fabrikam, cast.fabrikam_lead, cast.apac_specialist)
    phase = engagement.phases.get(code="data_migration")
    assert (phase.status, phase.reason) == ("skipped", engagement.eligibility_sentence)
    assert "499" in phase.reason
    moved = engagement.responsibilities.filter(phase="data_migration")
    assert moved.count() == 29
    assert {(item.status, item.reason) for item in moved} == {("not_applicable", engagement.eligibility_sentence)}
    workshop = engagement.milestones.get(code="migration_velocity_workshop")
    assert (workshop.status, workshop.planned_on) == ("skipped", None)


def test_services_out_of_scope_leave_their_items_out_with_a_reason(cast):
    engagement = opened(cast.contoso, cast.lead, cast.specialist, services=["intune"], wants_migration=False)
    reasons = {
        item.code: item.reason
        for item in engagement.responsibilities.filter(status="not_applicable", party="fasttrack")
    }
    assert reasons["A-F6"] == "SharePoint is not in scope."
    assert reasons["A-F7.6"] == "Neither Teams nor Skype for Business is in scope."
    assert reasons["A-F8"] == "Exchange is not in scope."
    assert reasons["D-F1"] == "Data migration by FastTrack is not wanted."
    workshop = engagement.milestones.get(code="migration_velocity_workshop")
    assert workshop.reason == "None of its services is in scope."


def test_two_events_and_everybody_concerned_is_told(cast):
    before = Event.objects.count()
    ask = in_review(cast.contoso, cast.lead, partner=cast.northwind)
    engagement = accept(ask, by=cast.manager, specialist=cast.specialist, on=ON)
    kinds = [event.kind for event in Event.objects.order_by("pk")[before:]]
    assert kinds == ["assistance.accepted", "engagements.opened"]
    event = Event.objects.get(kind="engagements.opened")
    assert (event.thread, event.customer, event.centre, event.partner) == (
        engagement.public_id, cast.contoso, cast.emea, cast.northwind,
    )  # fmt: skip
    assert event.sentence == f"{engagement.number} was opened for Contoso; Sam Specialist is the specialist"
    told = set(Notification.objects.filter(event=event).values_list("user__email", flat=True))
    assert told == {cast.lead.email, cast.pm.email, cast.partner.email, cast.specialist.email}


def test_a_partner_whose_link_has_ended_is_left_out(cast):
    ask = in_review(cast.contoso, cast.lead, partner=cast.northwind)
    end_link(PartnerLink.objects.get(partner=cast.northwind), at=timezone.now(), by=cast.lead)
    engagement = accept(ask, by=cast.specialist, on=ON)
    assert engagement.partner is None
    assert not Notification.objects.filter(event__kind="engagements.opened", user=cast.partner).exists()


def test_an_ended_link_also_silences_later_events(cast):
    link_partner(cast.litware, cast.contoso, by=cast.lead)
    engagement = opened(cast.contoso, cast.lead, cast.specialist, partner=cast.litware)
    end_link(PartnerLink.objects.get(partner=cast.litware), at=timezone.now(), by=cast.lead)
    move(Engagement.objects.get(pk=engagement.pk), "hold", by=cast.specialist, reason="Summer")
    assert Event.objects.get(kind="engagements.held").partner is None


def test_the_specialist_is_of_the_centre_of_the_request(cast, ask):
    with pytest.raises(Invalid):
        accept(ask, by=cast.specialist, specialist=cast.apac_specialist, on=ON)
    with pytest.raises(Invalid):
        accept(ask, by=cast.admin, on=ON)
    assert not Engagement.objects.exists()
    assert AssistanceRequest.objects.get(pk=ask.pk).status == "in_review"
    assert accept(ask, by=cast.admin, specialist=cast.manager, on=ON).specialist == cast.manager


def test_only_the_centre_accepts(cast, ask):
    for user in (cast.lead, cast.partner, cast.apac_specialist):
        with pytest.raises(AccessRefused):
            accept(ask, by=user, on=ON)


@pytest.mark.parametrize("status", ["submitted", "needs_information", "accepted", "declined", "withdrawn"])
def test_only_what_is_in_review_can_be_accepted(cast, status):
    ask = in_review(cast.contoso, cast.lead, status=status)
    with pytest.raises(TransitionRefused):
        accept(ask, by=cast.specialist, on=ON)
    assert not Engagement.objects.exists()


def test_opening_takes_a_few_queries_however_long_the_matrix(cast, ask, django_assert_max_num_queries):
    with django_assert_max_num_queries(35):
        accept(ask, by=cast.specialist, on=ON)


# --- In the browser -------------------------------------------------------------------------------------------------
def test_the_page_says_what_accepting_means_and_leads_to_the_engagement(cast, ask, sign_in):
    client = sign_in(cast.specialist)
    page = client.get(address(ask))
    assert "Accepting opens an engagement for Contoso" in page.content.decode()
    answer = client.post(address(ask), form(specialist=cast.specialist.public_id))
    engagement = Engagement.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, engagement.get_absolute_url())
    assert engagement.starts_on >= timezone.localdate() - timedelta(days=1)


def test_a_double_click_opens_one_and_leads_to_the_same_place(cast, ask, sign_in):
    client, key = sign_in(cast.specialist), uuid.uuid4()
    sent = form(key, specialist=cast.specialist.public_id)
    first, second = client.post(address(ask), sent), client.post(address(ask), sent)
    assert first["Location"] == second["Location"]
    assert Engagement.objects.get().public_id == key
    # Another form of the same request comes too late.
    assert client.post(address(ask), form(specialist=cast.specialist.public_id)).status_code == 409


def test_a_key_of_somebody_elses_engagement_opens_nothing(cast, ask, sign_in):
    foreign = opened(cast.fabrikam, cast.fabrikam_lead, cast.apac_specialist)
    answer = sign_in(cast.specialist).post(address(ask), form(foreign.public_id, specialist=cast.specialist.public_id))
    assert answer.status_code == 409
    assert Engagement.objects.count() == 1
    assert AssistanceRequest.objects.get(pk=ask.pk).status == "in_review"


def test_a_wrong_form_comes_back_with_its_errors(cast, ask, sign_in):
    client = sign_in(cast.specialist)
    for sent in ({}, form(specialist=cast.apac_specialist.public_id), form("\x00", specialist="\x00")):
        answer = client.post(address(ask), sent)
        assert answer.status_code == 422
        assert "There is a problem" in answer.content.decode() or "error" in answer.content.decode()
    assert not Engagement.objects.exists()


def test_nothing_else_in_the_form_is_believed(cast, ask, sign_in):
    sent = form(specialist=cast.specialist.public_id) | {
        "customer": cast.fabrikam.pk, "centre": cast.apac.pk, "status": "completed", "is_migration_eligible": "",
        "partner": cast.litware.pk, "version": "99",
    }  # fmt: skip
    sign_in(cast.specialist).post(address(ask), sent)
    engagement = Engagement.objects.get()
    assert (engagement.customer, engagement.centre, engagement.partner) == (cast.contoso, cast.emea, None)
    assert (engagement.status, engagement.version, engagement.is_migration_eligible) == ("active", 1, True)


def test_who_may_see_the_page(cast, ask, sign_in):
    expected = {
        cast.specialist: 200, cast.manager: 200, cast.admin: 200,
        cast.lead: 403, cast.partner: 403,
        cast.fabrikam_lead: 404, cast.apac_specialist: 404, cast.litware_partner: 404,
    }  # fmt: skip
    ask.partner = cast.northwind
    ask.save()
    for user, status in expected.items():
        assert sign_in(user).get(address(ask)).status_code == status, user
        if status != 200:
            posted = sign_in(user).post(address(ask), form(specialist=cast.specialist.public_id))
            assert posted.status_code == status, user
    assert not Engagement.objects.exists()


def test_query_counts_do_not_grow_with_the_engagements(cast, sign_in):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("engagements:list") + "?status=").status_code == 200
        return len(queries)

    client = sign_in(cast.specialist)
    opened(cast.contoso, cast.lead, cast.specialist)
    client.get(reverse("engagements:list"))
    one = count()
    for _number in range(4):
        opened(cast.contoso, cast.lead, cast.specialist)
    assert count() == one
