"""What a person is told in the portal."""

from functools import lru_cache
from typing import Any, Self

from django.conf import settings
from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.models import Event

Belonging = tuple[str, int | None, int | None, int | None]  # role, customer, partner, centre


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: User) -> Self:
        """A person's own, and only while they may still see what it is about (A2)."""
        own = self.filter(user=user)
        return own if user.audience.is_admin else own.filter(event__in=Event.objects.visible_to(user))

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
        belongs = tuple((row.role, row.customer_id, row.partner_id, row.centre_id) for row in user.all_memberships)
        statement, values = _counting_unread(user.pk, user.is_admin, belongs)
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            found: int = cursor.fetchone()[0]
            return found


@lru_cache(maxsize=1_024)
def _counting_unread(pk: int, is_admin: bool, belongs: tuple[Belonging, ...]) -> tuple[str, tuple[Any, ...]]:
    """The statement that counts, which follows from who the person is and what they belong to, and as what: one made
    for other roles, as after one has gone, is another statement. What it counts is read each time."""
    somebody = User(pk=pk, is_admin=is_admin)
    somebody.all_memberships = [
        Membership(role=role, customer_id=customer, partner_id=partner, centre_id=centre)
        for role, customer, partner, centre in belongs
    ]
    rows = Notification.objects.visible_to(somebody).unread().order_by().values("pk")
    statement, values = rows.query.sql_with_params()
    return f"SELECT count(*) FROM ({statement}) unread", tuple(values)  # noqa: S608 (a statement of the ORM)


def has_unread() -> Exists:
    """Whether somebody has something to read, over the row of the person."""
    return Exists(Notification.objects.filter(user=OuterRef("pk")).unread())
