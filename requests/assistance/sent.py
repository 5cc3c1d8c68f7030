"""What a program says of a request, read by the forms of the pages: one set of rules, one set of sentences."""

from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from assistance.models import AssistanceRequest
from assistance.permissions import sending_partner, works_for
from assistance.presenting import as_typed
from assistance.section_forms import FORMS, OWNERS_LIMIT
from assistance.sections import SECTIONS, section_with
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import Customer, Partner
from fasttrack_portal.refusals import Invalid


def partner_of(user: User, customer: Customer) -> Partner | None:
    """The partner that asks, where it is not the customer itself."""
    return None if works_for(user, customer) else sending_partner(user, customer)


def channel_of(user: User, customer: Customer) -> str:
    """A customer's program is its admin centre (F1); a partner's asks as the partner does."""
    channels = AssistanceRequest.Channel
    return channels.PARTNER if partner_of(user, customer) else channels.ADMIN_CENTRE


def facts_of(ask: AssistanceRequest, given: dict[str, Any], *, today: date) -> dict[str, Any]:
    """The fields of the request that are set; raises Invalid with the sentence of each field that is wrong."""
    facts: dict[str, Any] = {}
    errors = [_unknown(name) for name in given if section_with(ask.kind, name) is None]
    for section in SECTIONS[ask.kind]:
        named = {name: value for name, value in given.items() if name in section.names}
        if not named:
            continue
        shown = FORMS[section.code](ask=ask, section=section, today=today)
        form = FORMS[section.code](_typed_over(as_typed(shown), named), ask=ask, section=section, today=today)
        errors += [_unknown(name) for name in named if name not in form.fields and name != "owners"]
        errors += [{"field": name, "detail": str(each)} for name, found in form.errors.items() for each in found]
        if form.is_valid():
            set_here = {*named, "success_owners"} if "owners" in named else set(named)
            facts |= {name: value for name, value in form.facts().items() if name in set_here}
    if errors:
        raise Invalid(_("Something in the request needs correcting."), errors=errors)
    return facts


def _unknown(name: str) -> dict[str, str]:
    return {"field": name, "detail": _("This is not asked for here.")}


def _typed_over(typed: QueryDict, named: dict[str, Any]) -> QueryDict:
    """The page as it is shown, with what was said typed over it."""
    for name, value in named.items():
        if name == "owners":
            _type_owners(typed, value or [])
        elif isinstance(value, list):
            typed.setlist(name, [str(each) for each in value])
        elif value is None or value is False:
            typed.pop(name, None)
        else:
            typed[name] = "on" if value is True else str(value)
    return typed


def _type_owners(typed: QueryDict, owners: list[dict[str, str]]) -> None:
    if len(owners) > OWNERS_LIMIT:
        sentence = _("Name %(count)d people at most.") % {"count": OWNERS_LIMIT}
        raise Invalid(sentence, field="owners")
    for row in range(OWNERS_LIMIT):
        for part in ("name", "email", "role"):
            typed.pop(f"owner_{row}_{part}", None)
            if row < len(owners):
                typed[f"owner_{row}_{part}"] = owners[row].get(part, "")
