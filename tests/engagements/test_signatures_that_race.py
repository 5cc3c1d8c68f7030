"""Both sides sign at once, or one takes its name back meanwhile, over HTTP and real connections: exactly one pass, one
snapshot; nothing open slips by, and no name goes from under a passed gate.

The controls show what happens when nobody holds the engagement."""

import http.client
import threading
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from engagements.models import Agreement, Phase, Signature
from engagements.operations import agreements
from engagements.operations.phases import sign_gate
from engagements.operations.responsibilities import move_responsibility
from fasttrack_portal.activity.models import Event
from tests.engagements.engagement_scene import AT, at_its_gate, item, opened
from tests.engagements.test_meetings_that_race import in_thread, somebody_waits, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def gate(cast):
    engagement = opened(cast.contoso, cast.lead, cast.specialist)
    return at_its_gate(Phase.objects.select_related("engagement").get(engagement=engagement, code="initiate"), cast)


def sender(server, user, gate, path="", **fields):
    """Signs as a browser would, with a session of its own; or sends another form to another page."""
    client = Client()
    client.force_login(user)
    token = "a" * 32
    named = {name: morsel.value for name, morsel in client.cookies.items()} | {settings.CSRF_COOKIE_NAME: token}
    cookie = "; ".join(f"{name}={value}" for name, value in named.items())
    place = urllib.parse.urlsplit(server.url)
    path = path or gate.phase.get_absolute_url()
    form = urllib.parse.urlencode({"agreement": str(gate.public_id), "csrfmiddlewaretoken": token, **fields})

    def send(barrier):
        talk = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
        barrier.wait(10)
        talk.request(
            "POST",
            path,
            form,
            {
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={token}",
            },
        )
        answer = talk.getresponse()
        answer.read()
        return answer.status

    return send


def test_both_sides_at_once_pass_the_phase_exactly_once(live_server, cast, gate):
    people = [cast.lead, cast.pm, cast.specialist, cast.manager]
    senders = [sender(live_server, user, gate) for user in people]
    barrier = threading.Barrier(len(senders))
    with ThreadPoolExecutor(len(senders)) as pool:
        answers = sorted(pool.map(lambda send: send(barrier), senders))
    # One of each side got through, the other two learn who was first.
    assert answers == [303, 303, 409, 409]
    gate.refresh_from_db()
    gate.phase.refresh_from_db()
    assert (gate.status, gate.phase.status) == ("agreed", "passed")
    assert sorted(each["side"] for each in gate.snapshot["signatures"]) == ["customer", "fasttrack"]
    kinds = ["engagements.gate_signed", "engagements.phase_passed"]
    assert sorted(Event.objects.filter(kind__in=kinds).values_list("kind", flat=True)) == kinds
    assert Agreement.objects.exclude(snapshot=None).count() == 1


def test_the_second_signature_waits_for_the_first_and_sees_it(cast, gate):
    faults = []
    with transaction.atomic():
        sign_gate(gate, by=cast.lead, at=AT)
        mine = Agreement.objects.select_related("engagement", "phase").get(pk=gate.pk)
        other = in_thread(lambda: sign_gate(mine, by=cast.specialist, at=AT), faults)
        assert wait_until(somebody_waits)
    other.join(10)
    assert not faults
    gate.refresh_from_db()
    assert gate.status == "agreed"


def test_without_holding_the_engagement_both_sign_and_nobody_passes_the_phase(cast, gate):
    """The control: each sees only its own name, so the phase would stand still for good."""

    def put_a_name(who, side):
        mine = Agreement.objects.select_related("engagement").get(pk=gate.pk)
        agreements.sign(mine, side, by=who, at=AT)
        return agreements.is_signed_by_both(mine)

    found = []

    def second():
        with transaction.atomic():
            found.append(put_a_name(cast.specialist, "fasttrack"))

    faults = []
    with transaction.atomic():
        found.append(put_a_name(cast.lead, "customer"))
        in_thread(second, faults).join(10)
    assert not faults
    assert found == [False, False]
    assert Signature.objects.count() == 2


def test_a_signature_against_an_item_that_is_reopened_meanwhile_is_refused(cast, gate):
    faults = []
    with transaction.atomic():
        move_responsibility(item(gate.engagement, "I-C1"), "reopen", by=cast.specialist, at=AT)
        mine = Agreement.objects.select_related("engagement", "phase").get(pk=gate.pk)
        other = in_thread(lambda: sign_gate(mine, by=cast.lead, at=AT), faults)
        assert wait_until(somebody_waits)
    other.join(10)
    [refused] = faults
    assert refused.status == 409
    assert "I-C1" in str(refused)
    assert not Signature.objects.exists()


def test_an_item_that_is_reopened_behind_a_passed_phase_comes_too_late_for_its_snapshot(cast, gate):
    sign_gate(gate, by=cast.lead, at=AT)
    faults = []
    with transaction.atomic():
        sign_gate(gate, by=cast.specialist, at=AT)
        thing = item(gate.engagement, "I-C1")
        other = in_thread(lambda: move_responsibility(thing, "reopen", by=cast.specialist, at=AT), faults)
        assert wait_until(somebody_waits)
    other.join(10)
    assert not faults
    gate.refresh_from_db()
    assert {each["code"]: each["status"] for each in gate.snapshot["items"]}["I-C1"] == "done"
    assert item(gate.engagement, "I-C1").status == "in_progress"


# --- Taking a name back while the other side signs ------------------------------------------------------------------
def test_taking_back_and_the_second_name_at_once_have_one_order(live_server, cast, gate):
    sign_gate(gate, by=cast.lead, at=AT)
    back = sender(live_server, cast.lead, gate, reverse("engagements:unsign", args=[gate.public_id]), reason="Disputed")
    sign = sender(live_server, cast.specialist, gate)
    barrier = threading.Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda send: send(barrier), [back, sign]))
    gate.refresh_from_db()
    names = sorted(gate.signatures.values_list("side", flat=True))
    # Either the name came back first and one name waits, or both had signed and it is too late: never a third thing.
    assert (answers, gate.status, names) in [
        ([302, 303], "open", ["fasttrack"]),
        ([409, 303], "agreed", ["customer", "fasttrack"]),
    ]
    assert Event.objects.filter(kind="engagements.gate_unsigned").count() == (answers[0] == 302)


def test_taking_back_waits_for_the_second_name_and_comes_too_late(cast, gate):
    sign_gate(gate, by=cast.lead, at=AT)
    faults = []
    with transaction.atomic():
        sign_gate(gate, by=cast.specialist, at=AT)
        mine = Agreement.objects.select_related("engagement", "phase").get(pk=gate.pk)
        mine.status = "open"  # as its page showed it
        other = in_thread(lambda: agreements.unsign(mine, by=cast.lead, at=AT, reason="Disputed"), faults)
        assert wait_until(somebody_waits)
    other.join(10)
    [refused] = faults
    assert refused.status == 409
    assert sorted(gate.signatures.values_list("side", flat=True)) == ["customer", "fasttrack"]


def test_the_second_name_waits_for_the_taking_back_and_is_the_only_one(cast, gate):
    sign_gate(gate, by=cast.lead, at=AT)
    faults = []
    with transaction.atomic():
        agreements.unsign(gate, by=cast.lead, at=AT, reason="Disputed")
        mine = Agreement.objects.select_related("engagement", "phase").get(pk=gate.pk)
        other = in_thread(lambda: sign_gate(mine, by=cast.specialist, at=AT), faults)
        assert wait_until(somebody_waits)
    other.join(10)
    assert not faults
    gate.refresh_from_db()
    gate.phase.refresh_from_db()
    assert (gate.status, gate.phase.status) == ("open", "ready")
    assert list(gate.signatures.values_list("side", flat=True)) == ["fasttrack"]


def test_without_holding_the_engagement_a_name_is_gone_from_under_a_passed_gate(cast, gate):
    """The control: the gate was open when it was looked at, and both had signed when the name went."""
    sign_gate(gate, by=cast.lead, at=AT)
    faults = []
    with transaction.atomic():
        seen = Agreement.objects.get(pk=gate.pk)
        theirs = seen.signatures.get(side="customer")
        assert seen.status == "open"
        in_thread(lambda: sign_gate(gate, by=cast.specialist, at=AT), faults).join(10)
        theirs.delete()
    assert not faults
    gate.refresh_from_db()
    assert gate.status == "agreed"
    assert list(gate.signatures.values_list("side", flat=True)) == ["fasttrack"]
