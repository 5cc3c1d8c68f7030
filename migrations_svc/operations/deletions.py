"""The deletion of a person's copies from the migration service; what is kept of it afterwards has no name.

The Events name the request by its number alone: they cannot be changed, and a name in them would stay."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.operations.moving import happened
from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.refusals import Invalid
from migrations_svc.models import CopyDeletion, MigrationProject
from migrations_svc.operations.lists import forget_person
from migrations_svc.operations.statesfiles import forget_person_in_states


@transaction.atomic
def ask_deletion(project: MigrationProject, *, key: uuid.UUID, person: str, by: User) -> CopyDeletion:
    """`key` is the form's: sent twice, one request (C2)."""
    require(by, "migrations.ask_deletion", project)

    def make() -> CopyDeletion:
        made = CopyDeletion.objects.create(public_id=key, project=project, person=person, asked_by=by)
        _tell("deletion_asked", made, by)
        return made

    found, _is_new = records.create_once(CopyDeletion, key, make)
    if found.project_id != project.pk:
        raise Invalid(_("This form was sent before. Please open a new one."))
    return found


@transaction.atomic
def complete_deletion(deletion: CopyDeletion, *, by: User, at: datetime) -> None:
    """The copies are gone, and with them the name, here and in the lines of files that were brought. Raises Conflict
    while such a file is being read."""
    require(by, "migrations.answer_deletion", deletion)
    forget_person(deletion.project, deletion.person)
    forget_person_in_states(deletion.project, deletion.person)
    workflow.apply(deletion, "complete", person="", reason="", completed_by=by, completed_at=at)
    _tell("deletion_completed", deletion, by)


@transaction.atomic
def fail_deletion(deletion: CopyDeletion, *, reason: str, by: User) -> None:
    """The copies could not be deleted; the reason is for the customer to read. Raises Invalid without one."""
    require(by, "migrations.answer_deletion", deletion)
    if not reason.strip():
        raise Invalid(_("Please give a reason: the other side reads it."), field="reason")
    workflow.apply(deletion, "fail", reason=reason.strip())
    _tell("deletion_failed", deletion, by)


@transaction.atomic
def retry_deletion(deletion: CopyDeletion, *, by: User) -> None:
    """What stood in the way is gone: it is to be tried again."""
    require(by, "migrations.answer_deletion", deletion)
    workflow.apply(deletion, "retry", reason="")
    _tell("deletion_retried", deletion, by)


def _tell(kind: str, deletion: CopyDeletion, by: User, **data: Any) -> None:
    engagement = deletion.project.engagement
    happened(f"migrations.{kind}", deletion, engagement, by, **{"number": deletion.number, **data})
