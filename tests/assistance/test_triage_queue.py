"""The queue: what waits, for whom, since when; how it is narrowed; and many steps at once."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assistance import loads, operations, waiting
from assistance.models import AssistanceRequest, Capacity
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.jobs.engine import run_due
from tests.assistance.conftest import in_state, submitted
from tests.conftest import person

QUEUE = "/requests/queue/"
BULK = "/requests/queue/bulk/"


def older(ask, days):
    AssistanceRequest.objects.filter(pk=ask.pk).update(submitted_at=timezone.now() - timedelta(days=days))


def shown(client, asks, query=""):
    """The requests of the page, from top to bottom."""
    page = client.get(QUEUE + query).content.decode()
    return sorted((ask for ask in asks if ask.number in page), key=lambda ask: page.index(ask.number))


def test_what_fasttrack_owes_longest_comes_first(cast, sign_in):
    new, old = submitted(cast.contoso, cast.lead), submitted(cast.contoso, cast.pm)
    asked, reviewed = in_state("needs_information", cast, cast.lead), in_state("in_review", cast, cast.lead)
    in_state("accepted", cast, cast.lead), in_state("draft", cast, cast.lead)
    older(old, 30), older(asked, 60), older(reviewed, 10)
    asks = [new, old, asked, reviewed]
    assert shown(sign_in(cast.specialist), asks) == [old, reviewed, new, asked]
    page = sign_in(cast.specialist).get(QUEUE).content.decode()
    assert page.count(">Overdue<") == 2
    assert "under a day" in page
    assert AssistanceRequest.objects.count() == 6
    assert len(re.findall(r"REQ-\d{6}", page)) >= 4


def test_after_an_answer_the_days_begin_anew(cast, sign_in):
    back, new = in_state("needs_information", cast, cast.lead), submitted(cast.contoso, cast.lead)
    older(back, 60)
    older(new, 3)
    operations.answer(back, answer="Ours", by=cast.lead)
    assert shown(sign_in(cast.specialist), [back, new]) == [new, back]


def test_everybody_sees_the_queue_of_their_centres_only(cast, sign_in):
    ours, theirs = submitted(cast.contoso, cast.lead), submitted(cast.fabrikam, cast.fabrikam_lead)
    assert shown(sign_in(cast.manager), [ours, theirs]) == [ours]
    assert shown(sign_in(cast.apac_specialist), [ours, theirs]) == [theirs]
    assert set(shown(sign_in(cast.admin), [ours, theirs])) == {ours, theirs}
    for user in (cast.lead, cast.partner):
        assert sign_in(user).get(QUEUE).status_code == 403


def test_filters_stand_in_the_address(cast, sign_in):
    Customer.objects.filter(pk=cast.contoso.pk).update(language="de")
    plain = submitted(cast.contoso, cast.lead, services=["intune"])
    asked, old = in_state("needs_information", cast, cast.lead), submitted(cast.contoso, cast.pm)
    far = submitted(cast.fabrikam, cast.fabrikam_lead)
    older(old, 30)
    asks, client = [plain, asked, old, far], sign_in(cast.admin)
    expected = {
        "?centre=apac": {far},
        "?court=customer": {asked},
        "?court=fasttrack": {plain, old, far},
        "?service=intune": {plain},
        "?language=de": {plain, asked, old},
        f"?reviewer={cast.specialist.public_id}": {asked},
        "?reviewer=nobody": {plain, old, far},
        "?overdue=on": {old},
        "?q=fabri": {far},
        f"?q={plain.number}": {plain},
        "?language=de&court=fasttrack&sort=-age": {plain, old},
    }
    for query, wanted in expected.items():
        assert set(shown(client, asks, query)) == wanted, query
    assert "No request fits" in client.get(f"{QUEUE}?service=viva").content.decode()
    assert shown(client, asks, "?language=de&sort=age")[0] == old


@pytest.mark.parametrize("query", ["centre=%00", "reviewer=x", "overdue=9", "sort=-%00", "q=%00", "page=" + "9" * 30])
def test_odd_addresses_are_answered(cast, sign_in, query):
    submitted(cast.contoso, cast.lead)
    assert sign_in(cast.manager).get(f"{QUEUE}?{query}").status_code == 200


def test_queries_do_not_grow_with_the_rows(cast, sign_in):
    client = sign_in(cast.manager)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(QUEUE).status_code == 200
        return len(seen)

    in_state("in_review", cast, cast.lead)
    queries()
    few = queries()
    for _ in range(6):
        submitted(cast.contoso, cast.partner)
        in_state("needs_information", cast, cast.lead)
    assert queries() == few


def test_the_queue_is_read_in_the_order_of_its_index(cast):
    """However many wait, a page of them is sorted by nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    for user in (cast.admin, cast.specialist):
        plan = waiting.queue_of(user)[:26].explain()
        assert "Index Scan using ask_queue" in plan
        assert "Sort" not in plan


def test_the_tab_counts_what_waits_for_fasttrack_at_ones_centres(cast, sign_in):
    submitted(cast.contoso, cast.lead), in_state("in_review", cast, cast.lead)
    in_state("needs_information", cast, cast.lead), submitted(cast.fabrikam, cast.fabrikam_lead)
    for user, count in ((cast.specialist, 2), (cast.apac_specialist, 1), (cast.admin, 3)):
        assert sum(each.waiting for each in waiting.queues_of(user)) == count
        for address in (QUEUE, "/requests/"):
            assert re.search(r'tab-count">(\d+)<', sign_in(user).get(address).content.decode())[1] == str(count)


def test_every_language_of_a_customer_can_be_chosen(cast, sign_in):
    Customer.objects.filter(pk=cast.contoso.pk).update(language="de")
    Customer.objects.filter(pk=cast.fabrikam.pk).update(language="pt-br")
    page = sign_in(cast.specialist).get(QUEUE).content.decode()
    for code in ("de", "pt-br"):
        assert page.count(f'<option value="{code}">') == 1


# --- Load ------------------------------------------------------------------------------------------------------------
def test_the_load_counts_requests_and_engagements(cast, sign_in):
    from engagements.operations.engagement import accept

    accept(in_state("in_review", cast, cast.lead), by=cast.specialist, on=timezone.localdate())
    in_state("needs_information", cast, cast.lead)
    in_state("declined", cast, cast.lead)
    (load,) = [each for each in loads.of_centres([cast.emea.pk]) if each.person == cast.specialist]
    assert (load.asks, load.engagements, load.capacity, load.left) == (1, 1, 40, 38)
    page = sign_in(cast.manager).get("/requests/load/").content.decode()
    assert "Sam Specialist" in page
    assert "Ash Specialist" not in page


def test_a_specialist_says_what_they_can_carry(cast, sign_in):
    address = f"/requests/load/{cast.specialist.public_id}/"
    form = {"engagements": "12", "languages": ["de", "fr"], "version": "1"}
    assert sign_in(cast.specialist).post(address, form).status_code == 303
    assert Capacity.objects.get(user=cast.specialist).languages == ["de", "fr"]
    assert Event.objects.filter(kind="assistance.capacity_set").count() == 1
    assert sign_in(cast.manager).post(address, form).status_code == 409, "it was changed since"
    assert sign_in(cast.manager).post(address, {**form, "version": "2"}).status_code == 303
    assert sign_in(cast.lead).get(address).status_code == 404
    assert sign_in(cast.specialist).get(f"/requests/load/{cast.manager.public_id}/").status_code == 403
    bad = sign_in(cast.specialist).post(address, {**form, "engagements": "9" * 20, "languages": "xx", "version": "3"})
    assert bad.status_code == 422


# --- Many at once ----------------------------------------------------------------------------------------------------
def chosen(*asks, **more):
    return {"ask": [str(ask.public_id) for ask in asks], **more}


def test_bulk_tells_row_by_row_what_became_of_it(cast, sign_in):
    """Two are new and one is taken already: two done, one refused with its sentence, each with an Event of its own."""
    first, second, taken = submitted(cast.contoso, cast.lead), submitted(cast.contoso, cast.pm), None
    taken = in_state("in_review", cast, cast.lead)
    client, before = sign_in(cast.specialist), Event.objects.count()
    page = client.post(BULK, chosen(first, second, taken, do="take"))
    assert page.status_code == 200
    assert Event.objects.count() == before, "nothing is done before the second step"
    assert "3 requests are chosen" in page.content.decode()
    answer = client.post(BULK, chosen(first, second, taken, do="take", sure="1"))
    assert (answer.status_code, answer["Location"]) == (303, BULK)
    page = client.get(BULK).content.decode()
    assert "2 of 3 done" in page
    assert "can no longer become" in page
    assert Event.objects.filter(kind="assistance.reviewed").count() == 3  # one of them from before
    for ask in (first, second):
        ask.refresh_from_db()
        assert (ask.status, ask.reviewer) == ("in_review", cast.specialist)
    assert "Choose requests first" in client.get(BULK).content.decode(), "shown once"


def test_the_same_question_goes_to_several(cast, sign_in):
    asks = [in_state("in_review", cast, cast.lead), in_state("in_review", cast, cast.pm)]
    client = sign_in(cast.specialist)
    page = client.post(BULK, chosen(*asks, do="ask")).content.decode()
    assert "Up to 2 people get a mail about it." in page
    assert client.post(BULK, chosen(*asks, do="ask", sure="1", text=" ")).status_code == 422
    client.post(BULK, chosen(*asks, do="ask", sure="1", text="Who runs your DNS?"))
    assert {ask.question for ask in AssistanceRequest.objects.all()} == {"Who runs your DNS?"}


def test_several_are_declined_with_one_reason(cast, sign_in):
    asks = [submitted(cast.contoso, cast.lead), submitted(cast.contoso, cast.pm)]
    client = sign_in(cast.manager)
    assert client.post(BULK, chosen(*asks, do="decline", sure="1", text="Too small")).status_code == 422
    client.post(BULK, chosen(*asks, do="decline", sure="1", text="Too small", code="not_eligible"))
    for ask in AssistanceRequest.objects.all():
        assert (ask.status, ask.decision_reason, ask.decision_code) == ("declined", "Too small", "not_eligible")


def test_a_specialist_cannot_give_work_to_others_in_bulk(cast, sign_in):
    asks = [submitted(cast.contoso, cast.lead), submitted(cast.contoso, cast.pm)]
    form = chosen(*asks, do="assign", sure="1", specialist=str(cast.manager.public_id))
    client = sign_in(cast.specialist)
    client.post(BULK, form)
    assert "0 of 2 done" in client.get(BULK).content.decode()
    client = sign_in(cast.manager)
    client.post(BULK, {**form, "specialist": str(cast.specialist.public_id)})
    assert "2 of 2 done" in client.get(BULK).content.decode()
    run_due()
    yours = [message for message in mail.outbox if "is yours to review" in message.subject]
    assert {message.to[0] for message in yours} == {"specialist@fasttrack.example"}


def test_foreign_rows_are_as_if_they_were_not_there(cast, sign_in):
    foreign, own = submitted(cast.fabrikam, cast.fabrikam_lead), submitted(cast.contoso, cast.lead)
    client = sign_in(cast.specialist)
    page = client.post(BULK, chosen(foreign, own, do="take")).content.decode()
    assert foreign.number not in page
    assert "1 of the chosen requests is not in your queue any more." in page
    client.post(BULK, chosen(foreign, own, do="take", sure="1"))
    assert "1 of 1 done" in client.get(BULK).content.decode()
    foreign.refresh_from_db()
    assert foreign.status == "submitted"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"do": "take"}, "Choose at least one request"),
        ({"do": "take", "ask": ["no"]}, "could not be read"),
        ({"do": "fly", "ask": ["00000000-0000-0000-0000-000000000000"]}, "Select a valid choice"),
        ({"do": "take", "ask": [f"{n:032x}" for n in range(101)]}, "Choose at most 100 requests at a time."),
    ],
)
def test_what_cannot_be_done_is_said(cast, sign_in, form, said):
    answer = sign_in(cast.specialist).post(BULK, form)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_new_colleague_is_suggested_by_language(cast, sign_in):
    greta = person("greta@fasttrack.example", "Greta German", language="de")
    add_membership(greta, role=Membership.Role.SPECIALIST, centre=cast.emea, by=None)
    Customer.objects.filter(pk=cast.contoso.pk).update(language="de")
    ask = submitted(cast.contoso, cast.lead)
    page = sign_in(cast.manager).get(f"/requests/{ask.public_id}/assign/").content.decode()
    names = re.findall(r"(Greta German|Sam Specialist|Mira Manager): ", page)
    assert names == ["Greta German", "Sam Specialist", "Mira Manager"]
    assert "speaks German" in page


# --- As a file -------------------------------------------------------------------------------------------------------
def exported(client, query=""):
    answer = client.get(f"/requests/queue/export/{query}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def test_the_queue_as_a_file_honours_filters_and_scope(cast, sign_in):
    ours, asked = submitted(cast.contoso, cast.lead), submitted(cast.contoso, cast.lead)
    operations.review(asked, by=cast.specialist)
    operations.ask_for_information(asked, question="Which zone?", by=cast.specialist)
    theirs = submitted(cast.fabrikam, cast.fabrikam_lead)
    Customer.objects.filter(pk=cast.contoso.pk).update(name="=HYPERLINK(1)")
    client = sign_in(cast.specialist)
    rows = exported(client).splitlines()
    assert [row.split(",")[0] for row in rows] == ["\ufeffRequest", ours.number, asked.number]
    assert "'=HYPERLINK(1)" in rows[1]
    assert theirs.number not in exported(client, "?page=1&sort=nonsense")
    only = exported(client, "?court=customer")
    assert asked.number in only
    assert ours.number not in only
    page = client.get("/requests/queue/?court=customer&page=1").content.decode()
    assert "/requests/queue/export/?court=customer" in page
    assert theirs.number in exported(sign_in(cast.admin))
    assert sign_in(cast.lead).get("/requests/queue/export/").status_code == 403
