"""Admins publish versions of the eligibility rules; old verdicts keep theirs, open requests see both (F9)."""

import uuid

import pytest

from assistance import operations, verdicts
from assistance.eligibility import DEFAULT_RULES, DEFAULT_WEIGHTS, Rule
from assistance.models import EligibilityRule, SeatWeight
from fasttrack_portal.activity.models import Event
from fasttrack_portal.refusals import AccessRefused, Conflict, Invalid
from tests.assistance.conftest import address, begun, saved, sent, submitted

RULES, NEW = "/staff/rules/", "/staff/rules/new/"


def told(answer):
    return " ".join(answer.content.decode().split())


def rules_form(rows=DEFAULT_RULES, **changes):
    form = {"form-TOTAL_FORMS": str(len(rows)), "form-INITIAL_FORMS": "0", "key": str(uuid.uuid4()), "based_on": "1"}
    for number, row in enumerate(rows):
        form |= {
            f"form-{number}-minimum_seats": str(row.minimum_seats),
            f"form-{number}-maximum_seats": "" if row.maximum_seats is None else str(row.maximum_seats),
            f"form-{number}-verdict": row.verdict,
            f"form-{number}-source": row.source,
        }
    return {**form, **{code: str(percent) for code, percent in DEFAULT_WEIGHTS.items()}, **changes}


LOWER = (Rule(0, 99, "not_yet", 0, "Terms of July"), Rule(100, None, "migration", 0, "Terms of July"))


def test_a_new_version_is_a_copy_that_is_changed_and_published(cast, sign_in):
    client = sign_in(cast.admin)
    page = told(client.get(NEW))
    for value in ('value="150"', 'value="499"', 'value="500"', "mail and file migration from 500 seats"):
        assert value in page
    form = rules_form(LOWER)
    for _ in range(2):
        answer = client.post(NEW, form)
        assert (answer.status_code, answer["Location"]) == (303, RULES)
    assert list(EligibilityRule.objects.values_list("rule_version", flat=True)) == [2, 2, 1, 1, 1]
    assert Event.objects.get(kind="assistance.rules_published").sentence == (
        "Version 2 of the eligibility rules was published"
    )
    page = told(sign_in(cast.specialist).get(RULES))
    assert page.index("Version 2") < page.index("Terms of July") < page.index("Version 1") < page.index("500 seats")
    assert "Student seats 0 %" in page
    assert verdicts.assess(120).code == "migration"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"form-1-minimum_seats": "200"}, "Nothing is said from 150 to 199 seats."),
        ({"form-2-maximum_seats": "900"}, "Nothing is said above 900 seats."),
        ({"form-1-minimum_seats": "100"}, "cover the same seats."),
        ({"form-0-minimum_seats": "1"}, "Nothing is said below 1 seats."),
        ({"form-1-source": ""}, "Say where this row comes from."),
        ({"form-1-verdict": "magic"}, "Select a valid choice"),
        ({"form-1-minimum_seats": "\x00"}, "Enter a whole number."),
        ({"form-1-maximum_seats": str(10**12)}, "less than or equal to 10000000"),
        ({"form-1-minimum_seats": ""}, "Say from how many seats the row holds"),
        ({"student": "101"}, "less than or equal to 100"),
        ({"student": ""}, "This field is required."),
        ({"form-TOTAL_FORMS": "x"}, "There is a problem"),
        ({"form-TOTAL_FORMS": "900"}, "There is a problem"),
        ({"key": "\x00"}, ""),
        ({"based_on": "x"}, ""),
    ],
)
def test_a_table_that_is_not_sound_is_not_published(cast, sign_in, changes, sentence):
    answer = sign_in(cast.admin).post(NEW, rules_form(**changes))
    assert answer.status_code == 422
    assert sentence in told(answer)
    assert not EligibilityRule.objects.filter(rule_version=2).exists()


def test_who_copied_an_older_version_is_told(cast, sign_in):
    client = sign_in(cast.admin)
    client.post(NEW, rules_form(LOWER))
    answer = client.post(NEW, rules_form(LOWER))
    assert answer.status_code == 409
    assert "Version 2 was published meanwhile." in told(answer)
    with pytest.raises(Conflict):
        operations.publish_rules(LOWER, {}, based_on=1, key=uuid.uuid4(), by=cast.admin)


def test_only_admins_publish_and_only_staff_read(cast, sign_in):
    assert sign_in(cast.manager).get(RULES).status_code == 200
    assert sign_in(cast.lead).get(RULES).status_code == 403
    for user in (cast.manager, cast.lead, cast.partner):
        assert sign_in(user).post(NEW, rules_form(LOWER)).status_code == 403
        with pytest.raises(AccessRefused):
            operations.publish_rules(LOWER, {}, based_on=1, key=uuid.uuid4(), by=user)
    with pytest.raises(Invalid):
        operations.publish_rules(LOWER[:1], {}, based_on=1, key=uuid.uuid4(), by=cast.admin)


def test_a_school_has_two_kinds_of_seats_and_the_table_says_which_count(cast, sign_in):
    client = sign_in(cast.lead)
    ask = begun(client)
    form = {"seats": "400", "student_seats": "9000", "is_education": "on"}
    saved(client, ask, "organisation", **form)
    page = told(client.get(address(ask, "organisation")))
    assert "With 400 seats, FastTrack guides you" in page
    assert "100 seats short of migration" in page
    live = client.get("/requests/eligibility/", form, headers={"HX-Request": "true"}).content.decode()
    assert "100 seats short of migration" in live
    SeatWeight.objects.filter(seat_class="student").update(percent=10)
    assert "With 1,300 seats" in told(client.get(address(ask, "organisation")))
    # Elsewhere the seats of students are not asked about and count nothing.
    saved(client, ask, "organisation", **{**form, "is_education": None})
    ask.refresh_from_db()
    assert verdicts.of_ask(ask).seats == 400


def test_old_verdicts_keep_their_version_of_the_weights_too(cast, sign_in):
    client = sign_in(cast.lead)
    ask = begun(client)
    for section in ("services", "reason"):
        saved(client, ask, section)
    saved(client, ask, "organisation", seats="400", student_seats="9000", is_education="on")
    sent(client, ask)
    weights = {**DEFAULT_WEIGHTS, "student": 100}
    operations.publish_rules(DEFAULT_RULES, weights, based_on=1, key=uuid.uuid4(), by=cast.admin)
    assert (verdicts.of_ask(ask).seats, verdicts.of_ask(ask).version) == (400, 1)
    now = verdicts.today(ask)
    assert now is not None
    assert (now.seats, now.version, now.code) == (9400, 2, "migration")


def test_when_the_customers_seats_change_an_open_request_says_so(cast, sign_in):
    ask = submitted(cast.contoso, cast.lead, seats=499)
    client = sign_in(cast.specialist)
    address = f"/requests/{ask.public_id}/"
    # The request names other seats than the directory; nothing has changed since.
    assert "Eligibility today" not in told(client.get(address))
    type(cast.contoso).objects.filter(pk=cast.contoso.pk).update(seats=700)
    page = told(client.get(address))
    assert "1 seat short of migration" in page
    assert page.index("Eligibility today") < page.index("With 700 seats")
    ask.refresh_from_db()
    assert (ask.verdict, ask.seats) == ("guidance", 499)
    operations.decline(ask, reason="Not now", by=cast.specialist)
    assert "Eligibility today" not in told(client.get(address))
