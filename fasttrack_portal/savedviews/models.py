"""A list as one person likes to look at it: its filters and its order, under a name."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.models import User
from fasttrack_portal.records import Record

NAME_LIMIT = 60
QUERY_LIMIT = 1_000


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User) -> Self:
        """One's own: how somebody looks at a list is nobody else's business, an administrator's neither."""
        return self.filter(user=user)


class SavedView(Record):
    """`page` is the name of the list's address, `query` what stands behind its question mark."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=NAME_LIMIT)
    query = models.CharField(max_length=QUERY_LIMIT)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        ordering: ClassVar = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint("user", "page", Lower("name"), name="saved_view_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


def has_views() -> models.Exists:
    """Whether somebody keeps views of lists, over the row of the person."""
    return models.Exists(SavedView.objects.filter(user=models.OuterRef("pk")))
