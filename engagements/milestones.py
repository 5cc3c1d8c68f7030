"""The phases of an engagement and its eight milestones, with their outcomes and first planned days."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date

from engagements.matrix import SERVICE_FAMILIES
from fasttrack_portal.directory.calendars import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Phase:
    """`is_ordered`: takes its turn behind the phase before it. `is_optional`: an engagement may go without it.

    `starts` and `ends` are default numbers of working days after the kickoff; General has neither.
    """

    code: str
    title: str
    is_ordered: bool
    is_optional: bool
    starts: int | None = None
    ends: int | None = None


PHASES: tuple[Phase, ...] = (
    # Cross-cutting: open for as long as the engagement lives.
    Phase("general", "General", is_ordered=False, is_optional=False),
    Phase("initiate", "Initiate", is_ordered=True, is_optional=False, starts=0, ends=5),
    Phase("assess", "Assess", is_ordered=True, is_optional=False, starts=5, ends=15),
    Phase("remediate", "Remediate", is_ordered=True, is_optional=False, starts=15, ends=35),
    Phase("enable", "Enable", is_ordered=True, is_optional=False, starts=35, ends=55),
    # May overlap Enable, so it does not wait for its turn.
    Phase("data_migration", "Data migration", is_ordered=False, is_optional=True, starts=50, ends=80),
)
PHASE_TITLES: dict[str, str] = {phase.code: phase.title for phase in PHASES}
# These take turns.
ORDERED: tuple[str, ...] = tuple(phase.code for phase in PHASES if phase.is_ordered)


@dataclass(frozen=True, slots=True)
class Milestone:
    """`offset` is the default number of working days after the kickoff; `family` limits it to those services."""

    code: str
    title: str
    outcome: str
    phase: str
    offset: int
    is_optional: bool = False
    is_recurring: bool = False
    family: str = ""

    def applies_to(self, services: Set[str]) -> bool:
        return not self.family or bool(services & set(SERVICE_FAMILIES[self.family].services))


MILESTONES: tuple[Milestone, ...] = (
    Milestone(
        "kickoff",
        "Kickoff",
        "Everybody knows the process, the schedule, the tools and who does what.",
        "initiate",
        0,
    ),
    Milestone(
        "assessment",
        "Assessment",
        "The remediation checklist is written, with the help of the deployment guides.",
        "assess",
        10,
    ),
    Milestone(
        "security_discussion",
        "Security discussion",
        "The security strategy is planned along recommended practice.",
        "assess",
        15,
    ),
    Milestone(
        "remediation_review",
        "Remediation review",
        "Every remediation item was looked at together, and what is left is known.",
        "remediate",
        25,
    ),
    Milestone(
        "success_workshop",
        "Success workshop",
        "There is an action plan, built with tools, templates and guides.",
        "remediate",
        30,
    ),
    Milestone(
        "checkpoints",
        "Checkpoint meetings",
        "A weekly or biweekly rhythm runs, each time with minutes and an updated schedule.",
        "remediate",
        35,
        is_recurring=True,
    ),
    Milestone(
        "enable_activities",
        "Enable activities",
        "The services in scope are on.",
        "enable",
        50,
    ),
    Milestone(
        "migration_velocity_workshop",
        "Migration velocity workshop",
        "Both sides know that the migration is ready to start, and how fast it can go.",
        "data_migration",
        55,
        is_optional=True,
        family="microsoft365",
    ),
)
# What has to be reached before: an outcome that another milestone builds on.
AFTER: dict[str, tuple[str, ...]] = {
    "assessment": ("kickoff",),
    "security_discussion": ("kickoff",),
    "remediation_review": ("assessment",),
    "success_workshop": ("kickoff",),
    "checkpoints": ("kickoff",),
    "enable_activities": ("remediation_review",),
    "migration_velocity_workshop": ("assessment",),
}
BY_CODE: dict[str, Milestone] = {milestone.code: milestone for milestone in MILESTONES}
RECURRING: frozenset[str] = frozenset(milestone.code for milestone in MILESTONES if milestone.is_recurring)


def planned_dates(
    kickoff: date, calendar: WorkingCalendar, milestones: Iterable[Milestone] = MILESTONES
) -> dict[str, date]:
    """The first plan: each milestone so many working days of the centre after the kickoff, by code.
    A kickoff on a free day counts from the next working day. ValueError beyond the calendar."""
    first = calendar.add_working_days(kickoff, 0)
    return {
        milestone.code: calendar.add_working_days(first, milestone.offset) if milestone.offset else first
        for milestone in milestones
    }


def planned_phases(kickoff: date, calendar: WorkingCalendar) -> dict[str, tuple[date, date]]:
    """The first plan of the phases, by code: first and last day; General has none. ValueError beyond the calendar."""
    first = calendar.add_working_days(kickoff, 0)

    def day(offset: int) -> date:
        return calendar.add_working_days(first, offset) if offset else first

    return {
        phase.code: (day(phase.starts), day(phase.ends)) for phase in PHASES if phase.starts is not None and phase.ends
    }
