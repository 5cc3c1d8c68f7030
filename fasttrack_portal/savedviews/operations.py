"""Every write to saved views."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from fasttrack_portal import records
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.operations import record
from fasttrack_portal.lists.kept import LISTS
from fasttrack_portal.refusals import Invalid
from fasttrack_portal.savedviews.models import SavedView

# Of one list; more would be a list to search in itself.
MOST = 20


@transaction.atomic
def save_view(page: str, *, name: str, query: str, key: uuid.UUID, by: User) -> SavedView:
    """Keeps a view of a list; one of the same name is replaced. The same form sent twice is saved once (C2).

    Raises AccessRefused where the list is not theirs to open, Invalid when they have as many as there may be.
    """
    if rule := LISTS[page]:
        require(by, rule)
    User._base_manager.select_for_update(no_key=True).get(pk=by.pk)
    own = SavedView.objects.visible_to(by).filter(page=page)
    view = own.filter(name__iexact=name).first()
    if view is not None and view.query == query and view.name == name:
        return view
    if view is not None:
        records.save_changes(view, name=name, query=query)
    elif own.count() >= MOST:
        raise Invalid(_("You have %(count)d views of this list. Remove one first.") % {"count": MOST}, field="name")
    else:
        fresh = uuid.uuid4() if SavedView._base_manager.filter(public_id=key).exists() else key
        view = SavedView.objects.create(public_id=fresh, user=by, page=page, name=name, query=query)
    _tell("saved", view, by)
    return view


@transaction.atomic
def remove_view(view: SavedView, *, by: User) -> None:
    _tell("removed", view, by)
    view.delete()


def _tell(verb: str, view: SavedView, by: User) -> None:
    data = {"name": view.name, "page": view.page, "query": view.query}
    record(f"savedviews.{verb}", subject=view, by=by, internal=True, data=data)
