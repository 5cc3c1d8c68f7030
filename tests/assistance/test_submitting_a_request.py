"""A customer asks for assistance: the form, the draft, the submission and the receipt."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from assistance import operations
from assistance.models import AssistanceRequest, EligibilityRule
from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import Invalid
from tests.assistance.conftest import FACTS, in_days, in_state, submitted, typed

NEW = "/requests/new/"


def test_the_form_knows_what_is_known(cast, sign_in):
    page = sign_in(cast.lead).get(NEW).content.decode()
    assert "For <strong>Contoso</strong>" in page
    assert 'name="seats" value="620"' in page
    assert 'value="Lena Lead"' in page
    assert 'value="lead@contoso.example"' in page
    assert "Contoso Retail" in page  # it has two tenants, so it may choose
    assert "Guidance and migration" in page
    assert "With 620 seats, FastTrack can guide you and move your mail and files." in page


def test_with_one_tenant_nobody_is_asked_for_it(cast, sign_in):
    client = sign_in(cast.fabrikam_lead)
    assert 'name="tenant"' not in client.get(NEW).content.decode()
    client.post(NEW, typed())
    assert AssistanceRequest.objects.get().tenant.name == "Fabrikam"


def test_services_stand_under_their_families(cast, sign_in):
    page = sign_in(cast.lead).get(NEW).content.decode()
    for family in ("Microsoft 365", "Enterprise Mobility + Security", "Windows"):
        assert f">{family}</div>" in page
    assert page.count('type="checkbox" name="services"') == 12


def test_a_complete_form_is_submitted(cast, sign_in):
    tenant = cast.contoso.tenants.get(name="Contoso Retail")
    answer = sign_in(cast.lead).post(
        NEW,
        typed(
            tenant=str(tenant.public_id), stakeholders="Our CIO", wants_migration="on", notes="No meetings on Fridays"
        ),
        follow=True,
    )
    ask = AssistanceRequest.objects.get()
    assert answer.redirect_chain == [(f"/requests/{ask.public_id}/", 303)]
    page = answer.content.decode()
    assert ask.number == f"REQ-{ask.pk:06d}"
    for words in (
        ask.number,
        "Submitted",
        "We have it",
        "Europe/Berlin",
        "Our CIO",
        "No meetings on Fridays",
        "Lena Lead",
    ):
        assert words in page
    assert (ask.status, ask.channel, ask.customer, ask.tenant) == ("submitted", "site", cast.contoso, tenant)
    assert (ask.centre, ask.partner, ask.created_by, ask.wants_migration) == (cast.emea, None, cast.lead, True)
    event = Event.objects.get(kind__startswith="assistance.")
    assert (event.kind, event.actor, event.customer, event.centre) == (
        "assistance.submitted",
        cast.lead,
        cast.contoso,
        cast.emea,
    )
    assert event.thread == ask.public_id
    assert event.sentence == f"{ask.number} was submitted for Contoso"
    assert event.url == f"/requests/{ask.public_id}/"


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ("desired_on", "Say when you plan to start."),
        ("services", "Choose at least one service."),
        ("business_reason", "Say why you launch these services."),
        ("success_owners", "Name at least one person who owns the success."),
    ],
)
def test_what_is_missing_is_said_on_top_and_at_the_field(cast, sign_in, left_out, sentence):
    answer = sign_in(cast.lead).post(NEW, typed(**{left_out: None}, notes="typed with care", scenarios="first Teams"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in page
    assert page.count(sentence) == 2
    for kept in ("typed with care", "first Teams"):
        assert kept in page
    assert not AssistanceRequest.objects.exists()
    assert not Event.objects.filter(kind__startswith="assistance.").exists()


def test_everything_typed_stays_after_a_422(cast, sign_in):
    form = typed(business_reason="", contact_name="Ann Other", seats="77", wants_migration="on")
    page = sign_in(cast.lead).post(NEW, form).content.decode()
    for kept in (
        form["desired_on"],
        "Maria Graf, head of IT",
        'value="Ann Other"',
        'name="seats" value="77"',
        'value="exchange" id="id_services_0_0" checked',
        f'name="key" value="{form["key"]}"',
        "With 77 seats, FastTrack help is not available yet.",
    ):
        assert kept in page, kept
    assert re.search('name="wants_migration"[^>]* checked', page)


def test_a_double_click_makes_one_request_and_the_same_redirect(cast, sign_in):
    client, form = sign_in(cast.lead), typed()
    first, second = client.post(NEW, form), client.post(NEW, form)
    assert first["Location"] == second["Location"]
    assert AssistanceRequest.objects.count() == 1
    assert Event.objects.filter(kind="assistance.submitted").count() == 1
    assert Notification.objects.filter(user=cast.specialist).count() == 1


def test_a_double_click_on_save_makes_one_draft(cast, sign_in):
    client, form = sign_in(cast.lead), typed(draft="1")
    assert client.post(NEW, form)["Location"] == client.post(NEW, form)["Location"]
    assert AssistanceRequest.objects.get().version == 1
    assert Event.objects.filter(kind__startswith="assistance.").count() == 1


def test_going_back_and_typing_more_loses_nothing(cast, sign_in):
    client, form = sign_in(cast.lead), typed(draft="1")
    client.post(NEW, form)
    client.post(NEW, {**form, "notes": "more"})
    assert AssistanceRequest.objects.get().notes == "more"
    del form["draft"]
    client.post(NEW, {**form, "notes": "even more"})
    ask = AssistanceRequest.objects.get()
    assert (ask.status, ask.notes) == ("submitted", "even more")


def test_somebody_elses_key_says_nothing_and_changes_nothing(cast, sign_in):
    theirs = submitted(cast.contoso, cast.lead)
    answer = sign_in(cast.fabrikam_lead).post(NEW, typed(key=str(theirs.public_id)))
    mine = AssistanceRequest.objects.get(customer=cast.fabrikam)
    assert answer["Location"] == f"/requests/{mine.public_id}/"
    assert mine.public_id != theirs.public_id


def test_extra_fields_change_nothing(cast, sign_in):
    extra = {
        "status": "accepted",
        "customer": str(cast.fabrikam.pk),
        "centre": str(cast.apac.pk),
        "version": "99",
        "reviewer": str(cast.lead.pk),
        "channel": "admin_centre",
        "partner": str(cast.northwind.pk),
        "created_by": str(cast.pm.pk),
        "verdict": "migration",
        "verdict_sentence": "all is well",
        "id": "4711",
    }
    sign_in(cast.lead).post(NEW, {**typed(seats="10"), **extra})
    ask = AssistanceRequest.objects.get()
    assert (ask.status, ask.customer, ask.centre, ask.reviewer) == ("submitted", cast.contoso, cast.emea, None)
    assert (ask.channel, ask.partner, ask.created_by, ask.version) == ("site", None, cast.lead, 2)
    assert (ask.verdict, ask.pk != 4711) == ("not_yet", True)


def test_a_request_below_eligibility_can_be_sent_and_the_verdict_is_kept(cast, sign_in):
    page = sign_in(cast.lead).post(NEW, typed(seats="120"), follow=True).content.decode()
    ask = AssistanceRequest.objects.get()
    assert (ask.verdict, ask.verdict_rule_version) == ("not_yet", 1)
    assert "30 seats short of guidance" in page
    EligibilityRule.objects.create(rule_version=2, minimum_seats=0, verdict="migration", source="New terms")
    page = sign_in(cast.lead).get(f"/requests/{ask.public_id}/").content.decode()
    assert "Not yet eligible" in page
    assert "by version 1 of the rules" in page
    assert "New terms" not in page


@pytest.mark.parametrize(
    "bad",
    [
        {"seats": "9" * 30},
        {"seats": "9" * 5000},
        {"seats": "-1"},
        {"seats": "1e3"},
        {"seats": "\x00"},
        {"desired_on": "0001-01-01"},
        {"desired_on": "9999-12-31"},
        {"desired_on": "99999-01-01"},
        {"desired_on": "2026-02-30"},
        {"desired_on": "\x00"},
        {"business_reason": "a\x00b"},
        {"success_owners": "x" * 1001},
        {"notes": "x" * 4001},
        {"services": ["exchange", "bitcoin"]},
        {"services": ["\x00"]},
        {"tenant": "not-a-uuid"},
        {"tenant": "\x00"},
        {"tenant": str(uuid.UUID(int=0xFA))},
        {"contact_email": "nobody"},
        {"contact_email": "a\x00@contoso.example"},
        {"contact_name": "x" * 121},
        {"key": "no key"},
        {"key": "\x00"},
        {"key": None},
    ],
    ids=lambda bad: f"{next(iter(bad))}-{str(next(iter(bad.values())))[:12]!r}",
)
@pytest.mark.parametrize("button", [{}, {"draft": "1"}], ids=["submit", "draft"])
def test_bad_input_is_a_field_error(cast, sign_in, bad, button):
    answer = sign_in(cast.lead).post(NEW, {**typed(**bad), **button})
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert not AssistanceRequest.objects.exists()


def test_a_day_that_has_passed_can_stay_in_a_draft_only(cast, sign_in):
    client = sign_in(cast.lead)
    past = (timezone.localdate() - timedelta(days=3)).isoformat()
    assert client.post(NEW, typed(desired_on=past)).status_code == 422
    assert client.post(NEW, typed(desired_on=past, draft="1")).status_code == 303


def test_the_operation_itself_wants_what_the_form_wants(cast):
    with pytest.raises(Invalid) as fault:
        submitted(cast.contoso, cast.lead, services=[])
    assert fault.value.details["field"] == "services"
    assert not AssistanceRequest.objects.exists()


def test_the_author_gets_a_receipt_and_the_centre_is_told(cast, sign_in):
    sign_in(cast.lead).post(NEW, typed())
    ask = AssistanceRequest.objects.get()
    run_due()
    mails = {message.to[0]: message for message in mail.outbox}
    assert set(mails) == {"lead@contoso.example", "specialist@fasttrack.example", "manager@fasttrack.example"}
    receipt = mails["lead@contoso.example"]
    assert receipt.subject == f"We have your request {ask.number}"
    assert f"Your request {ask.number} for Contoso has arrived at FastTrack Center EMEA." in receipt.body
    assert "What comes next" in receipt.body
    assert f"/requests/{ask.public_id}/" in receipt.body
    told = mails["specialist@fasttrack.example"]
    assert told.subject == f"New request {ask.number} from Contoso"
    assert "Services: Exchange Online, Microsoft Teams." in told.body
    assert Notification.objects.filter(user=cast.lead).count() == 1


def test_mail_writes_names_as_they_are(cast, sign_in):
    cast.contoso.name = "Müller & Söhne <GmbH>"
    cast.contoso.save()
    sign_in(cast.lead).post(NEW, typed())
    run_due()
    message = next(message for message in mail.outbox if message.to == ["specialist@fasttrack.example"])
    assert "Müller & Söhne <GmbH>" in message.subject
    assert "Müller & Söhne <GmbH>" in message.body
    assert "Müller &amp; Söhne &lt;GmbH&gt;" in message.alternatives[0][0]


def test_the_page_says_how_many_people_are_written_to(cast, sign_in):
    assert "to 2 people at FastTrack Center EMEA" in " ".join(sign_in(cast.lead).get(NEW).content.decode().split())


def test_executive_viewers_only_read(cast, sign_in, viewer):
    client = sign_in(viewer)
    assert client.get("/requests/").status_code == 200
    for answer in (client.get(NEW), client.post(NEW, typed())):
        assert answer.status_code == 403
        assert "Executive viewers can read." in answer.content.decode()
    ask = in_state("needs_information", cast, cast.lead)
    page = client.get(f"/requests/{ask.public_id}/").content.decode()
    assert "Which time zone?" in page
    assert "Executive viewers can read." in page
    assert "/answer/" not in page


def test_staff_do_not_ask_for_assistance(cast, sign_in):
    for user in (cast.specialist, cast.admin):
        answer = sign_in(user).get(f"{NEW}?customer={cast.contoso.public_id}")
        assert answer.status_code == 403
        assert "Requests come from the customer" in answer.content.decode()


def test_somebody_without_an_organisation_is_told_what_to_do(cast, sign_in, db):
    from tests.conftest import person

    answer = sign_in(person("new@somewhere.example", "New Comer")).get(NEW)
    assert answer.status_code == 403
    assert "You do not belong to an organisation yet." in answer.content.decode()


def test_somebody_of_two_organisations_chooses(cast, sign_in):
    from fasttrack_portal.accounts.models import Membership
    from fasttrack_portal.accounts.operations import add_membership

    add_membership(cast.lead, role=Membership.Role.LEAD, customer=cast.fabrikam, by=None)
    client = sign_in(cast.lead)
    page = client.get(NEW).content.decode()
    assert f"{NEW}?customer={cast.fabrikam.public_id}" in page
    assert "Request assistance for Contoso" in page
    client.post(f"{NEW}?customer={cast.fabrikam.public_id}", typed())
    assert AssistanceRequest.objects.get().customer == cast.fabrikam


def test_the_rule_stands_in_the_operation_too(cast, viewer):
    from fasttrack_portal.refusals import AccessRefused

    for user in (viewer, cast.fabrikam_lead, cast.litware_partner, cast.specialist):
        with pytest.raises(AccessRefused):
            operations.draft(cast.contoso, key=uuid.uuid4(), by=user, **FACTS, desired_on=in_days(9))
