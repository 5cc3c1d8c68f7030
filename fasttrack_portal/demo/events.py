"""Contoso's migration events: one in each state, from the plan to the closed window."""

import io
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from engagements.models import Engagement
from fasttrack_portal.accounts.models import User
from fasttrack_portal.demo.clock import as_if
from migrations_svc import planning, recordfile
from migrations_svc.models import MigrationEvent, MigrationProject
from migrations_svc.operations import events, issues, lists, projects, states

_FIRST = "Anna Ben Chloé Dmitri Elif Farid Greta Hugo Ines Jonas Katja Luca Milan Noor Olga Piotr Quinn Rosa Sven Tess"
_LAST = "Abel Brandt Castro Dahl Engel Fischer García Holm Ivanova Jansen Kaya Lund Moreau Novák Ortega Petrov"


@dataclass
class Stage:
    """One event of the story: how many days ago it ran (negative: ahead), and how far it has come."""

    title: str
    source: str
    ran: int
    steps: tuple[str, ...]
    size: int = 24


_STAGES = [
    Stage("Finance mailboxes", "exchange", 40, ("schedule", "lock", "approve", "start", "complete"), 48),
    Stage("Sales mailboxes", "exchange", 2, ("schedule", "lock", "approve", "start", "complete_with_issues"), 60),
    Stage("Engineering mailboxes", "exchange", 1, ("schedule", "lock", "approve", "start"), 120),
    Stage("Legal file share", "file_share", 20, ("schedule", "lock", "approve", "start", "fail")),
    Stage("Executive mailboxes", "exchange", -1, ("schedule", "lock", "approve"), 12),
    Stage("Marketing drive", "google_drive", -3, ("schedule", "lock")),
    Stage("Support mailboxes", "exchange", -25, ("schedule",), 36),
    Stage("Archive mailboxes", "exchange", -30, ("validate",), 80),
    Stage("Retail shops", "google_workspace", -40, ()),
    Stage("Old intranet", "file_share", -10, ("schedule", "cancel")),
]


def every_state(engagement: Engagement, lead: User, specialist: User, now: datetime) -> None:
    """Plans and runs them all."""
    for number, stage in enumerate(_STAGES):
        _run(stage, number, engagement, lead, specialist, now)


def _run(stage: Stage, number: int, engagement: Engagement, lead: User, specialist: User, now: datetime) -> None:
    people = _people(number, stage.size)
    run_on = _weekday(now - timedelta(days=stage.ran))
    planned_at = min(run_on - timedelta(days=30), now - timedelta(days=2))
    with as_if(planned_at):
        event = events.create(
            engagement,
            key=uuid.uuid4(),
            title=stage.title,
            source=stage.source,
            zone=engagement.customer.zone,
            by=lead,
            content=io.BytesIO(_list_of(people, number).encode()),
            name="list.csv",
        )
        lists.import_list(event.list_plans.get(), valid_part=True, removes=False, at=planned_at, by=lead)
        event.refresh_from_db()
        if stage.steps:
            events.validate(event, by=lead, at=planned_at)
        if "schedule" in stage.steps:
            _prepare(event.project, lead, planned_at)
            day = max(run_on.date(), planning.earliest_day(engagement.centre, at=planned_at))
            events.schedule(event, day=day, wall=time(19, 0), at=planned_at, by=lead)
    ended = min(run_on + timedelta(hours=5), now)
    moves: dict[str, Callable[[], None]] = {
        "lock": lambda: events.lock(event, by=specialist),
        "approve": lambda: _both_go(event, lead, specialist, min(run_on - timedelta(days=2), now)),
        "start": lambda: events.start(event, by=specialist, at=run_on),
        "complete": lambda: _complete(event, people, specialist, ended, everything=True),
        "complete_with_issues": lambda: _complete(event, people, specialist, ended, everything=False),
        "fail": lambda: events.fail(
            event, reason="The share was offline; a new event follows.", by=specialist, at=run_on
        ),
        "cancel": lambda: events.cancel(event, reason="The old intranet is switched off instead.", by=lead, at=now),
    }
    back = {"lock": 14, "approve": 2}
    for step in stage.steps:
        if step in moves:
            with as_if(ended if step.startswith("complete") else min(run_on - timedelta(days=back.get(step, 0)), now)):
                moves[step]()
    if stage.steps[-1:] == ("start",):
        _watch(event, people, specialist, run_on, now)
    if not stage.steps:
        with as_if(now):
            _bring_again(event, people, lead)


def _both_go(event: MigrationEvent, lead: User, specialist: User, at: datetime) -> None:
    """The customer says so first."""
    for person in (lead, specialist):
        events.approve(event, by=person, at=at)


def _watch(event: MigrationEvent, people: list[str], specialist: User, since: datetime, now: datetime) -> None:
    """States as they came, some more through each time; the last file puts one back."""
    for part in range(1, 6):
        through, at = len(people) * part // 9, since + (now - since) * part / 5
        with as_if(at):
            words = ["completed"] * through + ["synced", "syncing", "queued"] * len(people)
            if part == 5:
                words[0] = "syncing"
            _load(event, people, words[: len(people)], specialist, at)


def _bring_again(event: MigrationEvent, people: list[str], lead: User) -> None:
    """A second file of the draft, which waits with its plan: some lines are new, some change, some are refused."""
    head = "Source Email,Destination Email,Display Name"
    rows = [f"{name}@contoso.example,{name}@contoso.example,{name.title()}" for name in people[:6]]
    rows += [f"shop{n}@contoso.example,shop{n}@contoso.example,Shop {n}" for n in range(8)]
    rows += ["shop9,shop9@contoso.example,Shop 9", "shop1@contoso.example,shop1@contoso.example,Shop 1", "=1+1,x,y"]
    content = "\n".join([head, *rows]).encode()
    lists.upload_list(event, io.BytesIO(content), name="shops.csv", key=uuid.uuid4(), lines_at_most=30, by=lead)


def _complete(event: MigrationEvent, people: list[str], specialist: User, at: datetime, *, everything: bool) -> None:
    words = ["completed"] * 20
    if not everything:
        words[-3:] = ["completed_with_warnings", "completed", "failed"]
    _load(event, people, words, specialist, at)
    (events.complete if everything else events.complete_with_issues)(event, by=specialist, at=at)
    if not everything:
        issue = issues.report_issue(
            event,
            key=uuid.uuid4(),
            title="Three mailboxes failed: items over the size limit",
            details="The items are larger than what the target takes.",
            lane="options",
            by=specialist,
            at=at,
            addresses=list(event.records.filter(status="failed").values_list("source_address", flat=True)[:3]),
        )
        options = ["Archive the large items and move the rest", "Raise the limit for these mailboxes"]
        issues.offer_options(issue, texts=options, version=issue.version, by=specialist, at=at)


# What the tool said of a mailbox that did not move as it was.
_SAID = {
    "failed": "Two items are larger than 150 MB: the mailbox was not moved.",
    "completed_with_warnings": "Three damaged calendar entries were left out.",
}


def _load(event: MigrationEvent, people: list[str], words: list[str], specialist: User, at: datetime) -> None:
    lines = ["address,state,items moved,message"]
    for n, name in enumerate(people):
        state = words[n % len(words)]
        items = 900 + n * 137 % 2400 if state.startswith("completed") else ""
        lines.append(f"{name}@contoso.example,{state},{items},{_SAID.get(state, '')}")
    read = recordfile.StateFile(io.BytesIO("\n".join(lines).encode()))
    states.load_states(event, read, key=uuid.uuid4(), by=specialist, at=at)


def _people(number: int, size: int) -> list[str]:
    names = [f"{first}.{last}".lower() for last in _LAST.split() for first in _FIRST.split()]
    plain = [name.encode("ascii", "ignore").decode() for name in names]
    return [f"{name}{number}" for name in plain[:size]]


def _list_of(people: list[str], number: int) -> str:
    chance = random.Random(number)
    header = "source_address,target_address,size_gb,display_name,kind"
    rows = [
        f"{name}@contoso.example,{name}@contoso.example,{chance.lognormvariate(1.2, 0.9):.1f},"
        f"{' '.join(name.rstrip('0123456789').split('.')).title()},mailbox"
        for name in people
    ]
    return "\n".join([header, *rows])


def _weekday(moment: datetime) -> datetime:
    """18:00 UTC of that day, or of the Friday before a weekend."""
    day = moment.replace(hour=18, minute=0, second=0, microsecond=0)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day


def _prepare(project: MigrationProject, lead: User, at: datetime) -> None:
    """What a customer settles before its first event: access, a finding, and its name under the statements."""
    if project.acknowledgements.exists():
        return
    for item in project.access_items.select_related("project__engagement"):
        projects.settle(item, by=lead, at=at)
    projects.add_finding(
        project,
        key=uuid.uuid4(),
        report="Scan of the source",
        title="Twelve items are over the size limit",
        owner=lead,
        due_on=(at + timedelta(days=14)).date(),
        by=lead,
    )
    projects.acknowledge(project, by=lead, at=at)
