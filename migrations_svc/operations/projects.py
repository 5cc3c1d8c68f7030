"""A migration project before its first event: access, findings, and the names under the statements."""

import uuid
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement
from engagements.operations.moving import happened
from engagements.permissions.gates import role_of
from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.refusals import Conflict, Invalid
from migrations_svc import sources, statements
from migrations_svc.models import AccessItem, Acknowledgement, Finding, MigrationProject


@transaction.atomic
def start_project(engagement: Engagement, *, source: str, by: User) -> MigrationProject:
    """Everything that moves from one source. Asked for twice, it is there once."""
    require(by, "migrations.start_project", engagement)
    project, is_new = project_of(engagement, source)
    if is_new:
        happened("migrations.project_started", project, engagement, by, source=project.get_source_display())
    return project


def project_of(engagement: Engagement, source: str) -> tuple[MigrationProject, bool]:
    """The project of that source, held, with the checklist of its source; and was it made now."""
    project, is_new = MigrationProject.objects.get_or_create(
        engagement=engagement, source=source, defaults={"facts_edition": sources.EDITION}
    )
    MigrationProject.objects.select_for_update().get(pk=project.pk)
    project.engagement = engagement
    if is_new:
        AccessItem.objects.bulk_create(
            AccessItem(project=project, code=need.code, place=need.place, title=str(need.title), position=position)
            for position, need in enumerate(sources.FACTS[source].access)
        )
    return project, is_new


@transaction.atomic
def settle(item: AccessItem | Finding, *, by: User, at: datetime) -> None:
    """An access is given, or a finding is fixed."""
    require(by, f"migrations.settle_{_stem(item)}", item)
    workflow.apply(item, "settle", done_by=by, done_at=at)
    _tell(f"{_stem(item)}_settled", item, by)


@transaction.atomic
def reopen(item: AccessItem | Finding, *, by: User) -> None:
    """It was not so after all."""
    require(by, f"migrations.settle_{_stem(item)}", item)
    workflow.apply(item, "reopen", done_by=None, done_at=None)
    _tell(f"{_stem(item)}_reopened", item, by)


@transaction.atomic
def add_finding(
    project: MigrationProject,
    *,
    key: uuid.UUID,
    report: str,
    title: str,
    owner: User | None,
    due_on: date | None,
    by: User,
) -> Finding:
    """Something that an assessment found. `key` is the form's: sent twice, one finding (C2)."""
    require(by, "migrations.add_finding", project)

    def make() -> Finding:
        made = Finding.objects.create(
            public_id=key, project=project, report=report, title=title, owner=owner, due_on=due_on
        )
        _tell("finding_added", made, by, report=report)
        return made

    finding, _is_new = records.create_once(Finding, key, make)
    if finding.project_id != project.pk:
        raise Invalid(_("This form was sent before. Please open a new one."))
    return finding


@transaction.atomic
def acknowledge(project: MigrationProject, *, by: User, at: datetime) -> Acknowledgement:
    """The customer's name under all statements of the present edition. Raises Conflict where it stands already."""
    require(by, "migrations.acknowledge", project)
    words = {code: str(words) for code, words in statements.STATEMENTS.items()}
    try:
        with transaction.atomic():
            made = Acknowledgement.objects.create(
                project=project,
                edition=statements.EDITION,
                statements=words,
                facts_edition=sources.EDITION,
                stays=[str(each) for each in sources.FACTS[project.source].stays],
                by=by,
                name=by.name or by.email,
                role=role_of(by, project.engagement),
                at=at,
            )
    except IntegrityError:
        raise Conflict(_("This was acknowledged already. Look at the page again.")) from None
    happened(
        "migrations.acknowledged", project, project.engagement, by,
        name=made.name, source=project.get_source_display(), edition=made.edition, facts_edition=made.facts_edition,
    )  # fmt: skip
    return made


def _stem(item: AccessItem | Finding) -> str:
    return "access" if isinstance(item, AccessItem) else "finding"


def _tell(kind: str, item: AccessItem | Finding, by: User, **data: Any) -> None:
    project = item.project
    happened(
        f"migrations.{kind}", project, project.engagement, by,
        item=item.title, source=project.get_source_display(), **data,
    )  # fmt: skip
