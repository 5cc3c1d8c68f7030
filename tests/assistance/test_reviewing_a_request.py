"""From submitted to accepted or declined: who may take which step, and what everybody is told."""

import re
import uuid

import pytest
from django.core import mail

from assistance import operations
from assistance.models import AssistanceRequest
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import TransitionRefused
from tests.assistance.conftest import in_state, submitted


@pytest.mark.parametrize("step", ["review", "withdraw"])
def test_steps_are_not_taken_by_looking(cast, sign_in, step):
    ask = submitted(cast.contoso, cast.lead)
    assert sign_in(cast.specialist).get(f"/requests/{ask.public_id}/{step}/").status_code == 405


@pytest.mark.parametrize("text", ["", "   ", "a\x00b", "x" * 2001])
def test_words_are_wanted(cast, sign_in, text):
    ask, client = in_state("in_review", cast, cast.lead), sign_in(cast.specialist)
    for step in ("ask-for-information", "decline"):
        answer = client.post(f"/requests/{ask.public_id}/{step}/", {"text": text})
        assert answer.status_code == 422
        assert "There is a problem" in answer.content.decode()
    ask.refresh_from_db()
    assert ask.status == "in_review"


def test_question_and_answer(cast, sign_in):
    ask = submitted(cast.contoso, cast.lead)
    specialist, pm = sign_in(cast.specialist), sign_in(cast.pm)
    address = f"/requests/{ask.public_id}/"
    page = specialist.get(address).content.decode()
    assert "Take into review" in page
    assert "engagements/accept" not in page
    specialist.post(f"{address}review/")
    page = specialist.get(address).content.decode()
    assert f"/engagements/accept/{ask.public_id}/" in page
    assert "Sam Specialist" in page
    assert "engagements/accept" not in pm.get(address).content.decode()
    specialist.post(f"{address}ask-for-information/", {"text": "Who runs your DNS?"})
    page = pm.get(address).content.decode()
    assert "FastTrack has a question for you" in page
    assert "Who runs your DNS?" in page
    pm.post(f"{address}answer/", {"text": "Our provider does."})
    page = specialist.get(address).content.decode()
    assert "Our provider does." in page
    assert "In review" in page
    run_due()
    told = [(message.to[0], message.subject) for message in mail.outbox]
    assert ("lead@contoso.example", f"A question about your request {ask.number}") in told
    assert ("specialist@fasttrack.example", f"Pavel Manager has answered about {ask.number}") in told
    bodies = {message.subject: message.body for message in mail.outbox}
    assert "Who runs your DNS?" in bodies[f"A question about your request {ask.number}"]
    assert "Our provider does." in bodies[f"Pavel Manager has answered about {ask.number}"]


def test_declining_gives_the_reason_to_the_author(cast, sign_in):
    ask = submitted(cast.contoso, cast.pm)
    sign_in(cast.specialist).post(
        f"/requests/{ask.public_id}/decline/", {"text": "The plan is not an eligible one.", "code": "not_eligible"}
    )
    page = sign_in(cast.pm).get(f"/requests/{ask.public_id}/").content.decode()
    assert "The plan is not an eligible one." in page
    mail.outbox.clear()
    run_due()
    declined = [message for message in mail.outbox if "We cannot help with" in message.subject]
    assert {message.to[0] for message in declined} == {"pm@contoso.example", "lead@contoso.example"}
    assert "The plan is not an eligible one." in declined[0].body


def test_withdrawing_tells_the_centre(cast, sign_in):
    ask = in_state("in_review", cast, cast.lead)
    sign_in(cast.pm).post(f"/requests/{ask.public_id}/withdraw/")
    run_due()
    withdrawn = [message for message in mail.outbox if "has withdrawn" in message.subject]
    assert [message.to for message in withdrawn] == [["specialist@fasttrack.example"]]


def test_accepting_tells_the_sending_side(cast, technical_lead):
    """One mail each: leads and project managers get that of the engagement which opens."""
    by_pm, by_technical_lead = (in_state("in_review", cast, by) for by in (cast.pm, technical_lead))
    for ask in (by_pm, by_technical_lead):
        operations.accept(ask, by=cast.manager)
        assert (ask.status, ask.reviewer) == ("accepted", cast.specialist)
    run_due()
    accepted = [message for message in mail.outbox if "is accepted" in message.subject]
    assert [message.to for message in accepted] == [["tech@contoso.example"]]
    assert by_technical_lead.number in accepted[0].body
    told = Notification.objects.filter(event__kind="assistance.accepted").values_list(
        "user__email", "event__subject_id"
    )
    assert set(told) == {
        ("pm@contoso.example", by_pm.pk),
        ("lead@contoso.example", by_pm.pk),
        ("tech@contoso.example", by_technical_lead.pk),
        ("lead@contoso.example", by_technical_lead.pk),
    }


def test_two_specialists_cannot_both_take_it(cast):
    ask = submitted(cast.contoso, cast.lead)
    same = AssistanceRequest.objects.get(pk=ask.pk)
    operations.review(ask, by=cast.specialist)
    with pytest.raises(TransitionRefused, match="In review"):
        operations.review(same, by=cast.manager)
    assert AssistanceRequest.objects.get().reviewer == cast.specialist


def _without_nonces(body: bytes) -> bytes:
    return re.sub(rb'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"', b"", body)


@pytest.mark.parametrize("path", ["", "edit/", "answer/", "decline/", "ask-for-information/"])
def test_foreign_is_the_same_bytes_as_not_there(cast, sign_in, path):
    """Litware, Fabrikam and the other centre learn nothing from the address of Contoso's request (P1)."""
    ask = submitted(cast.contoso, cast.partner)
    for user in (cast.litware_partner, cast.fabrikam_lead, cast.apac_specialist):
        client = sign_in(user)
        foreign = client.get(f"/requests/{ask.public_id}/{path}")
        missing = client.get(f"/requests/{uuid.uuid4()}/{path}")
        assert foreign.status_code == missing.status_code == 404
        assert _without_nonces(foreign.content) == _without_nonces(missing.content)
        assert dict(foreign.headers) == dict(missing.headers)
        posted = [client.post(f"/requests/{key}/withdraw/") for key in (ask.public_id, uuid.uuid4())]
        assert _without_nonces(posted[0].content) == _without_nonces(posted[1].content)


def test_accepting_leads_to_the_engagement(cast, sign_in):
    ask, specialist = in_state("in_review", cast, cast.lead), sign_in(cast.specialist)
    accept = f"/engagements/accept/{ask.public_id}/"
    assert f'href="{accept}"' in specialist.get(f"/requests/{ask.public_id}/").content.decode()
    answer = specialist.post(accept, {"specialist": str(cast.specialist.public_id), "key": str(uuid.uuid4())})
    assert answer.status_code == 303
    page = sign_in(cast.lead).get(f"/requests/{ask.public_id}/").content.decode()
    assert "The request is accepted" in page
    assert f'href="{answer["Location"]}"' in page
