"""Who is signed in, with all they belong to: read afresh for each request, in one statement written once a process."""

from collections.abc import Callable
from functools import cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection
from django.db.models import Field
from django.db.models.expressions import BaseExpression
from django.db.models.functions import Coalesce

from fasttrack_portal.accounts.models import Membership, User

# What else every page asks of the person, told by apps above: an attribute and an expression over the person's row.
also_read: dict[str, Callable[[], BaseExpression]] = {}

_SOMEBODY = -1  # stands in the statement for the person's id


class PersonBackend(AuthenticationBackend):
    """People sign in as allauth lets them; a request finds them here."""

    def get_user(self, user_id: Any) -> User | None:
        user = person(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


def person(pk: Any) -> User | None:
    """The person with their memberships, each with the name of its organisation."""
    statement, values = _statement()
    with connection.cursor() as cursor:
        cursor.execute(statement, [pk if value == _SOMEBODY else value for value in values])
        rows = cursor.fetchall()
    if not rows:
        return None
    user_fields, membership_fields = _fields(User), _fields(Membership)
    first, more = len(user_fields), len(user_fields) + len(also_read)
    user: User = _made(User, user_fields, rows[0][:first])
    vars(user).update(zip(also_read, rows[0][first:more], strict=True))
    memberships = []
    for row in rows:
        if row[more] is None:
            continue  # belongs to nothing
        membership = _made(Membership, membership_fields, row[more:-1])
        membership.user = user
        membership.organisation_name = row[-1]
        memberships.append(membership)
    user.all_memberships = memberships if user.is_active else []
    return user


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    name = Coalesce("memberships__customer__name", "memberships__partner__name", "memberships__centre__name")
    expressions = {attribute: expression() for attribute, expression in also_read.items()}
    asked = (
        User.objects.filter(pk=_SOMEBODY)
        .annotate(organisation_name=name, **expressions)
        .order_by("memberships__pk")
        .values_list(
            *(field.attname for field in _fields(User)),
            *expressions,
            *(f"memberships__{field.attname}" for field in _fields(Membership)),
            "organisation_name",
        )
    )
    statement, values = asked.query.sql_with_params()
    return statement, tuple(values)


@cache
def _fields(model: Any) -> list["Field[Any, Any]"]:
    return list(model._meta.concrete_fields)


def _made(model: Any, fields: list["Field[Any, Any]"], row: tuple[Any, ...]) -> Any:
    # JSON comes as text, everything else as what it is.
    values = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, row, strict=True)
    ]
    return model.from_db(connection.alias, [field.attname for field in fields], values)
