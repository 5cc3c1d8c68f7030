"""Every write to the responsibility template, and an engagement's way to a newer version of it."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from engagements import matrix, versions
from engagements.models import AT_REST, Engagement, Responsibility, Template, TemplateItem
from engagements.operations import courts
from engagements.operations.duedates import refresh_due_dates
from engagements.operations.engagement import COPIED, current_template
from engagements.operations.moving import happened, held
from engagements.operations.scope import scope_of
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.operations import record
from fasttrack_portal.records import create_once, save_changes
from fasttrack_portal.refusals import Conflict, Invalid
from fasttrack_portal.workflow import apply

EDITABLE = ("text", "why", "mode", "condition", "choice", "due_from", "due_offset")


@transaction.atomic
def draft_template(*, by: User) -> Template:
    """A copy of the newest version to work on; while there is a draft, that one."""
    require(by, "engagements.edit_templates")
    newest = Template.objects.select_for_update().order_by("-number")[0]
    if newest.status == Template.Status.DRAFT:
        return newest
    draft = Template.objects.create(number=newest.number + 1)
    TemplateItem.objects.bulk_create(
        TemplateItem(template=draft, **{name: getattr(line, name) for name in COPIED}) for line in newest.items.all()
    )
    _record("engagements.template_drafted", draft, by)
    return draft


@transaction.atomic
def add_template_item(
    template: Template,
    *,
    phase: str,
    party: str,
    parent_code: str,
    by: User,
    key: uuid.UUID | None = None,
    **values: Any,
) -> TemplateItem:
    """A new line behind its siblings, under the next free code. Its phase and party are those of its parent."""
    require(by, "engagements.edit_templates")
    _hold_draft(template)
    _check(values)
    lines = list(template.items.all())
    parent = next((line for line in lines if line.code == parent_code), None)
    if parent_code and parent is None:
        raise Invalid(_("Choose an item of this template."), field="parent_code")
    if parent is not None:
        phase, party = parent.phase, parent.party
    used = TemplateItem.objects.values_list("code", flat=True)
    try:
        code = versions.next_code(phase, party, parent_code, list(used))
    except ValueError as fault:
        raise Invalid(str(fault), field="parent_code") from None

    def make() -> TemplateItem:
        return TemplateItem.objects.create(
            public_id=key or uuid.uuid4(), template=template, code=code, position=0, phase=phase, party=party,
            parent_code=parent_code, **values,
        )  # fmt: skip

    line, is_new = create_once(TemplateItem, key or uuid.uuid4(), make)
    if not is_new:
        return line
    _renumber([*lines[: (place := _place_behind(lines, phase, party, parent))], line, *lines[place:]])
    _record("engagements.template_edited", template, by, what=_("%(code)s is new") % {"code": code})
    return line


@transaction.atomic
def edit_template_item(line: TemplateItem, *, version: int, by: User, twin_code: str, **values: Any) -> None:
    """Words, condition and due rule of a line. Its code stays, and with it whose it is and where it belongs.

    A twin is set on both: a guided item and the hands-on one of the other side. Raises StaleVersion."""
    require(by, "engagements.edit_templates")
    _hold_draft(line.template)
    _check(values)
    _pair(line, twin_code)
    save_changes(line, version=version, twin_code=twin_code, **values)
    _record("engagements.template_edited", line.template, by, what=_("%(code)s was changed") % {"code": line.code})


@transaction.atomic
def remove_template_item(line: TemplateItem, *, by: User) -> None:
    """Takes a line out of the draft; one that has parts goes after them."""
    require(by, "engagements.edit_templates")
    template = line.template
    _hold_draft(template)
    if template.items.filter(parent_code=line.code).exists():
        raise Conflict(_("%(code)s has parts. Remove them first.") % {"code": line.code})
    _pair(line, "")
    if not TemplateItem.objects.filter(pk=line.pk).delete()[0]:
        raise Conflict(_("Somebody else has removed this item already."))
    _renumber(list(template.items.all()))
    _record("engagements.template_edited", template, by, what=_("%(code)s is gone") % {"code": line.code})


@transaction.atomic
def shift_template_item(line: TemplateItem, direction: str, *, by: User) -> None:
    """One place `up` or `down` among its siblings, with all its parts. At the end of its way it stays."""
    require(by, "engagements.edit_templates")
    template = line.template
    _hold_draft(template)
    lines = list(template.items.all())
    siblings = [
        other for other in lines
        if (other.phase, other.party, other.parent_code) == (line.phase, line.party, line.parent_code)
    ]  # fmt: skip
    place = siblings.index(line)
    other_place = place - 1 if direction == "up" else place + 1
    if not 0 <= other_place < len(siblings):
        raise Conflict(_("%(code)s stands at the end already.") % {"code": line.code})
    first, second = sorted((siblings[place], siblings[other_place]), key=lines.index)
    blocks = [[other for other in lines if _is_within(other, top)] for top in (first, second)]
    start = lines.index(first)
    rest = [other for other in lines if other not in blocks[0] and other not in blocks[1]]
    _renumber([*rest[:start], *blocks[1], *blocks[0], *rest[start:]])
    _record("engagements.template_edited", template, by, what=_("%(code)s has moved") % {"code": line.code})


@transaction.atomic
def publish_template(template: Template, *, note: str, at: datetime, by: User) -> None:
    """From now on new engagements get it, and running ones can take it over. It never changes again."""
    require(by, "engagements.edit_templates")
    _hold_draft(template)
    if not template.items.exists():
        raise Invalid(_("There is nothing in it yet."))
    before = current_template()
    if versions.difference(before.items.all(), template.items.all()).is_empty and _order(before) == _order(template):
        raise Invalid(_("Nothing differs from version %(number)s yet.") % {"number": before.number})
    if not note.strip():
        raise Invalid(_("Say in a sentence what changed."), field="note")
    apply(template, "publish", note=note, published_at=at, published_by=by)
    _record("engagements.template_published", template, by, note=note)


@transaction.atomic
def discard_template(template: Template, *, by: User) -> None:
    """Throws a draft away; what was published stays for good."""
    require(by, "engagements.edit_templates")
    _hold_draft(template)
    record(
        "engagements.template_discarded", subject=template, by=by, internal=True, url=reverse("engagements:templates"),
        data={"version": template.number},
    )  # fmt: skip
    Template.objects.filter(pk=template.pk, status=Template.Status.DRAFT).delete()


# --- A running engagement -------------------------------------------------------------------------------------------
def upgrade_of(engagement: Engagement, to: Template) -> versions.Difference:
    """What a newer version would bring: the engagement's own items are compared, whatever they came from."""
    return versions.difference(engagement.responsibilities.order_by("position"), to.items.all())


@transaction.atomic
def upgrade(engagement: Engagement, *, to: Template, version: int, by: User, at: datetime) -> versions.Difference:
    """Takes over a newer version: new items come in by the scope, changed ones get their new words, gone ones become
    not applicable. What is done or verified stays as it was done. Raises StaleVersion and Conflict."""
    require(by, "engagements.upgrade_template", engagement)
    current = held(engagement.pk)
    if current.status in AT_REST:
        raise Conflict(_("The engagement is not running. Resume it first, then it can take over the template."))
    if to.status != Template.Status.PUBLISHED or to.number <= current.template.number:
        raise Conflict(_("The engagement follows version %(number)s.") % {"number": current.template.number})
    save_changes(engagement, version=version, template=to)
    found, scope = upgrade_of(current, to), scope_of(current)
    fresh = []
    for line in found.new:
        applies, reason = matrix.applicability(line, scope)
        values = {name: getattr(line, name) for name in COPIED}
        fresh.append(
            Responsibility(
                engagement=current,
                **values,
                status="open" if applies else "not_applicable",
                reason="" if applies else reason,
            )
        )
    Responsibility.objects.bulk_create(fresh)
    _change(found, scope, at)
    _let_go(found.gone, to, at)
    _order_by(current, to)
    refresh_due_dates(current)
    courts.refresh(current, at=at)
    counts: dict[str, Any] = {"new": len(found.new), "gone": len(found.gone), "changed": len(found.changed)}
    happened("engagements.template_upgraded", engagement, current, by, version=to.number, **counts)
    return found


def _change(found: versions.Difference, scope: matrix.Scope, at: datetime) -> None:
    """New words for what is not done; a condition that changed decides anew."""
    rows = []
    for each in found.changed:
        item, line = each.old, each.new
        if item.status in ("done", "verified"):
            continue
        applied, _old = matrix.applicability(item, scope)
        applies, reason = matrix.applicability(line, scope)
        for name in COPIED:
            setattr(item, name, getattr(line, name))
        if applies != applied:
            item.status, item.reason, item.waits_for = ("open", "", "") if applies else ("not_applicable", reason, "")
            item.changed_at = at
        item.version += 1
        rows.append(item)
    fields = [*COPIED, "status", "reason", "waits_for", "changed_at", "version"]
    Responsibility.objects.bulk_update(rows, fields)


def _let_go(gone: Sequence[Responsibility], to: Template, at: datetime) -> None:
    reason = _("Version %(number)s of the template no longer has it.") % {"number": to.number}
    keys = [item.pk for item in gone if item.is_unmet]
    Responsibility.objects.filter(pk__in=keys).update(
        status="not_applicable", reason=reason, waits_for="", changed_at=at, version=F("version") + 1
    )


def _order_by(engagement: Engagement, to: Template) -> None:
    """The template's order; what it no longer has comes last."""
    places = {line.code: place for place, line in enumerate(to.items.all())}
    rows = list(engagement.responsibilities.order_by("position"))
    last = len(places)
    moved = []
    for row in rows:
        place = places.get(row.code)
        if place is None:
            place, last = last, last + 1
        if row.position != place:
            row.position = place
            moved.append(row)
    Responsibility.objects.bulk_update(moved, ["position"])


# --- Small things ---------------------------------------------------------------------------------------------------
def _hold_draft(template: Template) -> None:
    """Nobody publishes it meanwhile, and nobody edits what was published."""
    current = Template.objects.select_for_update().filter(pk=template.pk).first()
    if current is None or current.status != Template.Status.DRAFT:
        raise Conflict(_("This version is published and never changes. Begin a draft of the next one."))
    template.status = current.status


def _check(values: dict[str, Any]) -> None:
    if fault := versions.fault_of(values["condition"], values["choice"]):
        raise Invalid(fault, field="choice" if values["condition"] else "condition")


def _pair(line: TemplateItem, twin_code: str) -> None:
    """Loosens the old pair, and lets the other half of the new one know."""
    lines = line.template.items.exclude(pk=line.pk)
    lines.filter(twin_code=line.code).exclude(code=twin_code).update(twin_code="", version=F("version") + 1)
    if not twin_code or twin_code == line.twin_code:
        return
    twin = lines.filter(code=twin_code).exclude(party=line.party).first()
    if twin is None:
        raise Invalid(_("Choose an item of the other side."), field="twin_code")
    if twin.twin_code and twin.twin_code != line.code:
        raise Invalid(_("%(code)s goes hand in hand with another item.") % {"code": twin_code}, field="twin_code")
    save_changes(twin, twin_code=line.code)


def _place_behind(lines: list[TemplateItem], phase: str, party: str, parent: TemplateItem | None) -> int:
    """Where the new line goes: behind the last part of its parent, or of its side of the phase."""
    if parent is not None:
        return max(place for place, line in enumerate(lines) if _is_within(line, parent)) + 1
    order = list(versions.PHASE_LETTERS)
    key = (order.index(phase), list(versions.PARTY_LETTERS).index(party))
    before = [
        place for place, line in enumerate(lines)
        if (order.index(line.phase), list(versions.PARTY_LETTERS).index(line.party)) <= key
    ]  # fmt: skip
    return max(before, default=-1) + 1


def _is_within(line: TemplateItem, top: TemplateItem) -> bool:
    return line.code == top.code or line.code.startswith(f"{top.code}.")


def _renumber(lines: list[TemplateItem]) -> None:
    moved = []
    for place, line in enumerate(lines):
        if line.position != place:
            line.position = place
            moved.append(line)
    TemplateItem.objects.bulk_update(moved, ["position"])


def _order(template: Template) -> list[str]:
    return list(template.items.values_list("code", flat=True))


def _record(kind: str, template: Template, by: User, **data: Any) -> None:
    record(kind, subject=template, by=by, internal=True, data={"version": template.number, **data})
