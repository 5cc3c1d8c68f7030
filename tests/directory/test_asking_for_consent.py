"""A partner asks for a customer it does not work for, and learns nothing; the customer's lead decides."""

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.accounts.operations import add_membership, end_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory import lookup
from fasttrack_portal.directory.models import ConsentRequest, PartnerLink
from fasttrack_portal.directory.operations import create_customer, end_link, link_partner
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.notices.models import Notification
from tests.answers import without_nonces
from tests.conftest import person

pytestmark = pytest.mark.django_db
SENTENCE = "If this customer exists, we have asked it for consent."
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def litware(cast, sign_in):
    return sign_in(cast.litware_partner)


def ask(client, query):
    return client.post("/customers/consent/", {"q": query})


def asked(client, query="640115"):
    assert ask(client, query).status_code == 303
    run_due()
    return ConsentRequest.objects.latest("pk")


def bare(answer, *typed):
    status, headers, body = without_nonces(answer)
    for word in typed:
        body = body.replace(word.encode(), b"...")
    return status, headers, body


def test_the_search_offers_to_ask_for_a_whole_tpid_or_domain(cast, litware, sign_in):
    for query, offered in (
        ("640115", True),
        ("999999", True),
        ("fabrikam.example", True),
        ("https://Fabrikam.Example./about", True),
        ("fabrikam", False),
        ("64011x", False),
        ("1234567890123", False),
    ):
        page = litware.get("/customers/find/", {"q": query}, headers=FRAGMENT).content.decode()
        assert ("Ask for consent" in page) is offered, query
    for user in (cast.partner, cast.specialist):  # linked, and staff
        page = sign_in(user).get("/customers/find/", {"q": "640114"}).content.decode()
        assert "Ask for consent" not in page


def test_the_answer_never_tells(cast, litware, sign_in):
    """Exists, does not, is linked, asked before, without a lead, refused: the same bytes but the typed text (P2)."""
    create_customer(name="Nobody leads", tpid="640116", centre=cast.emea, by=None)
    refused = asked(litware, "640115")
    sign_in(cast.fabrikam_lead).post(f"/consent/{refused.public_id}/refuse/")
    link_partner(cast.litware, create_customer(name="Ours", tpid="640117", centre=cast.emea, by=None), by=None)
    litware.get("/customers/find/")  # what was said so far has been read
    offers, answers, pages = [], [], []
    for query in ("640115", "999999", "640114", "640114", "640116"):
        offers.append(bare(litware.get("/customers/find/", {"q": query}, headers=FRAGMENT), query))
    for query in ("640115", "999999", "640114", "640114", "640116", "640117"):
        answers.append(bare(ask(litware, query), query))
        pages.append(bare(litware.get("/customers/find/"), query))
        run_due()
    for each in (offers, answers, pages):
        for one in each:
            assert one == each[0]
    assert SENTENCE.encode() in pages[0][2]


def test_the_same_work_whether_or_not_there_is_such_a_customer(cast, litware):
    """What is done with it comes later, in a job: the request has nothing to look up. `bench answers` times both."""
    litware.get("/settings/")
    shapes = {}
    for query in ("640114", "999999"):
        with CaptureQueriesContext(connection) as queries:
            ask(litware, query)
        shapes[query] = [re.sub(r" (WHERE|VALUES|SET) .*|SAVEPOINT .*", "", each["sql"]) for each in queries]
    assert shapes["640114"] == shapes["999999"]
    assert not any('FROM "directory_customer"' in sql or "directory_domain" in sql for sql in shapes["640114"])


def test_the_lead_is_told_and_agrees(cast, litware, sign_in):
    consent = asked(litware)
    assert (consent.status, consent.customer) == ("asked", cast.fabrikam)
    (letter,) = mail.outbox
    assert letter.to == [cast.fabrikam_lead.email]
    assert letter.subject == "Litware Consulting asks to work on behalf of Fabrikam"
    lead = sign_in(cast.fabrikam_lead)
    page = lead.get(cast.fabrikam.get_absolute_url()).content.decode()
    assert "Litware Consulting asks for your consent" in page
    assert Notification.objects.filter(user=cast.fabrikam_lead).count() == 1

    answer = lead.post(f"/consent/{consent.public_id}/agree/", follow=True).content.decode()
    assert "Litware Consulting now works on behalf of Fabrikam." in answer
    assert "asks for your consent" not in answer
    assert PartnerLink.objects.get(customer=cast.fabrikam).consented_by == cast.fabrikam_lead
    assert litware.get(cast.fabrikam.get_absolute_url()).status_code == 200
    run_due()
    assert mail.outbox[-1].to == [cast.litware_partner.email]
    assert mail.outbox[-1].subject == "Fabrikam has agreed: you can work on its behalf"
    assert lead.post(f"/consent/{consent.public_id}/refuse/").status_code == 409


def test_by_domain_however_it_is_typed(cast, litware):
    for typed in ("fabrikam.example", "HTTPS://Fabrikam.Example/path", "fabrikam.example."):
        ConsentRequest.objects.all().delete()
        assert asked(litware, typed).customer == cast.fabrikam


def test_before_consent_nothing_tells_the_partner(cast, litware):
    asked(litware)
    told = Event.objects.visible_to(cast.litware_partner)
    assert not told.filter(kind__startswith="directory.consent").exists()
    assert not ConsentRequest.objects.visible_to(cast.litware_partner).exists()
    for address in ("/", "/notifications/", "/partners/", cast.litware.get_absolute_url(), "/customers/"):
        body = litware.get(address, follow=True).content.decode()
        assert "Fabrikam" not in body
        assert "640115" not in body
    consent = ConsentRequest.objects.get()
    for step in ("agree", "refuse"):
        for public_id in (consent.public_id, uuid.uuid4()):
            assert litware.post(f"/consent/{public_id}/{step}/").status_code == 404


def test_a_refusal_is_silent_for_thirty_days(cast, litware, sign_in):
    consent = asked(litware)
    answer = sign_in(cast.fabrikam_lead).post(f"/consent/{consent.public_id}/refuse/", follow=True)
    assert "Litware Consulting was not given access." in answer.content.decode()
    run_due()
    assert len(mail.outbox) == 1, "the partner hears nothing"
    assert not Event.objects.visible_to(cast.litware_partner).filter(kind="directory.consent_refused").exists()
    assert asked(litware).status == "unmatched"
    with time_machine.travel(timezone.now() + timedelta(days=30, seconds=1)):
        assert asked(sign_in(cast.litware_partner)).status == "asked"


def test_asked_twice_the_lead_is_asked_once_until_it_is_over(cast, litware, sign_in):
    asked(litware)
    assert asked(litware).status == "unmatched"
    assert len(mail.outbox) == 1
    with time_machine.travel(timezone.now() + timedelta(days=30, seconds=1)):
        assert asked(sign_in(cast.litware_partner)).status == "asked"
    assert sorted(ConsentRequest.objects.values_list("status", flat=True)) == ["asked", "expired", "unmatched"]


def test_an_old_request_can_no_longer_be_agreed_to(cast, litware, sign_in):
    consent = asked(litware)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        client = sign_in(cast.fabrikam_lead)
        assert "asks for your consent" not in client.get(cast.fabrikam.get_absolute_url()).content.decode()
        assert client.post(f"/consent/{consent.public_id}/agree/").status_code == 409


def test_only_the_lead_or_an_admin_decides(cast, litware, sign_in):
    consent = asked(litware, "640114")
    for user, status in ((cast.pm, 403), (cast.fabrikam_lead, 404), (cast.partner, 404), (cast.specialist, 404)):
        assert sign_in(user).post(f"/consent/{consent.public_id}/agree/").status_code == status
    assert "Only the tenant lead" in sign_in(cast.pm).get(cast.contoso.get_absolute_url()).content.decode()
    assert sign_in(cast.admin).post(f"/consent/{consent.public_id}/agree/").status_code == 303


def test_without_a_lead_an_admin_answers(cast, litware, sign_in):
    end_membership(Membership.objects.get(user=cast.fabrikam_lead), by=cast.admin)
    assert asked(litware).status == "asked"
    assert mail.outbox == []
    assert "asks for your consent" in sign_in(cast.admin).get(cast.fabrikam.get_absolute_url()).content.decode()


def test_ten_an_hour_for_the_company(cast, litware):
    with time_machine.travel(timezone.now(), tick=False):
        codes = [ask(litware, str(100 + n)).status_code for n in range(11)]
    assert codes == [303] * 10 + [429]


def test_who_is_not_a_partner_does_not_ask(cast, sign_in):
    for user in (cast.lead, cast.specialist, cast.admin):
        assert ask(sign_in(user), "640115").status_code == 403


@pytest.mark.parametrize("query", ["", " ", "\x00", "fabrikam", "a b.example", "x" * 3000, "..", "-.example", "٣٤"])
def test_what_is_no_tpid_or_domain_is_told(cast, litware, query):
    answer = ask(litware, query)
    assert answer.status_code == 422
    assert "Type a whole TPID or a whole domain" in answer.content.decode()
    assert ConsentRequest.objects.count() == 0


def test_every_asking_is_in_the_audit(cast, litware, sign_in):
    ask(litware, "999999")
    page = sign_in(cast.admin).get("/staff/audit/").content.decode()
    assert "asked for the consent of “999999”" in page


def test_the_customer_ends_the_link_and_is_asked_anew(cast, litware, sign_in):
    sign_in(cast.fabrikam_lead).post(f"/consent/{asked(litware).public_id}/agree/")
    end_link(PartnerLink.objects.get(customer=cast.fabrikam), at=timezone.now(), by=cast.fabrikam_lead)
    assert litware.get(cast.fabrikam.get_absolute_url()).status_code == 404
    assert asked(litware).status == "asked"


# --- One number, several customers -----------------------------------------------------------------------------------
def test_every_customer_of_a_tpid_is_asked_and_each_answers_for_itself(cast, litware, sign_in):
    """Two organisations stand under one top parent; neither speaks for the other, and neither learns of the other."""
    sister = create_customer(name="Sistercorp", tpid="640115", centre=cast.emea, by=None)
    sister_lead = person("lead@sister.example", "Sina Sister")
    add_membership(sister_lead, role=Membership.Role.LEAD, customer=sister, by=None)
    alone, several = bare(ask(litware, "999999"), "999999"), bare(ask(litware, "640115"), "640115")
    assert alone == several, "the sentence says nothing of how many"
    run_due()
    asked_now = {consent.customer: consent for consent in ConsentRequest.objects.filter(status="asked")}
    assert set(asked_now) == {cast.fabrikam, sister}
    assert sorted(message.to[0] for message in mail.outbox) == ["lead@fabrikam.example", "lead@sister.example"]
    for message in mail.outbox:
        other = "Sistercorp" if message.to == ["lead@fabrikam.example"] else "Fabrikam"
        assert other not in message.subject + message.body
    assert Event.objects.filter(kind="directory.consent_asked").count() == 2

    fabrikam_lead = sign_in(cast.fabrikam_lead)
    assert fabrikam_lead.post(f"/consent/{asked_now[sister].public_id}/agree/").status_code == 404
    sign_in(sister_lead).post(f"/consent/{asked_now[sister].public_id}/refuse/")
    page = litware.get("/", follow=True).content.decode()
    assert "Fabrikam" not in page
    assert "Sistercorp" not in page
    fabrikam_lead.post(f"/consent/{asked_now[cast.fabrikam].public_id}/agree/")
    assert litware.get(cast.fabrikam.get_absolute_url()).status_code == 200
    assert litware.get(sister.get_absolute_url()).status_code == 404
    for address in ("/", "/notifications/", "/customers/", "/customers/find/?q=640115"):
        assert "Sistercorp" not in litware.get(address, follow=True).content.decode()


def test_who_works_with_the_partner_already_is_left_out_and_the_others_are_asked(cast, litware):
    sister = create_customer(name="Sistercorp", tpid="640115", centre=cast.emea, by=None)
    link_partner(cast.litware, cast.fabrikam, by=None)
    assert asked(litware).customer == sister
    assert asked(litware).status == "unmatched"


def test_a_number_that_everybody_has_asks_a_hundred_at_most(cast, litware, monkeypatch):
    monkeypatch.setattr(lookup, "MOST", 3)
    for number in range(4):
        create_customer(name=f"Copy {number}", tpid="777", centre=cast.emea, by=None)
    asked(litware, "777")
    assert ConsentRequest.objects.filter(status="asked").count() == 3
