"""What hangs on a record is seen by whoever sees the record: the condition, put into words once for each reader."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models.expressions import RawSQL

from fasttrack_portal.accounts.models import Audience, Membership, User

Rows = TypeVar("Rows", bound="models.QuerySet[Any]")
Belonging = tuple[str, int | None, int | None, int | None]  # role, customer, partner, centre
# A reader of everything asks for no condition at all.
_ALL = ("", ())


@dataclass(frozen=True)
class Reader:
    """All of a person that decides what they see: who they are, and what they belong to as what. With another role, as
    after one has gone, somebody is another reader. Whom a report is gathered for belongs somewhere as nobody."""

    pk: int | None
    audience: Audience
    belongs: tuple[Belonging, ...]

    @classmethod
    def of(cls, user: User) -> "Reader":
        rows = user.all_memberships if user.is_active else []
        belongs = tuple((row.role, row.customer_id, row.partner_id, row.centre_id) for row in rows)
        return cls(user.pk, user.audience, belongs)

    def user(self) -> User:
        """Somebody who sees the same."""
        somebody = User(pk=self.pk, is_admin=self.audience.is_admin)
        somebody.audience = self.audience
        somebody.all_memberships = [
            Membership(role=role, customer_id=customer, partner_id=partner, centre_id=centre)
            for role, customer, partner, centre in self.belongs
        ]
        return somebody


def within(rows: Rows, path: str, whole: type[models.Model], user: User) -> Rows:
    """Those of the rows that are part of a `whole` which the person sees; `path` leads there and is never empty."""
    statement = _statement(whole, Reader.of(user))
    if statement == _ALL:
        return rows
    found: Rows = rows.filter(**{f"{path}__in": RawSQL(*statement)})  # noqa: S611 (a statement of the ORM)
    return found


@lru_cache(maxsize=4_096)
def _statement(whole: Any, reader: Reader) -> tuple[str, tuple[Any, ...]]:
    """The keys of what the reader sees, as a statement: which rows those are is read each time it is carried out."""
    seen = whole.objects.visible_to(reader.user())
    if not seen.query.where:
        return _ALL
    try:
        statement, values = seen.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::bigint WHERE false", ()
    return statement, tuple(values)
