"""A signed link of the admin centre opens the prefilled form for whoever may ask, and for nobody else (F1)."""

import io
import uuid

import pytest
import time_machine
from django.core.management import CommandError, call_command

from assistance import doors
from assistance.models import AssistanceRequest
from tests.answers import without_nonces

CONTOSO = uuid.UUID(int=0xC1)  # Contoso Retail


def link(**changes):
    return f"/requests/admin-centre/{doors.make(changes.get('tenant', CONTOSO), ['exchange', 'teams', 'bitcoin'])}/"


def test_it_opens_the_prefilled_form_and_records_the_channel(cast, sign_in):
    client, address = sign_in(cast.lead), link()
    page = client.get(address).content.decode()
    assert "Contoso Retail" in page
    assert "Exchange Online, Microsoft Teams" in page
    assert not AssistanceRequest.objects.exists()
    key = str(uuid.uuid4())
    for _ in range(2):
        answer = client.post(address, {"key": key})
    ask = AssistanceRequest.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/requests/{ask.public_id}/edit/")
    assert (ask.channel, ask.tenant.name, ask.services) == ("admin_centre", "Contoso Retail", ["exchange", "teams"])
    assert (ask.customer, ask.seats, ask.status) == (cast.contoso, 620, "draft")


def test_a_partner_that_works_for_the_customer_may_use_it(cast, sign_in):
    sign_in(cast.partner).post(link(), {"key": str(uuid.uuid4())})
    ask = AssistanceRequest.objects.get()
    assert (ask.channel, ask.partner) == ("admin_centre", cast.northwind)


def test_for_anybody_else_it_is_not_there(cast, sign_in, viewer):
    address = link()
    for user in (cast.fabrikam_lead, cast.litware_partner, cast.specialist, cast.admin, viewer):
        client = sign_in(user)
        answers = [client.get(address), client.post(address, {"key": str(uuid.uuid4())})]
        nothing = client.get("/requests/admin-centre/nothing/")
        assert [answer.status_code for answer in (*answers, nothing)] == [404, 404, 404]
        assert without_nonces(answers[0])[2] == without_nonces(nothing)[2]
    assert not AssistanceRequest.objects.exists()


def test_before_signing_in_it_says_nothing(cast, client):
    answer = client.get(link())
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=/requests/admin-centre/")


@pytest.mark.parametrize("wrong", ["x", "a:b:c", "\x00", "é", "." * 300])
def test_a_link_that_was_changed_opens_nothing(cast, sign_in, wrong):
    client = sign_in(cast.lead)
    good = link().rstrip("/")
    for address in (f"/requests/admin-centre/{wrong}/", f"{good}{wrong}/", f"{good[:-3]}/"):
        assert client.get(address).status_code == 404
    assert client.get(link(tenant=uuid.uuid4())).status_code == 404


def test_it_closes_after_thirty_days(cast, sign_in):
    with time_machine.travel("2026-03-01T10:00:00+00:00", tick=False):
        address = link()
        token = address.strip("/").split("/")[-1]
        assert doors.read(token) is not None
    with time_machine.travel("2026-03-31T09:59:00+00:00", tick=False):
        assert doors.read(token) is not None
    with time_machine.travel("2026-03-31T10:01:00+00:00", tick=False):
        assert doors.read(token) is None


def test_the_command_makes_it(cast, sign_in):
    out = io.StringIO()
    call_command("admin_centre_link", tenant=str(CONTOSO), services=["exchange"], stdout=out)
    address = out.getvalue().strip()
    assert address.startswith("http")
    assert sign_in(cast.lead).get("/" + address.split("/", 3)[3]).status_code == 200
    for wrong in ({"tenant": "no guid"}, {"tenant": str(uuid.uuid4())}, {"tenant": str(CONTOSO), "services": ["x"]}):
        with pytest.raises(CommandError):
            call_command("admin_centre_link", **wrong)
