"""The words of a reminder as they stand ready for the person who sends it."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements import holding
from engagements.models import Engagement, Responsibility
from fasttrack_portal.accounts.models import User

_FEW = 3


def ready_text(engagement: Engagement, people: list[User], by: User, *, at: datetime) -> str:
    """What waits for the customer, for how long, and what comes next; three queries."""
    items = list(
        Responsibility.objects.visible_to(by)
        .filter(engagement=engagement, holder__in=("customer", "partner"))
        .order_by("held_since", "position")[:_FEW]
    )
    moments = [item.held_since for item in items if item.held_since] + [engagement.silent_since or at]
    counter = holding.counter_of(engagement, at=at, first=min(moments))
    silent = counter.days("customer", engagement.silent_since) if engagement.silent_since else 0
    names = ", ".join(person.name.split()[0] for person in people if person.name) or engagement.customer.name
    parts = [_("Hello %(names)s,") % {"names": names}]
    if silent:
        parts.append(
            ngettext(
                "we have not heard from you for %(days)s working day, and would like to know how you are getting on.",
                "we have not heard from you for %(days)s working days, and would like to know how you are getting on.",
                silent,
            )
            % {"days": silent}
        )
    else:
        parts.append(_("we would like to know how you are getting on."))
    if items:
        lines = [_("This waits for you:")]
        lines += [
            f"- {item.text} ({holding.in_words(item.holder, 'customer', counter.days(item.holder, item.held_since))})"
            for item in items
            if item.held_since
        ]
        parts.append("\n".join(lines))
    if engagement.next_milestone and engagement.next_on:
        parts.append(
            _("The next milestone is %(milestone)s, planned for %(day)s.")
            % {"milestone": engagement.next_milestone, "day": date_format(engagement.next_on, "j F")}
        )
    parts.append(_("Is something in the way? Mark the item as stuck or write it there, and we look at it together."))
    parts.append(by.name)
    return "\n\n".join(parts)
