"""The matrix as people see it: loaded at once, narrowed and grouped here, each line cheap to draw."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import F, FilteredRelation, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagements.matrix import MODES, PARTIES, condition_in_words
from engagements.milestones import PHASE_TITLES
from engagements.models import MET, UNMET, Engagement, Phase, Responsibility
from engagements.overview import why_label
from engagements.permissions.engagement import WORKERS, Side, is_centre_staff
from fasttrack_portal.access import Reason
from fasttrack_portal.accounts.models import User
from fasttrack_portal.templatetags.ui import badge, day, person

NOBODY = "nobody"
STATUSES = [
    ("unmet", gettext_lazy("Not done")),
    ("met", gettext_lazy("Done or verified")),
    *Responsibility.Status.choices,
]
_TOGETHER = {"unmet": UNMET, "met": MET}
GROUPS = {"": gettext_lazy("Phase"), "party": gettext_lazy("Side"), "person": gettext_lazy("Person")}


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; empty is everything."""

    q: str = ""
    party: str = ""
    phase: str = ""
    status: str = ""
    who: str = ""
    view: str = ""
    group: str = ""


@dataclass(frozen=True)
class View:
    """A question that people come with; `fits` answers it for an item, a person and a day."""

    label: Reason
    fits: Callable[[Any, User, date], bool]


VIEWS: dict[str, View] = {
    "mine": View(gettext_lazy("Mine"), lambda item, user, on: item.assignee_id == user.pk and item.is_unmet),
    "unassigned": View(gettext_lazy("Unassigned"), lambda item, user, on: item.assignee_id is None and item.is_unmet),
    "overdue": View(gettext_lazy("Overdue"), lambda item, user, on: item.is_overdue(on)),
    "troubled": View(
        gettext_lazy("Overdue or blocked"),
        lambda item, user, on: item.is_overdue(on) or item.status == "blocked",
    ),
    "stuck": View(gettext_lazy("Stuck"), lambda item, user, on: item.status == "blocked"),
    "waiting": View(gettext_lazy("Waiting"), lambda item, user, on: item.status == "waiting"),
    "partner": View(gettext_lazy("With a partner"), lambda item, user, on: bool(item.live_status)),
}
# What the numbers of a report lead to; on the page it would be the third word for the same items.
UNLISTED = {"troubled"}


@dataclass(frozen=True)
class Line:
    """One item, ready to be drawn; the words in it are made for the person who looks."""

    item: Any
    url: str
    mode: str
    condition: str
    place: str
    twin: str
    twin_url: str
    due: str
    is_overdue: bool
    badge: str
    person: str
    partner: str
    court: str
    why_label: str
    pick: str


@dataclass
class Column:
    """A list of lines under a heading; `met` of `total` counts what applies."""

    party: str
    label: Reason
    lines: list[Line] = field(default_factory=list)
    met: int = 0
    total: int = 0


@dataclass(frozen=True)
class Block:
    """One group of the matrix: a phase with both of its sides, a side, or a person."""

    key: str
    title: Reason
    columns: list[Column]
    phase: Phase | None = None


@dataclass
class Desk:
    """All items of one engagement as one person sees them on one day, in one query."""

    engagement: Engagement
    user: User
    side: Side
    on: date
    _drawn: dict[tuple[Any, ...], str] = field(default_factory=dict)

    @cached_property
    def items(self) -> list[Any]:
        seen = Responsibility.objects.visible_to(self.user).filter(engagement=self.engagement)
        live = FilteredRelation("delegations", condition=Q(delegations__status__in=["proposed", "active"]))
        with_partner = seen.select_related("assignee").annotate(
            live=live,
            live_status=F("live__status"),
            live_partner=F("live__partner__name"),
            live_partner_id=F("live__partner"),
            live_from=F("live__starts_on"),
            live_until=F("live__ends_on"),
        )
        found = list(with_partner.order_by("position"))
        for item in found:
            item.engagement = self.engagement
        return found

    @cached_property
    def by_code(self) -> dict[str, Any]:
        return {item.code: item for item in self.items}

    @cached_property
    def people(self) -> list[User]:
        """Whoever has an item, by name."""
        return sorted({item.assignee for item in self.items if item.assignee}, key=lambda user: user.name.casefold())

    def counts(self) -> dict[str, int]:
        """How many items each view has."""
        return {name: sum(view.fits(item, self.user, self.on) for item in self.items) for name, view in VIEWS.items()}

    def narrowed(self, wanted: Wanted) -> list[Any]:
        return [item for item in self.items if self._fits(item, wanted)]

    def _fits(self, item: Any, wanted: Wanted) -> bool:
        words = wanted.q.casefold()
        return (
            (not wanted.party or item.party == wanted.party)
            and (not wanted.phase or item.phase == wanted.phase)
            and (not wanted.status or item.status in _TOGETHER.get(wanted.status, (wanted.status,)))
            and (not wanted.who or _is_of(item, wanted.who))
            and (not wanted.view or VIEWS[wanted.view].fits(item, self.user, self.on))
            and (
                not words
                or words in item.text.casefold()
                or item.code.casefold().startswith(words)
                or words in item.evidence.casefold()
            )
        )

    # --- Who may take hold of what ----------------------------------------------------------------------------------
    @cached_property
    def _is_staff(self) -> bool:
        return is_centre_staff(self.user, self.engagement)

    @cached_property
    def _is_worker(self) -> bool:
        return self.user.has_role(*WORKERS, customer_id=self.engagement.customer_id)

    def may_take(self, item: Any) -> bool:
        """Whether a box stands before the item. The operations decide; this only spares a refusal."""
        if self.engagement.is_at_rest:
            return False
        if self._is_staff:
            return True
        if item.party != "customer":
            return False
        return self._is_worker or self.is_in_hand(item)

    def is_in_hand(self, item: Any) -> bool:
        """Whether the item is with the partner of the person who looks."""
        return (
            item.live_status == "active"
            and item.live_partner_id in self.user.audience.partner_ids
            and item.live_from <= self.on <= (item.live_until or self.on)
        )

    # --- Drawing ----------------------------------------------------------------------------------------------------
    def blocks(self, items: Sequence[Any], phases: Iterable[Phase], group: str) -> list[Block]:
        """Phase by phase with both sides, or one list for each side or person; groups without an item are left out."""
        if group == "party":
            parts = [(party, label, [i for i in items if i.party == party]) for party, label in PARTIES.items()]
            return [Block(key, label, [self._column(key, "", found, group)]) for key, label, found in parts if found]
        if group == "person":
            return self._by_person(items)
        blocks = []
        for phase in phases:
            sides = [(party, [i for i in items if (i.phase, i.party) == (phase.code, party)]) for party in PARTIES]
            columns = [self._column(party, PARTIES[party], found, group) for party, found in sides if found]
            if columns:
                blocks.append(Block(phase.code, phase.get_code_display(), columns, phase))
        return blocks

    def _by_person(self, items: Sequence[Any]) -> list[Block]:
        parts: list[tuple[str, Reason, list[Any]]] = [
            (str(user.public_id), user.name, [i for i in items if i.assignee_id == user.pk]) for user in self.people
        ]
        for party, label in PARTIES.items():
            free = [i for i in items if i.assignee_id is None and i.party == party]
            parts.append((f"{NOBODY}-{party}", _("%(side)s, nobody yet") % {"side": label}, free))
        return [Block(key, label, [self._column("", "", found, "person")]) for key, label, found in parts if found]

    def _column(self, party: str, label: Reason, items: Sequence[Any], group: str) -> Column:
        applying = [item for item in items if item.status != "not_applicable"]
        lines = [self.line(item, group) for item in items]
        return Column(party, label, lines, len([i for i in applying if i.status not in UNMET]), len(applying))

    def _once(self, key: tuple[Any, ...], make: Callable[[], str]) -> str:
        """137 lines share a few badges, days and questions: each is drawn once a page."""
        if key not in self._drawn:
            self._drawn[key] = make()
        return self._drawn[key]

    def line(self, item: Any, group: str) -> Line:
        late = item.is_overdue(self.on)
        twin = self.by_code.get(item.twin_code)
        place = [PHASE_TITLES[item.phase]] if group else []
        if group == "person":
            place.append(PARTIES[item.party])
        return Line(
            item=item,
            url=item.get_absolute_url(),
            mode=MODES[item.mode],
            condition=condition_in_words(item),
            place=" · ".join(place),
            twin=twin.code if twin else "",
            twin_url=twin.get_absolute_url() if twin else "",
            due=self._once(("due", item.due_on), lambda: day(item.due_on)) if item.due_on else "",
            is_overdue=late,
            badge=self._once(
                ("badge", item.status, late),
                lambda: badge("overdue" if late else item.status, item.get_status_display()),
            ),
            person=person(item.assignee) if item.assignee and group != "person" else "",
            partner=partner_in_words(item),
            court=getattr(item, "court", ""),
            why_label=self._once(("why", item.party), lambda: why_label(item, self.side)),
            pick=f"{item.code}:{item.version}" if self.may_take(item) else "",
        )


def _is_of(item: Any, who: str) -> bool:
    if who == NOBODY:
        return item.assignee_id is None
    return item.assignee is not None and str(item.assignee.public_id) == who


def partner_in_words(item: Any) -> str:
    """Which partner has the item, or could have it."""
    if item.live_status == "active":
        return _("With %(partner)s") % {"partner": item.live_partner}
    return _("Proposed for %(partner)s") % {"partner": item.live_partner} if item.live_status else ""
