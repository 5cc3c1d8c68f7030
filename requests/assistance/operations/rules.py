"""Publishing a new version of the rule table (F9)."""

import uuid
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from assistance import eligibility
from assistance.models import EligibilityRule, SeatWeight
from assistance.words import problem_sentence
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.operations import record
from fasttrack_portal.refusals import Conflict, Invalid


@transaction.atomic
def publish_rules(
    rows: Sequence[eligibility.Rule], weights: Mapping[str, int], *, based_on: int, key: uuid.UUID, by: User | None
) -> int:
    """The rows as the next version, which speaks from now on; verdicts that were given keep theirs. Returns its number.

    `based_on` is the version that was copied: whoever publishes first wins, the other gets a Conflict. `key` is the
    first row's `public_id` to be, so that the same form sent twice publishes once (C2). Raises Invalid.
    """
    require(by, "assistance.publish_rules")
    if there := EligibilityRule.objects.filter(public_id=key).first():
        return there.rule_version
    if wrong := eligibility.problems(rows):
        raise Invalid(" ".join(problem_sentence(problem) for problem in wrong))
    newest = EligibilityRule.objects.aggregate(newest=Max("rule_version"))["newest"] or 0
    if newest != based_on:
        raise Conflict(
            _("Version %(number)s was published meanwhile. Look at it and begin again.") % {"number": newest}
        )
    number = newest + 1
    made = [
        EligibilityRule(
            rule_version=number,
            minimum_seats=row.minimum_seats,
            maximum_seats=row.maximum_seats,
            verdict=row.verdict,
            source=row.source,
        )
        for row in sorted(rows, key=lambda row: row.minimum_seats)
    ]
    made[0].public_id = key
    try:
        with transaction.atomic():
            EligibilityRule.objects.bulk_create(made)
    except IntegrityError:
        raise Conflict(_("Somebody else published a version just now. Look at it and begin again.")) from None
    SeatWeight.objects.bulk_create(
        [SeatWeight(rule_version=number, seat_class=name, percent=percent) for name, percent in weights.items()]
    )
    record("assistance.rules_published", subject=made[0], by=by, data={"rule_version": number, "rows": len(made)})
    return number
