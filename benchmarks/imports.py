"""S6: lists brought as files, beside reading and checking the same file: records of a migration event, customers."""

import functools
import io
import uuid
from collections.abc import Callable, Sequence
from datetime import date
from statistics import median
from time import perf_counter

from django.utils import timezone

from assistance.models import AssistanceRequest
from benchmarks import crowd
from benchmarks.measure import Measure, say
from benchmarks.search import person
from engagements.models import Engagement
from engagements.operations.engagement import current_template
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.directory import loading
from fasttrack_portal.directory.models import Customer, FastTrackCenter
from fasttrack_portal.imports import operations as imports
from fasttrack_portal.imports import reading
from fasttrack_portal.imports.models import ImportPlan
from fasttrack_portal.jobs.engine import run_due
from migrations_svc import recordfile
from migrations_svc.models import ListPlan, MigrationEvent, MigrationProject, MigrationRecord
from migrations_svc.operations import bring_states, import_list, upload_list

_NAIVE = 300  # rows that are saved one by one
_MOST_CUSTOMERS = 70_000  # in the 10 MB that an upload may have


def run(sizes: Sequence[int] = (10_000, 100_000)) -> list[Measure]:
    """Some minutes: lists of as many lines, each read and checked, then stored, or planned and carried out."""
    found: list[Measure] = []
    before: dict[str, float] = {}
    for lines in sorted(sizes):
        for work in (_records, _customers, _directory):
            crowd.clear()
            found += work(lines, before)
    return found


# --- The records of a migration event --------------------------------------------------------------------------------
def _records(lines: int, before: dict[str, float]) -> list[Measure]:
    say(f"import: {lines:,} records of a migration event")
    lead = User.objects.create_user(f"{uuid.uuid4()}@bench.example", name="Lead")
    event, other = a_draft(lead), a_draft(lead)
    Membership.objects.create(user=lead, customer=event.customer, role=Membership.Role.LEAD)
    rows = (
        f"user{n:06}@contoso.example,user{n:06}@contoso.test,{n % 90 / 10},User {n},mailbox\n" for n in range(lines)
    )
    content = f"{recordfile.template()}{''.join(rows)}".encode()
    rows = (f"other{n:06}@contoso.example,other{n:06}@contoso.test,1,,mailbox\n" for n in range(lines // 10))
    _load(f"{recordfile.template()}{''.join(rows)}".encode(), other, lead)
    few = min(lines, _NAIVE)
    # In turn, so that whatever else the machine does weighs on both.
    check = functools.partial(_read, recordfile.ListFile, content)
    floors = [_taken(check)[0]]
    planning, plan_peak = _taken(functools.partial(_planned, content, event, lead))
    plan = event.list_plans.get()
    assert plan.counts == {"new": lines}, (plan.status, plan.counts)
    floors.append(_taken(check)[0])
    writing, write_peak = _taken(functools.partial(_imported, plan, lead))
    checking = median([*floors, _taken(check)[0]])
    assert event.records.count() == lines
    naive, _peak = _taken(functools.partial(_saved_one_by_one, content, a_draft(lead)))
    states = _states(lines, event, lead, before)
    name = f"S6.{lines}.records"
    return [
        _noted(f"{name}.plan", "read, checked, compared, kept; floor: read and checked", planning, checking),
        _noted(f"{name}.import", "the plan carried out; floor: read and checked", writing, checking),
        _times(
            f"{name}.both", "from the file to the records; floor: read and checked", planning + writing, checking, 4
        ),
        _times(
            f"{name}.naive",
            "from the file to the records; floor: full_clean and save of each",
            planning + writing,
            naive * lines / few,
            0.1,
        ),
        *_memory(f"{name}.plan", plan_peak, lines, before),
        *_memory(f"{name}.import", write_peak, lines, before),
        *states,
    ]


def _states(lines: int, event: MigrationEvent, lead: User, before: dict[str, float]) -> list[Measure]:
    """The states of as many records, as an export tells them: all of them new, by the job where the file is long."""
    say(f"import: {lines:,} states of a migration event")
    by = event.project.engagement.specialist
    Membership.objects.create(user=by, centre=event.project.engagement.centre, role=Membership.Role.SPECIALIST)
    MigrationEvent.objects.filter(pk=event.pk).update(status="running", scheduled_for=timezone.now())
    event = MigrationEvent.objects.with_facts().get(pk=event.pk)
    rows = (f"user{n:06}@contoso.example,Completed,{n},{n % 3},moved in {n % 60} minutes\n" for n in range(lines))
    content = f"{','.join(recordfile.STATE_COLUMNS)}\n{''.join(rows)}".encode()
    check = functools.partial(_read, recordfile.StateFile, content)
    floors = [_taken(check)[0]]
    spent, peak = _taken(functools.partial(_brought, content, event, User.objects.get(pk=by.pk)))
    checking = median([*floors, _taken(check)[0]])
    event.refresh_from_db()
    assert event.totals == {"completed": lines}, event.totals
    assert event.records.filter(status="completed", items_moved__isnull=False).count() == lines
    name = f"S6.{lines}.states"
    return [
        _noted(f"{name}.both", "from the file to the records; floor: read and checked", spent, checking),
        *_memory(f"{name}.both", peak, lines, before),
    ]


def _read(kind: type[recordfile.ListFile] | type[recordfile.StateFile], content: bytes) -> None:
    """Every line read and checked, and forgotten."""
    for _line in kind(io.BytesIO(content)):
        pass


def _brought(content: bytes, event: MigrationEvent, by: User) -> None:
    """As the page and its job do it."""
    stream = io.BytesIO(content)
    lines = recordfile.lines_at_most(stream)
    file = bring_states(
        event, stream, name="states.csv", key=uuid.uuid4(), lines_at_most=lines, by=by, at=timezone.now()
    )
    run_due()
    file.refresh_from_db()
    assert file.status == "imported", (file.status, file.problem, file.errors[:2], file.job and file.job.error)


def _planned(content: bytes, event: MigrationEvent, by: User) -> None:
    """As the page and its job do it."""
    stream = io.BytesIO(content)
    lines = recordfile.lines_at_most(stream)
    upload_list(event, stream, name="list.csv", key=uuid.uuid4(), lines_at_most=lines, by=by)
    run_due()


def _imported(plan: ListPlan, by: User) -> None:
    import_list(plan, valid_part=False, removes=False, at=timezone.now(), by=by)
    run_due()
    plan.refresh_from_db()
    assert plan.status == "imported", (plan.status, plan.problem, plan.job and plan.job.error)


def _load(content: bytes, event: MigrationEvent, by: User) -> None:
    _planned(content, event, by)
    _imported(event.list_plans.get(), by)


def _saved_one_by_one(content: bytes, event: MigrationEvent) -> None:
    """What anybody would write first."""
    for row in recordfile.ListFile(io.BytesIO(b"\n".join(content.split(b"\n")[: _NAIVE + 1]))):
        record = MigrationRecord(event=event, source_address=row.source_address, target_address=row.target_address)
        record.full_clean()
        record.save()


def a_draft(by: User) -> MigrationEvent:
    """A draft in an engagement of the only customer."""
    centre = FastTrackCenter.objects.get()
    customer, _new = Customer.objects.get_or_create(name="Contoso", centre=centre)
    day = date(2026, 3, 2)
    facts = {"desired_on": day, "services": ["exchange"], "wants_migration": True}
    ask = AssistanceRequest.objects.create(
        status="accepted",
        customer=customer,
        centre=centre,
        created_by=by,
        submitted_at=timezone.now(),
        business_reason="to measure",
        success_owners="nobody",
        **facts,
    )
    engagement = Engagement.objects.create(
        title="measured",
        ask=ask,
        customer=customer,
        centre=centre,
        specialist=by,
        template=current_template(),
        starts_on=day,
        **facts,
    )
    project = MigrationProject.objects.create(engagement=engagement, source="exchange")
    return MigrationEvent.objects.create(project=project, title="wave", zone="UTC", created_by=by)


# --- Customers, as an admin brings them ------------------------------------------------------------------------------
def _customers(lines: int, before: dict[str, float]) -> list[Measure]:
    """The upload, the job that plans and the job that carries the plan out, index of the search included."""
    lines = min(lines, _MOST_CUSTOMERS)
    say(f"import: {lines:,} customers brought by an admin")
    admin = person("admin")
    rows = (
        f"{name},{tpid},,{guid},{domain},{seats},DE,de,Europe/Berlin,bench\n"
        for name, tpid, guid, domain, seats in _facts(lines)
    )
    content = f"{','.join(reading.COLUMNS)}\n{''.join(rows)}".encode()
    checking, _peak = _taken(functools.partial(_checked, content))
    plan = imports.upload(io.BytesIO(content), name="list.csv", key=uuid.uuid4(), lines_at_most=lines + 1, by=admin)
    planning, plan_peak = _taken(functools.partial(_finished, plan, "ready"))
    imports.confirm(plan, valid_part=False, at=timezone.now(), by=admin)
    writing, write_peak = _taken(functools.partial(_finished, plan, "imported"))
    assert Customer.objects.count() >= lines
    name = f"S6.{lines}.customers"
    return [
        _noted(f"{name}.plan", "the plan kept; floor: read and checked", planning, checking),
        _noted(f"{name}.import", "the plan carried out; floor: read and checked", writing, checking),
        *_memory(f"{name}.plan", plan_peak, lines, before),
        *_memory(f"{name}.import", write_peak, lines, before),
    ]


def _checked(content: bytes) -> None:
    for line, cells in reading.File(io.BytesIO(content)):
        reading.checked(line, cells)


def _finished(plan: ImportPlan, status: str) -> None:
    if plan.status in ("reading", "ready") and plan.line_count <= imports.AT_ONCE and not plan.job:
        return  # a short list is planned and imported while the person waits
    run_due()
    plan.refresh_from_db()
    assert plan.status == status, (plan.status, plan.problem, plan.job and plan.job.error)


# --- Customers, as an operator loads them ----------------------------------------------------------------------------
def _directory(lines: int, before: dict[str, float]) -> list[Measure]:
    """The whole directory by `load_customers`, index of the search included."""
    say(f"import: {lines:,} customers loaded by the operator")
    rows = (
        f"{name},{tpid},,{guid},{domain},{seats},DE,UTC,bench\n" for name, tpid, guid, domain, seats in _facts(lines)
    )
    text = f"{','.join(loading.COLUMNS)}\n{''.join(rows)}"
    checking, _peak = _taken(functools.partial(loading.count, io.StringIO(text)))
    spent, peak = _taken(lambda: list(loading.load(io.StringIO(text), by=None)))
    assert Customer.objects.count() == lines
    name = f"S6.{lines}.directory"
    return [
        _noted(f"{name}.load", "all of it with the search; floor: read and checked", spent, checking),
        *_memory(name, peak, lines, before),
    ]


def _facts(lines: int) -> list[tuple[str, str, uuid.UUID, str, int]]:
    """Names as common as in the search's benchmark."""
    found = []
    for n in range(lines):
        name = crowd.name_of(n)
        domain = f"{name.lower().replace(' ', '-')}.example"
        found.append((name, str(1_000_000 + n), uuid.UUID(int=n + 1), domain, n % 5_000))
    return found


# --- Measuring -------------------------------------------------------------------------------------------------------
def _taken(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and the most memory that was held above what there was before, in MB."""
    held = _memory_in_use(is_new=True)
    began = perf_counter()
    work()
    return perf_counter() - began, max(0.0, _memory_in_use() - held)


def _memory_in_use(*, is_new: bool = False) -> float:
    """The most so far, in MB; from now on with `is_new`. 0 where the system does not tell."""
    try:
        if is_new:
            with open("/proc/self/clear_refs", "w") as file:
                file.write("5")
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))
    except OSError:
        return 0.0


def _times(name: str, what: str, value: float, floor: float, most: float) -> Measure:
    return Measure(name, what, value, "s", floor, value / floor, f"<= {most} x", value / floor <= most)


def _noted(name: str, what: str, value: float, floor: float) -> Measure:
    return Measure(name, what, value, "s", floor, value / floor, "for the record", holds=True)


def _memory(name: str, peak: float, lines: int, before: dict[str, float]) -> list[Measure]:
    """Memory beside that of the smaller run."""
    kind = name.partition(f"{lines}.")[2]
    floor = before.setdefault(kind, peak) or 1.0
    what = "memory on top; floor: that of the smaller list"
    return [Measure(f"{name}.memory", what, peak, "MB", floor, peak / floor, "for the record", holds=True)]
