"""A signed link of the admin centre opens the prefilled form for whoever may ask, and for nobody else (F1)."""

import io
import uuid

import pytest
import time_machine
from django.core.management import CommandError, call_command

from assistance import doors
from assistance.models import AssistanceRequest
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import Domain
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


# --- The page that makes it ------------------------------------------------------------------------------------------
def made(client, **changes):
    form = {"tenant": str(CONTOSO), "services": ["exchange"], "seats": "", "days": "30", **changes}
    return client.post("/requests/admin-centre/", form)


def address_in(answer):
    text = answer.content.decode()
    token = text[text.index("/requests/admin-centre/", text.index('id="door-link"')) :].split("/")[3]
    return f"/requests/admin-centre/{token}/"


def test_staff_make_the_link_on_a_page(cast, sign_in):
    client = sign_in(cast.specialist)
    assert f'value="{CONTOSO}"' in client.get(f"/requests/admin-centre/?tenant={CONTOSO}").content.decode()
    with time_machine.travel("2026-03-01T10:00:00+00:00", tick=False):
        answer = made(client, seats="80", days="3")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "The link for Contoso Retail of Contoso" in page
    event = Event.objects.get(kind="assistance.door_made")
    assert (event.actor, event.customer, event.centre, event.internal) == (
        cast.specialist,
        cast.contoso,
        cast.emea,
        True,
    )
    assert event.data["until"].startswith("2026-03-04T10:00:00")
    address = address_in(answer)
    assert address.split("/")[3] not in str(event.data), "the link itself is kept nowhere"
    with time_machine.travel("2026-03-04T09:59:00+00:00", tick=False):
        lead = sign_in(cast.lead)
        assert "And 80 seats." in lead.get(address).content.decode()
        lead.post(address, {"key": str(uuid.uuid4())})
    ask = AssistanceRequest.objects.get()
    assert (ask.channel, ask.seats, ask.services) == ("admin_centre", 80, ["exchange"])
    with time_machine.travel("2026-03-04T10:00:00+00:00", tick=False):
        assert sign_in(cast.lead).get(address).status_code == 404
    assert "was made for Contoso Retail" in sign_in(cast.admin).get("/staff/audit/").content.decode()


def test_a_tenant_is_named_by_its_domain_too(cast, sign_in):
    domain = Domain.objects.filter(tenant__customer=cast.contoso, is_verified=True).first()
    answer = made(sign_in(cast.admin), tenant=f"https://{domain.name.upper()}./about", seats="")
    assert "of Contoso" in answer.content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"tenant": ""},
        {"tenant": "a\x00b"},
        {"tenant": str(uuid.uuid4())},
        {"tenant": "nobody.example"},
        {"tenant": "640114"},
        {"services": ["bitcoin"]},
        {"seats": "0"},
        {"seats": "1000000000000"},
        {"days": "0"},
        {"days": "31"},
        {"days": "9" * 30},
    ],
)
def test_what_makes_no_link_is_said_at_its_field(cast, sign_in, changes):
    answer = made(sign_in(cast.specialist), **changes)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#id_{next(iter(changes))}' in page, "the summary leads to the field"
    assert not Event.objects.filter(kind="assistance.door_made").exists()


def test_only_staff_make_links(cast, sign_in):
    for user in (cast.lead, cast.partner):
        client = sign_in(user)
        assert client.get("/requests/admin-centre/").status_code == 403
        assert made(client).status_code == 403
