"""A customer asks for assistance: the start, the task list, its sections, the check, the submission and the receipt."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from django.utils.html import escape

from assistance import operations
from assistance.models import AssistanceRequest, EligibilityRule
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import AccessRefused, Invalid
from tests.assistance.conftest import (
    FACTS,
    address,
    begun,
    filled,
    in_days,
    in_state,
    saved,
    sent,
    submitted,
    typed,
)
from tests.conftest import person

NEW = "/requests/new/"


def told(answer):
    return " ".join(answer.content.decode().split())


def test_looking_at_the_start_writes_nothing_and_pressing_makes_the_draft(cast, sign_in):
    client = sign_in(cast.lead)
    page = told(client.get(NEW))
    assert "For <strong>Contoso</strong>" in page
    assert "With 620 seats, FastTrack can guide you and move your mail and files." in page
    assert not AssistanceRequest.objects.exists()
    ask = begun(client)
    assert (ask.status, ask.customer, ask.created_by, ask.channel) == ("draft", cast.contoso, cast.lead, "site")
    assert Event.objects.get(kind__startswith="assistance.").kind == "assistance.drafted"
    # Who comes again is led back to it.
    assert f"Go on with {ask.number}" in told(client.get(NEW))
    assert ask.number in told(client.get("/"))


def test_the_form_knows_what_is_known(cast, sign_in):
    client = sign_in(cast.lead)
    ask = begun(client)
    page = told(client.get(address(ask, "organisation")))
    assert 'name="seats" value="620"' in page
    assert "Contoso Retail" in page  # it has two tenants, so it may choose
    assert "Guidance and migration" in page
    for name in ("country", "language", "zone", "tpid"):
        assert f'name="{name}"' not in page
    page = told(client.get(address(ask, "contact")))
    for value in ("Lena Lead", "lead@contoso.example", "Tenant lead"):
        assert f'value="{value}"' in page


def test_what_the_directory_does_not_know_is_asked(cast, sign_in):
    type(cast.contoso).objects.filter(pk=cast.contoso.pk).update(country="", zone="UTC")
    client = sign_in(cast.lead)
    ask = begun(client)
    page = told(client.get(address(ask, "organisation")))
    assert 'name="country"' in page
    assert 'name="zone"' in page
    assert 'name="language"' not in page
    assert saved(client, ask, "organisation", country="D1").status_code == 422
    saved(client, ask, "organisation", country="de", zone="Europe/Berlin", language="xx")
    ask.refresh_from_db()
    assert (ask.country, ask.zone, ask.language) == ("DE", "Europe/Berlin", "")


def test_with_one_tenant_nobody_is_asked_for_it(cast, sign_in):
    client = sign_in(cast.fabrikam_lead)
    ask = begun(client)
    assert 'name="tenant"' not in told(client.get(address(ask, "organisation")))
    assert ask.tenant is not None
    assert ask.tenant.name == "Fabrikam"


def test_services_stand_under_their_families(cast, sign_in):
    client = sign_in(cast.lead)
    page = client.get(address(begun(client), "services")).content.decode()
    for family in ("Microsoft 365", "Enterprise Mobility + Security", "Windows"):
        assert f">{family}</div>" in page
    assert page.count('type="checkbox" name="services"') == 12


def statuses(client, ask):
    page = client.get(f"/requests/{ask.public_id}/edit/").content.decode()
    row = r'class="task-link" href="[^"]*/(?:edit/)?(\w+)/">.*?<span>([^<]+)</span></span></li>'
    return dict(re.findall(row, page, re.DOTALL))


def test_the_task_list_says_how_far_each_section_is(cast, sign_in):
    client = sign_in(cast.lead)
    ask = begun(client)
    first = statuses(client, ask)
    assert first == {
        "services": "Not started",
        "reason": "Not started",
        "organisation": "Optional",
        "migration": "Optional",
        "plans": "Optional",
        "contact": "Optional",
        "check": "Not started",
    }
    saved(client, ask, "services", desired_on=None)
    saved(client, ask, "reason")
    saved(client, ask, "migration")
    saved(client, ask, "plans", scenarios="Teams first")
    assert statuses(client, ask) == first | {
        "services": "In progress",
        "reason": "Done",
        "migration": "Done",
        "plans": "In progress",
    }
    page = told(client.get(f"/requests/{ask.public_id}/edit/"))
    assert "1 thing we need is still missing." in page
    assert "<strong>1</strong> / 4" in page
    # What is missing, and why it helps.
    assert "A helpdesk that knows the new services gets fewer calls on the first day." in page
    assert "The first scenarios say" not in page


def test_save_and_continue_leads_through_the_sections_to_the_check(cast, sign_in):
    client = sign_in(cast.lead)
    ask = begun(client)
    place, seen = "services", []
    while place != "check":
        seen.append(place)
        answer = saved(client, ask, place)
        assert answer.status_code == 303
        assert answer["Location"].endswith(f"/?saved={place}")
        place = answer["Location"].split("?")[0].strip("/").split("/")[-1]
    assert seen == ["services", "reason", "organisation", "migration", "plans", "contact"]
    later = saved(client, ask, "plans", **{"continue": None, "later": "1", "training": "In June"})
    assert later["Location"] == f"/requests/{ask.public_id}/edit/?saved=plans"


def test_a_complete_form_is_checked_and_submitted(cast, sign_in):
    client = sign_in(cast.lead)
    tenant = cast.contoso.tenants.get(name="Contoso Retail")
    ask = filled(
        client,
        organisation={"tenant": str(tenant.public_id), "plan_family": "microsoft365"},
        migration={"wants_migration": "on", "migration_sources": ["google_workspace", "box"], "mailboxes": "600"},
        plans={"stakeholders": "Our CIO"},
        contact={
            "contact_phone": "+49 30 123",
            "partner_name": "Litware Consulting",
            "partner_consent": "on",
            "notes": "No meetings on Fridays",
        },
    )
    page = told(client.get(f"/requests/{ask.public_id}/check/"))
    for words in ("Exchange Online, Microsoft Teams", "Maria Graf, head of IT, maria@contoso.example", "Contoso Retail",
                  "Google Workspace, Box", "Our CIO", "+49 30 123", "Litware Consulting", "No meetings on Fridays",
                  "to 2 people at FastTrack Center EMEA", "Guidance and migration"):  # fmt: skip
        assert words in page, words
    assert page.count(">Change<") == page.count('class="fact-change"') > 15
    answer = sent(client, ask)
    assert (answer.status_code, answer["Location"]) == (303, f"/requests/{ask.public_id}/?saved=all")
    page = told(client.get(answer["Location"]))
    for words in (ask.number, "Submitted", "We have it", "Europe/Berlin", "Our CIO", "No meetings on Fridays",
                  "Lena Lead", "Maria Graf, head of IT"):  # fmt: skip
        assert words in page
    assert (ask.status, ask.channel, ask.customer, ask.tenant) == ("submitted", "site", cast.contoso, tenant)
    assert (ask.centre, ask.partner, ask.created_by, ask.wants_migration) == (cast.emea, None, cast.lead, True)
    event = Event.objects.get(kind="assistance.submitted")
    assert (event.actor, event.customer, event.centre) == (cast.lead, cast.contoso, cast.emea)
    assert (event.thread, event.url) == (ask.public_id, f"/requests/{ask.public_id}/")
    assert event.sentence == f"{ask.number} was submitted for Contoso"


@pytest.mark.parametrize(
    ("section", "left_out", "field", "sentence"),
    [
        ("services", {"desired_on": None}, "id_desired_on", "Say when you plan to start."),
        ("services", {"services": None}, "id_services", "Choose at least one service."),
        ("reason", {"business_reason": None}, "id_business_reason", "Say why you launch these services."),
        (
            "reason",
            {"owner_0_name": None, "owner_0_email": None, "owner_0_role": None},
            "id_owner_0_name",
            "Name at least one person who owns the success.",
        ),
    ],
)
def test_what_is_missing_can_be_saved_and_is_said_at_the_submission(cast, sign_in, section, left_out, field, sentence):
    client = sign_in(cast.lead)
    ask = filled(client, **{section: left_out})
    answer = sent(client, ask)
    page = told(answer)
    assert answer.status_code == 422
    assert "There is a problem" in page
    assert f'<a href="/requests/{ask.public_id}/edit/{section}/#{field}' in page
    assert sentence in page
    assert ask.status == "draft"
    assert not Event.objects.filter(kind="assistance.submitted").exists()


def test_everything_typed_stays_after_a_422(cast, sign_in):
    client = sign_in(cast.lead)
    ask = begun(client)
    answer = saved(client, ask, "reason", business_reason="Typed with care", owner_0_email="nobody",
                   owner_1_name="Ann Other", owner_1_email="")  # fmt: skip
    page = told(answer)
    assert answer.status_code == 422
    for kept in ("Typed with care", 'value="nobody"', 'value="Ann Other"', 'value="head of IT"'):
        assert kept in page, kept
    answer = saved(client, ask, "organisation", seats="77", student_seats="x")
    assert 'name="seats" value="77"' in told(answer)
    assert "With 77 seats, FastTrack help is not available yet." in told(answer)
    ask.refresh_from_db()
    assert (ask.business_reason, ask.seats) == ("", 620)


def test_an_owner_without_an_address_is_told_on_its_row(cast, sign_in):
    client = sign_in(cast.lead)
    ask = begun(client)
    answer = saved(client, ask, "reason", owner_1_name="Ann Other")
    page = told(answer)
    assert answer.status_code == 422
    assert 'href="#id_owner_1_email"' in page
    assert page.count("Give the work e-mail, so that we can reach this person.") == 2
    # For later it may stay as it is; at the submission it is in the way.
    assert saved(client, ask, "reason", owner_1_name="Ann Other", **{"continue": None}).status_code == 303
    saved(client, ask, "services")
    answer = sent(client, ask)
    assert answer.status_code == 422
    assert "/edit/reason/#id_owner_1_email" in told(answer)


def test_another_owner_gets_another_row(cast, sign_in):
    client = sign_in(cast.lead)
    ask = begun(client)
    assert saved(client, ask, "reason", more="1")["Location"] == f"{address(ask, 'reason')}?saved=reason"
    page = told(client.get(address(ask, "reason")))
    assert 'name="owner_1_name"' in page
    assert 'name="owner_2_name"' not in page


def test_a_day_that_has_passed_can_stay_in_a_draft_only(cast, sign_in):
    client = sign_in(cast.lead)
    past = (timezone.localdate() - timedelta(days=3)).isoformat()
    ask = begun(client)
    answer = saved(client, ask, "services", desired_on=past)
    assert answer.status_code == 422
    assert "This day has passed." in told(answer)
    assert f'value="{past}"' in told(answer)
    assert saved(client, ask, "services", desired_on=past, **{"continue": None}).status_code == 303
    saved(client, ask, "reason")
    answer = sent(client, ask)
    assert answer.status_code == 422
    assert f'<a href="/requests/{ask.public_id}/edit/services/#id_desired_on">This day has passed.' in told(answer)


BAD = {
    "services": [
        {"desired_on": "0001-01-01"}, {"desired_on": "9999-12-31"}, {"desired_on": "99999-01-01"},
        {"desired_on": "2026-02-30"}, {"desired_on": "\x00"}, {"services": ["exchange", "bitcoin"]},
        {"services": ["\x00"]}, {"version": "x"}, {"version": "0"}, {"version": "9" * 40}, {"version": "\x00"},
        {"version": None}, {"base": "\x00"}, {"base": "x" * 65},
    ],
    "reason": [
        {"business_reason": "a\x00b"}, {"business_reason": "x" * 4001}, {"owner_0_name": "x" * 121},
        {"owner_0_name": "a\x00"}, {"owner_0_email": "nobody"}, {"owner_0_email": "a\x00@contoso.example"},
        {"owner_3_role": "x" * 81},
    ],
    "organisation": [
        {"seats": "0"}, {"seats": str(10**12)}, {"seats": "9" * 30}, {"seats": "9" * 5000}, {"seats": "-1"},
        {"seats": "1e3"}, {"seats": "\x00"}, {"student_seats": "-1"}, {"student_seats": str(10**12)},
        {"tenant": "not-a-uuid"}, {"tenant": "\x00"}, {"tenant": str(uuid.UUID(int=0xFA))}, {"plan_family": "gold"},
    ],
    "migration": [
        {"mailboxes": str(10**12)}, {"data_gb": "9" * 30}, {"data_gb": "-1"}, {"migration_sources": ["floppy"]},
    ],
    "plans": [{"stakeholders": "x" * 2001}, {"training": "\x00"}],
    "contact": [
        {"contact_email": "nobody"}, {"contact_email": "a\x00@contoso.example"}, {"contact_name": "x" * 121},
        {"contact_phone": "call me"}, {"contact_phone": "\x00"}, {"contact_role": "x" * 81}, {"notes": "x" * 4001},
        {"notes": "pasted\x00text"}, {"partner_name": "x" * 201},
    ],
}  # fmt: skip


def _nothing_is_lost(page, form):
    """Whatever was typed stands in the form again, what is wrong too; a choice that does not exist cannot."""
    chosen = {"services", "tenant", "plan_family", "migration_sources", "version", "base", "continue"}
    for name, value in form.items():
        if name not in chosen and isinstance(value, str) and f'name="{name}"' in page:
            assert escape(value) in page, name


@pytest.mark.parametrize("section", sorted(BAD))
def test_bad_input_is_a_field_error_and_nothing_is_saved(cast, sign_in, section):
    client = sign_in(cast.lead)
    ask = begun(client)
    version = ask.version
    for bad in BAD[section]:
        for button in ({}, {"continue": None}, {"continue": None, "autosave": "1"}):
            answer = client.post(address(ask, section), typed(ask, section, **{**button, **bad}))
            assert answer.status_code == 422, (bad, button)
            if "autosave" not in button:
                page = answer.content.decode()
                assert "There is a problem" in page
                _nothing_is_lost(page, typed(ask, section, **{**button, **bad}))
    ask.refresh_from_db()
    assert ask.version == version
    assert Event.objects.filter(kind="assistance.edited").count() == 0


@pytest.mark.parametrize("key", ["no key", "\x00", None, "9" * 400])
def test_a_bad_key_begins_nothing(cast, sign_in, key):
    answer = sign_in(cast.lead).post(NEW, {"key": key} if key else {})
    assert answer.status_code == 422
    assert not AssistanceRequest.objects.exists()


def test_what_contradicts_itself_is_told(cast, sign_in):
    client = sign_in(cast.lead)
    ask = begun(client)
    assert "Tick this if it is to be moved" in told(saved(client, ask, "migration", mailboxes="5"))
    assert "Name the partner that we may talk to." in told(saved(client, ask, "contact", partner_consent="on"))


def test_a_double_click_makes_one_draft_and_one_request(cast, sign_in):
    client, key = sign_in(cast.lead), str(uuid.uuid4())
    first, second = client.post(NEW, {"key": key}), client.post(NEW, {"key": key})
    assert first["Location"] == second["Location"]
    ask = AssistanceRequest.objects.get()
    for section in ("services", "reason"):
        form = typed(ask, section)
        assert [client.post(address(ask, section), form).status_code for _ in range(2)] == [303, 303]
    assert Event.objects.filter(kind="assistance.edited").count() == 2
    ask.refresh_from_db()
    form = {"version": str(ask.version)}
    answers = [client.post(f"/requests/{ask.public_id}/check/", form).status_code for _ in range(2)]
    assert answers == [303, 409]
    assert Event.objects.filter(kind="assistance.submitted").count() == 1
    assert Notification.objects.filter(user=cast.specialist).count() == 1


def test_somebody_elses_key_says_nothing_and_changes_nothing(cast, sign_in):
    theirs = submitted(cast.contoso, cast.lead)
    answer = sign_in(cast.fabrikam_lead).post(NEW, {"key": str(theirs.public_id)})
    mine = AssistanceRequest.objects.get(customer=cast.fabrikam)
    assert answer["Location"] == f"/requests/{mine.public_id}/edit/"
    assert mine.public_id != theirs.public_id


def test_extra_fields_change_nothing(cast, sign_in):
    extra = {
        "status": "accepted",
        "customer": str(cast.fabrikam.pk),
        "centre": str(cast.apac.pk),
        "reviewer": str(cast.lead.pk),
        "channel": "admin_centre",
        "kind": "app_assure",
        "partner": str(cast.northwind.pk),
        "created_by": str(cast.pm.pk),
        "verdict": "migration",
        "verdict_sentence": "all is well",
        "saved_sections": "check",
        "tpid": "1",
        "app_name": "x",
        "id": "4711",
    }
    client = sign_in(cast.lead)
    ask = filled(client, services=extra, reason=extra, organisation={**extra, "seats": "10"})
    sent(client, ask, **{**extra, "seats": "5000"})
    assert (ask.status, ask.customer, ask.centre, ask.reviewer) == ("submitted", cast.contoso, cast.emea, None)
    assert (ask.channel, ask.partner, ask.created_by, ask.kind) == ("site", None, cast.lead, "microsoft365")
    assert (ask.verdict, ask.tpid, ask.app_name, ask.seats, ask.pk != 4711) == ("not_yet", "", "", 10, True)


def test_a_section_that_is_not_of_this_form_is_not_there(cast, sign_in):
    client = sign_in(cast.lead)
    ask = begun(client)
    for section in ("application", "nothing", "check"):
        assert client.get(address(ask, section)).status_code == 404
        assert client.post(address(ask, section), {"version": "1"}).status_code == 404


def test_a_request_below_eligibility_can_be_sent_and_the_verdict_is_kept(cast, sign_in):
    client = sign_in(cast.lead)
    ask = filled(client, organisation={"seats": "120"})
    page = told(client.get(sent(client, ask)["Location"]))
    assert (ask.verdict, ask.verdict_rule_version) == ("not_yet", 1)
    assert "30 seats short of guidance" in page
    EligibilityRule.objects.create(rule_version=2, minimum_seats=0, verdict="migration", source="New terms")
    page = told(client.get(f"/requests/{ask.public_id}/"))
    assert "Not yet eligible" in page
    assert "by version 1 of the rules" in page
    # What it would be told now stands beside it, while it is open.
    assert page.index("Eligibility today") < page.index("New terms")
    operations.withdraw(ask, by=cast.lead)
    assert "New terms" not in told(client.get(f"/requests/{ask.public_id}/"))


def test_the_operation_itself_wants_what_the_form_wants(cast):
    with pytest.raises(Invalid) as fault:
        submitted(cast.contoso, cast.lead, services=[])
    assert fault.value.details["field"] == "services"
    assert not AssistanceRequest.objects.exists()


def test_the_author_gets_a_receipt_and_the_centre_is_told(cast, sign_in):
    client = sign_in(cast.lead)
    ask = filled(client)
    sent(client, ask)
    run_due()
    mails = {message.to[0]: message for message in mail.outbox}
    assert set(mails) == {"lead@contoso.example", "specialist@fasttrack.example", "manager@fasttrack.example"}
    receipt = mails["lead@contoso.example"]
    assert receipt.subject == f"We have your request {ask.number}"
    assert f"Your request {ask.number} for Contoso has arrived at FastTrack Center EMEA." in receipt.body
    assert "What comes next" in receipt.body
    assert f"/requests/{ask.public_id}/" in receipt.body
    told_staff = mails["specialist@fasttrack.example"]
    assert told_staff.subject == f"New request {ask.number} from Contoso"
    assert "Services: Exchange Online, Microsoft Teams." in told_staff.body
    assert Notification.objects.filter(user=cast.lead).count() == 1


def test_mail_writes_names_as_they_are(cast, sign_in):
    cast.contoso.name = "Müller & Söhne <GmbH>"
    cast.contoso.save()
    client = sign_in(cast.lead)
    sent(client, filled(client))
    run_due()
    message = next(message for message in mail.outbox if message.to == ["specialist@fasttrack.example"])
    assert "Müller & Söhne <GmbH>" in message.subject
    assert "Müller & Söhne <GmbH>" in message.body
    assert "Müller &amp; Söhne &lt;GmbH&gt;" in message.alternatives[0][0]


def test_executive_viewers_only_read(cast, sign_in, viewer):
    client = sign_in(viewer)
    assert client.get("/requests/").status_code == 200
    for answer in (client.get(NEW), client.post(NEW, {"key": str(uuid.uuid4())})):
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


def test_somebody_without_an_organisation_is_told_what_to_do(cast, sign_in):
    answer = sign_in(person("new@somewhere.example", "New Comer")).get(NEW)
    assert answer.status_code == 403
    assert "You do not belong to an organisation yet." in answer.content.decode()


def test_somebody_of_two_organisations_chooses(cast, sign_in):
    add_membership(cast.lead, role=Membership.Role.LEAD, customer=cast.fabrikam, by=None)
    client = sign_in(cast.lead)
    page = client.get(NEW).content.decode()
    assert f"{NEW}?customer={cast.fabrikam.public_id}" in page
    assert "Request assistance for Contoso" in page
    assert begun(client, f"?customer={cast.fabrikam.public_id}").customer == cast.fabrikam


def test_the_rule_stands_in_the_operation_too(cast, viewer):
    for user in (viewer, cast.fabrikam_lead, cast.litware_partner, cast.specialist):
        with pytest.raises(AccessRefused):
            operations.draft(cast.contoso, key=uuid.uuid4(), by=user, **FACTS, desired_on=in_days(9))
