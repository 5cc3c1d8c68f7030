"""What programs are told: a thing with its version, a page of many, the same answer once more."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Schema

from fasttrack_portal.accounts.models import User
from fasttrack_portal.refusals import Invalid
from fasttrack_portal.rest.models import KeptAnswer

PAGE = 50
_MOST, _MOST_LINES = 100, 10_000_000


@dataclass(frozen=True)
class Resource:
    """What people may see of one kind, and how it is told."""

    schema: type[Schema]
    rows: Callable[[User], "QuerySet[Any]"]
    # Lines of a file have a number instead of an id; they come in its order.
    is_numbered: bool = False

    def find(self, user: User, public_id: uuid.UUID) -> Any:
        return get_object_or_404(self.rows(user), public_id=public_id)

    @property
    def paging(self) -> dict[str, Any]:
        """What the query of its lists may say: type and default by name."""
        after = (int | None, Query(None, ge=0, le=_MOST_LINES)) if self.is_numbered else (uuid.UUID | None, None)
        return {"after": after, "limit": (int, Query(PAGE, ge=1, le=_MOST))}

    def page(
        self, request: HttpRequest, rows: "QuerySet[Any]", *, all_rows: "QuerySet[Any]", after: Any, limit: int,
        newest_first: bool,
    ) -> HttpResponse:  # fmt: skip
        """So many after the one with that id, and where the next are."""
        column = "line" if self.is_numbered else "pk"
        if after is not None:
            place = after if self.is_numbered else _place(all_rows, after)
            rows = rows.filter(**{f"{column}__lt" if newest_first else f"{column}__gt": place})
        found = list(rows.order_by(f"-{column}" if newest_first else column)[: limit + 1])
        items = [_told(self.schema, each) for each in found[:limit]]
        link = None
        if len(found) > limit:
            query = {**request.GET.dict(), "after": items[-1]["line" if self.is_numbered else "id"]}
            link = f"{settings.PUBLIC_URL}{request.path}?{urlencode(query)}"
        return JsonResponse({"items": items, "next": link})


def _place(rows: "QuerySet[Any]", after: uuid.UUID) -> int:
    """Among all that the person may see: a page goes on from what left the filter since."""
    found: int | None = rows.order_by().filter(public_id=after).values_list("pk", flat=True).first()
    if found is None:
        raise Invalid(_("Nothing in this list has this id. Begin anew without “after”."), field="after")
    return found


def _told(schema: type[Schema], found: Any) -> dict[str, Any]:
    return schema.model_validate(found).model_dump(mode="json")


def answered(schema: type[Schema], found: Any, status: int = 200) -> HttpResponse:
    """One thing; what has a version has an ETag."""
    response = JsonResponse(_told(schema, found), status=status)
    if version := getattr(found, "version", None):
        response["ETag"] = f'"{version}"'
    return response


def answered_again(kept: KeptAnswer) -> HttpResponse:
    """What was answered when this was sent before."""
    response = HttpResponse(kept.body, status=kept.status, content_type="application/json")
    if kept.etag:
        response["ETag"] = kept.etag
    return response
