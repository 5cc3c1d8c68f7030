"""The responsibility template: admins write the next version, engagements keep theirs until they take it over."""

import pytest
from django.urls import reverse
from django.utils import timezone

from engagements import versions
from engagements.models import Responsibility, Template, TemplateItem
from engagements.operations import templates
from engagements.operations.engagement import current_template
from engagements.operations.responsibilities import move_responsibility
from fasttrack_portal.activity.models import Event
from fasttrack_portal.refusals import AccessRefused, Conflict, Invalid, StaleVersion
from tests.engagements.engagement_scene import AT, item, opened

VALUES = {"text": "Name a deputy", "why": "People fall ill.", "mode": "do", "condition": "", "choice": "",
          "due_from": "end", "due_offset": 0}  # fmt: skip


@pytest.fixture
def draft(cast):
    return templates.draft_template(by=cast.admin)


def line(template, code):
    return template.items.get(code=code)


def codes(template):
    return list(template.items.values_list("code", flat=True))


def edited(draft, code, by, **changes):
    found = line(draft, code)
    values = {name: getattr(found, name) for name in (*VALUES, "twin_code")} | changes
    templates.edit_template_item(found, version=found.version, by=by, **values)


def added(draft, by, **where):
    return templates.add_template_item(draft, by=by, **{"parent_code": "", "phase": "", "party": ""} | where, **VALUES)


@pytest.mark.parametrize(
    ("where", "code"),
    [
        (("assess", "customer", ""), "A-C3"),
        (("assess", "customer", "A-C1"), "A-C1.8"),
        (("enable", "fasttrack", "E-F6.3"), "E-F6.3.1"),
        (("general", "customer", ""), "G-C1"),
    ],
)
def test_a_code_is_never_given_twice(where, code):
    used = {"A-C1", "A-C2", "A-C1.7", "A-C1.7.9", "A-F9", "E-F6.3"}
    assert versions.next_code(*where, used) == code


def test_a_draft_is_a_copy_and_there_is_one(cast, draft):
    assert (draft.number, draft.status) == (2, "draft")
    assert codes(draft) == codes(current_template())
    assert templates.draft_template(by=cast.admin) == draft
    assert Event.objects.filter(kind="engagements.template_drafted").count() == 1
    with pytest.raises(AccessRefused):
        templates.draft_template(by=cast.specialist)


def test_lines_come_go_and_move_with_their_parts(cast, draft):
    new = added(draft, cast.admin, phase="initiate", party="customer")
    part = added(draft, cast.admin, parent_code="A-C1")
    assert (new.code, part.code.rpartition(".")[0], part.party) == ("I-C5", "A-C1", "customer")
    order = codes(draft)
    assert order.index("I-C5") == order.index("I-C4") + 1
    templates.shift_template_item(line(draft, "A-F7"), "up", by=cast.admin)
    order = codes(draft)
    assert order.index("A-F7") < order.index("A-F7.1") < order.index("A-F6") < order.index("A-F6.1")
    with pytest.raises(Conflict):
        templates.remove_template_item(line(draft, "A-F7"), by=cast.admin)
    templates.remove_template_item(line(draft, "I-C5"), by=cast.admin)
    assert added(draft, cast.admin, phase="initiate", party="customer").code == "I-C5"
    assert list(draft.items.values_list("position", flat=True)) == list(range(draft.items.count()))


def test_twins_are_twins_from_both_sides(cast, draft):
    edited(draft, "E-F1", cast.admin, twin_code="E-C1.1")
    assert line(draft, "E-C1.1").twin_code == "E-F1"
    edited(draft, "E-F1", cast.admin, twin_code="")
    assert line(draft, "E-C1.1").twin_code == ""
    with pytest.raises(Invalid):
        edited(draft, "E-F1", cast.admin, twin_code="E-F2")


def test_rules_are_kept_and_the_second_editor_is_told(cast, draft):
    with pytest.raises(Invalid):
        edited(draft, "I-C1", cast.admin, condition="if_required")
    with pytest.raises(Invalid):
        edited(draft, "I-C1", cast.admin, choice="seamless_sso")
    stale = line(draft, "I-C1")
    edited(draft, "I-C1", cast.admin, text="Mine")
    with pytest.raises(StaleVersion):
        templates.edit_template_item(stale, version=1, by=cast.admin, twin_code="", **VALUES)


def test_what_is_published_never_changes(cast, draft):
    with pytest.raises(Invalid):
        templates.publish_template(draft, note="Nothing", at=AT, by=cast.admin)
    edited(draft, "I-C1", cast.admin, text="Other words")
    templates.publish_template(draft, note="Words", at=AT, by=cast.admin)
    assert current_template() == draft
    for write in (
        lambda: edited(draft, "I-C1", cast.admin, text="Again"),
        lambda: templates.remove_template_item(line(draft, "I-C2"), by=cast.admin),
        lambda: templates.shift_template_item(line(draft, "I-C2"), "up", by=cast.admin),
        lambda: added(draft, cast.admin, phase="initiate", party="customer"),
        lambda: templates.discard_template(draft, by=cast.admin),
        lambda: templates.publish_template(draft, note="Twice", at=AT, by=cast.admin),
    ):
        with pytest.raises(Conflict):
            write()
    assert line(draft, "I-C1").text == "Other words"


@pytest.fixture
def engagement(cast):
    return opened(cast.contoso, cast.lead, cast.specialist)


def test_a_running_engagement_keeps_its_version_until_its_specialist_takes_the_next(cast, engagement, draft, sign_in):
    move_responsibility(item(engagement, "I-C1"), "finish", by=cast.lead, at=AT)
    for code in ("I-C1", "I-C2"):
        edited(draft, code, cast.admin, text="Other words")
    edited(draft, "I-C3", cast.admin, condition="split_domain")
    templates.remove_template_item(line(draft, "I-C4"), by=cast.admin)
    new = added(draft, cast.admin, phase="initiate", party="customer")
    templates.publish_template(draft, note="Clearer words", at=timezone.now(), by=cast.admin)
    assert item(engagement, "I-C2").text != "Other words"

    client = sign_in(cast.specialist)
    address = reverse("engagements:upgrade", kwargs={"public_id": engagement.public_id})
    page = client.get(address).content.decode()
    for words in ("Clearer words", "1 new item", "2 changed items", "1 item is gone", "1 item stays as it was done"):
        assert words in page
    assert client.post(address, {"version": "0"}).status_code == 422
    assert client.post(address, {"version": engagement.version}).status_code == 303
    engagement.refresh_from_db()
    assert engagement.template == draft
    states = {code: item(engagement, code) for code in ("I-C1", "I-C2", "I-C3", "I-C4", new.code)}
    assert (states["I-C1"].status, states["I-C1"].text != "Other words") == ("done", True)
    assert (states["I-C2"].status, states["I-C2"].text) == ("open", "Other words")
    assert (states["I-C3"].status, states["I-C3"].reason) == ("not_applicable", "No split domain is planned.")
    assert (states["I-C4"].status, states["I-C4"].reason) == (
        "not_applicable", "Version 2 of the template no longer has it.",
    )  # fmt: skip
    assert (states[new.code].status, states[new.code].holder) == ("open", "customer")
    assert states[new.code].due_on == states["I-C2"].due_on
    assert Responsibility.objects.filter(engagement=engagement).count() == 138
    assert client.post(address, {"version": engagement.version}).status_code == 409
    assert "This is the newest version" in client.get(address).content.decode()


def test_an_admin_walks_from_the_list_to_the_published_version(cast, sign_in):
    admin = sign_in(cast.admin)
    assert admin.post(reverse("engagements:draft_template")).status_code == 303
    draft = Template.objects.get(status="draft")
    at = reverse("engagements:new_template_item", kwargs={"public_id": draft.public_id})
    bad = {**VALUES, "phase": "assess", "party": "customer", "parent_code": "", "key": "x", "due_offset": "9" * 20}
    answer = admin.post(at, bad)
    assert answer.status_code == 422
    assert "Name a deputy" in answer.content.decode()
    found = TemplateItem.objects.get(template=draft, code="I-C1")
    form = reverse("engagements:template_item", kwargs={"public_id": found.public_id})
    assert admin.post(form, {**VALUES, "twin_code": "", "version": found.version}).status_code == 303
    assert "What differs from version 1" in admin.get(draft.get_absolute_url()).content.decode()
    assert sign_in(cast.specialist).get(draft.get_absolute_url()).status_code == 404
    publish = reverse("engagements:publish_template", kwargs={"public_id": draft.public_id})
    assert admin.post(publish, {"note": ""}).status_code == 422
    assert admin.post(publish, {"note": "A deputy"}).status_code == 303
    for user in (cast.admin, cast.specialist):
        assert "A deputy" in sign_in(user).get(reverse("engagements:templates")).content.decode()
    assert sign_in(cast.lead).get(reverse("engagements:templates")).status_code == 403
