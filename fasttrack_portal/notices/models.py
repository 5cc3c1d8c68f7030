"""What a person is told in the portal."""

from functools import lru_cache
from typing import Any, Self

from django.conf import settings
from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.seen import Reader, within
from fasttrack_portal.activity.models import Event


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: User) -> Self:
        """A person's own, and only while they may still see what it is about (A2)."""
        return within(self.filter(user=user), "event", Event, user)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Notification(models.Model):
    """One event one person should know of."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="notifications")
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        constraints = [models.UniqueConstraint(fields=["user", "event"], name="notification_once")]
        indexes = [
            models.Index(F("user"), F("created_at").desc(), name="notification_user"),
            # Every request asks whether there is one: it looks at no notice that was read.
            models.Index("user", name="notification_unread", condition=Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.event} for {self.user}"

    @classmethod
    def unread_of(cls, user: User) -> int:
        """Every page says it: who has read everything, as most have, is not asked what they may see of it."""
        if not getattr(user, "has_unread", True):
            return 0
        statement, values = _counting_unread(Reader.of(user))
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            found: int = cursor.fetchone()[0]
            return found


@lru_cache(maxsize=1_024)
def _counting_unread(reader: Reader) -> tuple[str, tuple[Any, ...]]:
    """The statement that counts; what it counts is read each time."""
    rows = Notification.objects.visible_to(reader.user()).unread().order_by().values("pk")
    statement, values = rows.query.sql_with_params()
    return f"SELECT count(*) FROM ({statement}) unread", tuple(values)  # noqa: S608 (a statement of the ORM)


def has_unread() -> Exists:
    """Whether somebody has something to read, over the row of the person."""
    return Exists(Notification.objects.filter(user=OuterRef("pk")).unread())
