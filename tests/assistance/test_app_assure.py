"""App Assure: its own short form, the same life, and no engagement at its end (F5)."""

import pytest
from django.core import mail
from django.utils import timezone

from assistance import operations
from assistance.models import AssistanceRequest
from engagements.models import Engagement
from engagements.operations.engagement import accept
from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.refusals import Conflict, Invalid
from tests.assistance.conftest import address, begun, in_state, saved, sent

QUERY = "?kind=app_assure"


def told(answer):
    return " ".join(answer.content.decode().split())


def reviewed(cast, client) -> AssistanceRequest:
    ask = begun(client, QUERY)
    saved(client, ask, "application")
    assert sent(client, ask).status_code == 303
    operations.review(ask, by=cast.specialist)
    return ask


def test_the_home_page_offers_it(cast, sign_in):
    assert f"/requests/new/{QUERY}" in told(sign_in(cast.lead).get("/"))


def test_the_short_form(cast, sign_in):
    client = sign_in(cast.lead)
    assert "Ask App Assure for help" in told(client.get(f"/requests/new/{QUERY}"))
    ask = begun(client, QUERY)
    assert ask.kind == "app_assure"
    assert client.get(address(ask, "services")).status_code == 404
    page = told(client.get(address(ask, "application")))
    for label in ("Which application is it?", "Who makes it?", "Which version?", "On what does it fail?",
                  "What fails?", "How many people are affected?", "How can we see it ourselves?"):  # fmt: skip
        assert label in page
    answer = saved(client, ask, "application", app_fails="", app_users="25", app_steps="Print")
    assert answer["Location"] == f"{address(ask, 'contact')}?saved=application"
    answer = sent(client, ask)
    assert answer.status_code == 422
    assert f'<a href="{address(ask, "application")}#id_app_fails">Say what fails.' in told(answer)
    saved(client, ask, "application", app_users="25")
    page = told(client.get(sent(client, ask)["Location"]))
    for words in ("App Assure for Contoso", "Ledger", "It closes when a report is printed", "25", "Windows"):
        assert words in page
    # Seats do not decide about an application.
    for words in ("Eligibility", "Plans so far"):
        assert words not in page
    event = Event.objects.get(kind="assistance.submitted")
    assert event.fact("services") == ["App Assure: Ledger"]
    run_due()
    receipt = next(message for message in mail.outbox if message.to == ["lead@contoso.example"])
    assert "an engineer looks at the fault with you" in receipt.body


@pytest.mark.parametrize(
    "bad",
    [{"app_users": "0"}, {"app_users": str(10**12)}, {"app_platform": "abacus"}, {"app_fails": "a\x00b"},
     {"app_steps": "x" * 4001}, {"app_version": "x" * 61}],
)  # fmt: skip
def test_bad_input_is_a_field_error(cast, sign_in, bad):
    client = sign_in(cast.lead)
    ask = begun(client, QUERY)
    answer = saved(client, ask, "application", **bad)
    assert answer.status_code == 422
    assert "It closes when a report is printed" in told(answer) or "app_fails" in bad


def test_accepting_moves_the_request_and_opens_no_engagement(cast, sign_in):
    ask = reviewed(cast, sign_in(cast.lead))
    specialist = sign_in(cast.specialist)
    page = told(specialist.get(f"/requests/{ask.public_id}/"))
    assert f"/requests/{ask.public_id}/accept/" in page
    assert "/engagements/accept/" not in page
    with pytest.raises(Invalid):
        accept(ask, by=cast.specialist, on=timezone.localdate())
    run_due()
    mail.outbox.clear()
    assert specialist.post(f"/requests/{ask.public_id}/accept/").status_code == 303
    ask.refresh_from_db()
    assert (ask.status, Engagement.objects.count()) == ("accepted", 0)
    run_due()
    (message,) = mail.outbox
    assert message.to == ["lead@contoso.example"]
    assert "An App Assure engineer gets in touch" in message.body
    page = told(sign_in(cast.lead).get(f"/requests/{ask.public_id}/"))
    assert "An App Assure engineer gets in touch with the contact you named." in page


def test_a_request_for_microsoft_365_is_not_accepted_that_way(cast, sign_in):
    ask = in_state("in_review", cast, cast.lead)
    assert sign_in(cast.specialist).post(f"/requests/{ask.public_id}/accept/").status_code == 409
    with pytest.raises(Conflict):
        operations.accept_app_assure(ask, by=cast.specialist)
    ask.refresh_from_db()
    assert ask.status == "in_review"


def test_two_of_them_can_be_open_at_once(cast, sign_in):
    client = sign_in(cast.lead)
    for _ in range(2):
        ask = begun(client, QUERY)
        saved(client, ask, "application")
        assert sent(client, ask).status_code == 303
