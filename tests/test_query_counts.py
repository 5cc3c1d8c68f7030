"""A page asks the database as often for many rows as for few: the counts of every page stand in query_counts.json."""

import json
import os
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg2.extras import DateTimeTZRange

from assistance.models import AssistanceRequest
from engagements.models import Engagement, Meeting, Milestone, Phase, Responsibility
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory import search
from fasttrack_portal.directory.models import Customer, Partner, PartnerLink, Tenant
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.lists import LISTS
from fasttrack_portal.notices.models import Notification
from migrations_svc.models import Issue, MigrationEvent, MigrationProject, MigrationRecord
from reports.models import Report
from tests.answers import body_of
from tests.api_table import BY_LABEL, READS, asked
from tests.conftest import Cast
from tests.programs import Program, program_of
from tests.test_access import TABLE, address, call, clients, thing_of
from tests.world import World, build, organisations_of

pytestmark = pytest.mark.django_db

KEPT = Path(__file__).with_name("query_counts.json")
UPDATE = "UPDATE_QUERY_COUNTS"
ACTORS = ("customer", "partner", "specialist", "admin")
MANY, ROWS = 60, 1_000
# What is no page: files that are made row by row or once, and answers for machines.
NO_PAGES = {
    "healthz",
    "readyz",
    "documents:verify",
    "reports:download",
    "reports:records",
    "reports:archive",
    "reports:annex_file",
    "reports:download_bundle",
    "accounts:join",
    "imports:refused",
    "imports:template",
    "assistance:queue_csv",
    "engagements:download",
    "migrations_svc:list_reasons",
    "migrations_svc:states_reasons",
    "engagements:remediation_csv",
}
PAGES = sorted(name for name, row in TABLE.items() if "GET" in row.methods and name not in NO_PAGES)
# Each list as a file, too; the queue has an address of its own for that.
PAGES += [f"{name}?as=csv" for name in sorted(LISTS) if name != "assistance:queue"]
# What programs ask for, with a token; the document is made from the code alone.
PAGES += [f"api:{endpoint.name}" for endpoint in READS if endpoint.name not in ("openapi", "report_file")]
# Searched, so that there is something to list.
QUERIES = {"search": "?q=contoso", "directory:find": "?q=contoso"}


# --- Many rows from one ----------------------------------------------------------------------------------------------
def copies(thing: models.Model, count: int, change: Callable[[int], dict[str, Any]] = lambda number: {}) -> list[Any]:
    """Rows like `thing`, with new identities and whatever `change` says of each."""
    model, made = type(thing), []
    for number in range(count):
        values = {
            field.attname: getattr(thing, field.attname)
            for field in model._meta.concrete_fields
            if not field.primary_key
        }
        for field in model._meta.concrete_fields:
            if field.unique and isinstance(field, models.UUIDField):
                values[field.attname] = uuid.uuid4()
            elif isinstance(field, models.OneToOneField) and field.null:
                values[field.attname] = None
        made.append(model(**{**values, **change(number)}))
    return model._base_manager.bulk_create(made, batch_size=500)


def children(parent: Any, twins: list[Any], model: Any, name: str) -> None:
    """What hangs below `parent`, below each of its twins as well."""
    for child in model._base_manager.filter(**{name: parent}):
        copies(child, len(twins), lambda number: {f"{name}_id": twins[number].pk})


def grow(world: World, stage: Cast) -> None:
    """Many of everything that a page lists: beside the world's own things, and below them."""
    now = timezone.now()
    copies(stage.contoso, MANY, lambda n: {"name": f"Contoso branch {n}", "tpid": str(700_000 + n)})
    branches = list(Customer.objects.filter(name__startswith="Contoso branch"))
    children(stage.contoso, branches, Tenant, "customer")
    copies(stage.contoso.partner_links.get(), MANY, lambda n: {"customer_id": branches[n].pk})
    copies(stage.northwind, MANY, lambda n: {"name": f"Partner {n}"})
    partners = list(Partner.objects.filter(name__startswith="Partner "))
    copies(stage.contoso.partner_links.get(), MANY, lambda n: {"partner_id": partners[n].pk})
    copies(stage.contoso.tenants.first(), 5, lambda n: {"name": f"Tenant {n}", "guid": uuid.uuid4()})
    for branch in branches:
        search.reindex(branch)

    people = copies(stage.pm, MANY, lambda n: {"email": f"person{n}@contoso.example", "name": f"Person {n}"})
    copies(Membership.objects.get(user=stage.pm), MANY, lambda n: {"user_id": people[n].pk})
    copies(Membership.objects.get(user=stage.specialist), MANY, lambda n: {"user_id": people[n].pk})

    copies(world["waiting"], MANY)
    copies(world["draft"], MANY)
    asks = copies(world["ask"], MANY)
    engagement = world["engagement"]
    twins = copies(engagement, MANY, lambda n: {"ask_id": asks[n].pk})
    for model in (Phase, Responsibility, Milestone):
        children(engagement, twins, model, "engagement")
    engagement.responsibilities.update(assignee=stage.lead, due_on=timezone.localdate())
    project = MigrationProject.objects.filter(engagement=engagement).earliest("pk")
    projects = copies(project, MANY, lambda n: {"engagement_id": twins[n].pk})

    first = Meeting.objects.filter(engagement=engagement).latest("during").during.upper
    for base, status in ((first, "planned"), (now - timedelta(days=400), "held")):
        copies(
            world["meeting"], MANY, lambda n, base=base, status=status: {
                "series_id": None, "nominal_on": None, "status": status,
                "during": DateTimeTZRange(base + timedelta(hours=n), base + timedelta(hours=n, minutes=30)),
            },
        )  # fmt: skip

    event = world["event"]
    copies(event, MANY, lambda n: {"title": f"Wave {n}"})
    copies(event, MANY, lambda n: {"title": f"Elsewhere {n}", "project_id": projects[n].pk})
    copies(event, MANY, lambda n: {
        "status": "completed", "window": "open", "completed_at": now, "window_closes_at": now + timedelta(days=5)
    })  # fmt: skip
    copies(event.records.get(), ROWS, lambda n: {"source_address": f"person{n}@x.example"})
    copies(world["issue"], MANY)
    copies(world["option"], 6)
    for line in world["list_plan"].lines.all():
        copies(line, MANY, lambda n, line=line: {"line": 100 * line.line + n})
    copies(world["list_plan"], MANY)
    copies(world["states_file"], MANY)
    for issue in Issue.objects.exclude(pk=world["issue"].pk)[:MANY]:
        issue.records.add(world["record"])
    world["issue"].records.set(event.records.order_by("pk")[:40])
    copies(event.snapshots.get(), MANY, lambda n: {"at": now - timedelta(days=n)})

    report = Report.objects.filter(pk=world["report"].pk).defer(None).get()
    copies(report, MANY, lambda n: {"period": f"copy {n}"})
    copies(report, MANY, lambda n: {"kind": "status", "event_id": event.pk, "period": f"of the event {n}"})

    copies(world["bundle"], MANY)

    for kind in ("assistance.submitted", "engagements.opened", "migrations.issue_reported"):
        for told in copies(Event.objects.filter(kind=kind).last(), 300):
            told.refresh_from_db()
    events = list(Event.objects.filter(customer=stage.contoso).order_by("-pk")[:MANY])
    for user in (stage.lead, stage.partner, stage.specialist, stage.admin):
        Notification.objects.bulk_create(
            [Notification(user=user, event=each) for each in events], ignore_conflicts=True
        )
    copies(world["job"], ROWS, lambda n: {"key": f"copy {n}"})
    copies(world["attachment"], 40)
    copies(world["remediation"], MANY)
    copies(world["success"], MANY)
    for part in ("responsibility", "remediation"):
        copies(world[part].comments.first(), MANY)
        copies(world[part].attachments.filter(kind="note")[0], 40)
    for subject in (event, world["responsibility"], world["milestone"]):
        story = Event.objects.filter(subject_label=subject._meta.label, subject_id=subject.pk).last()
        copies(story or Event.objects.last(), MANY, lambda n, subject=subject: {
            "subject_label": subject._meta.label, "subject_id": subject.pk, "thread": engagement.public_id,
        })  # fmt: skip
    copies(Event.objects.filter(thread=world["ask"].public_id).last(), MANY)


# --- Counting --------------------------------------------------------------------------------------------------------
def counted(world: World, people: dict[str, Client], actors: tuple[str, ...] = ACTORS) -> dict[str, dict[str, int]]:
    """How many queries each page asks for each actor who gets it."""
    found: dict[str, dict[str, int]] = {}
    for name in PAGES:
        if name.startswith("api:"):
            count_api(name, world, actors, found)
            continue
        page, asks, query = name.partition("?")
        row = TABLE[page]
        url = address(page, row, thing_of(row, world)) + (QUERIES.get(page, "") or asks + query)
        for actor in actors:
            if asks:
                cache.delete(f"limit:exports:{people[actor].session['_auth_user_id']}:{int(time.time()) // 3600}")
            connection.queries_log.clear()  # it keeps 9,000, and warns beyond
            with CaptureQueriesContext(connection) as queries:
                response = call(people[actor], "GET", url)
                body_of(response)
            if response.status_code == 200:
                found.setdefault(name, {})[actor] = len(queries)
                STATEMENTS[(name, actor)] = [each["sql"] for each in queries]
            # A form's page is the same for whoever may send it; lists and details differ by who looks.
            if response.status_code == 200 and "POST" in row.methods:
                break
    return found


def count_api(name: str, world: World, actors: tuple[str, ...], found: dict[str, dict[str, int]]) -> None:
    endpoint = BY_LABEL[f"GET {name.removeprefix('api:')}"]
    for actor in actors:
        with CaptureQueriesContext(connection) as queries:
            response = asked(endpoint, PROGRAMS[actor], world)
        if response.status_code == 200:
            found.setdefault(name, {})[actor] = len(queries)
            STATEMENTS[(name, actor)] = [each["sql"] for each in queries]


PROGRAMS: dict[str, Program] = {}
STATEMENTS: dict[tuple[str, str], list[str]] = {}


@pytest.fixture(scope="module")
def counts(stage: Cast, django_db_blocker: Any) -> Any:
    """The counts with few rows and with many, and the statements of the latter by page and actor."""
    world = build(stage.contoso, stage.lead, stage.specialist, "COUNTS")
    world.things |= {"person": stage.pm, "link": PartnerLink.objects.get(), **organisations_of(stage, stage.contoso)}
    few_rows(world, stage)
    people = clients(stage)
    for actor, user in zip(ACTORS, (stage.lead, stage.partner, stage.specialist, stage.admin), strict=True):
        PROGRAMS[actor] = program_of(user)
        PROGRAMS[actor].get("/api/v1/customers")  # the first use of a token is noted
    counted(world, people, ("admin",))  # what is read once a process is read now
    few = counted(world, people)
    before = dict(STATEMENTS)
    grow(world, stage)
    many = counted(world, people)
    if os.environ.get(UPDATE):
        KEPT.write_text(json.dumps(many, indent=2, sort_keys=True) + "\n")
    return few, many, before, dict(STATEMENTS)


def few_rows(world: World, stage: Cast) -> None:
    """Three of what decides whether a page asks for more at all: an empty list asks less."""
    now = timezone.now()
    copies(world["waiting"], 3)
    asks = copies(world["ask"], 3)
    twins = copies(world["engagement"], 3, lambda n: {"ask_id": asks[n].pk})
    for model in (Phase, Responsibility, Milestone):
        children(world["engagement"], twins, model, "engagement")
    copies(world["event"], 3, lambda n: {
        "status": "completed", "window": "open", "completed_at": now, "window_closes_at": now + timedelta(days=5)
    })  # fmt: skip
    held = now - timedelta(days=500)
    world["issue"].records.add(world["record"])
    copies(world["option"], 2)
    copies(world["issue"], 2)
    for issue in Issue.objects.exclude(pk=world["issue"].pk)[:2]:
        issue.records.add(world["record"])
    copies(world["list_plan"].lines.get(line=2), 2, lambda n: {"line": 10 + n})
    copies(world["list_plan"], 2)
    copies(world["states_file"], 2)
    copies(world["meeting"], 3, lambda n: {
        "series_id": None, "nominal_on": None, "status": "held",
        "during": DateTimeTZRange(held + timedelta(hours=n), held + timedelta(hours=n, minutes=30)),
    })  # fmt: skip
    # One that stands outside everybody's hours: where meetings are planned anew there is something to tell.
    night = (now + timedelta(days=10)).replace(hour=1, minute=0)
    copies(world["meeting"], 1, lambda n: {
        "series_id": None, "nominal_on": None, "kind": "talk", "status": "planned",
        "during": DateTimeTZRange(night, night + timedelta(minutes=30)),
    })  # fmt: skip
    Milestone.objects.filter(code="kickoff").update(status="completed", completed_on=now.date())
    report = Report.objects.get(pk=world["report"].pk)
    copies(report, 3, lambda n: {"kind": "status", "event_id": world["event"].pk, "period": f"first {n}"})
    copies(world["bundle"], 3)
    both = copies(stage.pm, 1, lambda n: {"email": "both@contoso.example", "name": "A person of both sides"})[0]
    copies(Membership.objects.get(user=stage.pm), 1, lambda n: {"user_id": both.pk})
    copies(Membership.objects.get(user=stage.specialist), 1, lambda n: {"user_id": both.pk})
    branch = copies(stage.contoso, 1, lambda n: {"name": "Contoso first branch", "tpid": "699999"})[0]
    copies(stage.contoso.partner_links.get(), 1, lambda n: {"customer_id": branch.pk})
    search.reindex(branch)
    events = list(Event.objects.filter(customer=stage.contoso).order_by("-pk")[:3])
    for user in (stage.lead, stage.partner, stage.specialist, stage.admin):
        Notification.objects.bulk_create(
            [Notification(user=user, event=each) for each in events], ignore_conflicts=True
        )


# A page full of customers whose names begin with what was typed reads no names of others (one statement less).
FEWER = {"directory:find": 1, "search": 1, "api:find_customers": 1}


@pytest.mark.parametrize("name", PAGES)
def test_many_rows_cost_no_more_queries_than_few(name: str, counts: Any):
    few, many, before, after = counts
    for actor in ACTORS:
        one, other = few.get(name, {}).get(actor), many.get(name, {}).get(actor)
        if one != other and (one or 0) - (other or 0) != FEWER.get(name):
            more = repeated(before.get((name, actor), []), after.get((name, actor), []))
            pytest.fail(f"{name} as {actor}: {one} queries with few rows, {other} with many.\n" + "\n".join(more))


@pytest.mark.parametrize("name", PAGES)
def test_the_count_is_the_one_that_is_kept(name: str, counts: Any):
    kept = json.loads(KEPT.read_text())
    _few, many, _before, _after = counts
    assert many.get(name, {}) == kept.get(name, {}), (
        f"{name} asks the database another number of times than tests/query_counts.json says. If that is meant, run "
        f"{UPDATE}=1 python -m pytest tests/test_query_counts.py and commit the file."
    )


def test_the_file_names_no_page_that_is_gone(counts: Any):
    assert set(json.loads(KEPT.read_text())) <= set(PAGES)


def repeated(before: list[str], after: list[str]) -> list[str]:
    """The statements that came more often, in short."""

    def shape(sql: str) -> str:
        return sql.split(" WHERE ")[0][-160:]

    times: dict[str, int] = {}
    for sql in after:
        times[shape(sql)] = times.get(shape(sql), 0) + 1
    for sql in before:
        times[shape(sql)] = times.get(shape(sql), 0) - 1
    changed = sorted(((count, text) for text, count in times.items() if count), reverse=True)
    return [f"{count:+d} {text}" for count, text in changed if "SAVEPOINT" not in text]


def test_the_pages_show_what_was_counted(counts: Any, stage: Cast):
    """Without this the counts could agree because nothing was there to show."""
    _few, many, _before, _after = counts
    assert AssistanceRequest.objects.count() > MANY
    assert Engagement.objects.count() > MANY
    assert Responsibility.objects.count() > 60 * 100
    assert MigrationRecord.objects.count() > ROWS
    assert MigrationEvent.objects.count() > 2 * MANY
    assert Issue.objects.count() > MANY
    assert User.objects.count() > MANY
    assert Job.objects.count() > ROWS
    assert sum(len(actors) for actors in many.values()) > 100
