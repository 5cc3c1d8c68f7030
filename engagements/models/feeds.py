"""Subscriptions: the address at which a calendar program reads what a person may see."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement
from fasttrack_portal.accounts.models import User
from fasttrack_portal.records import Record


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def visible_to(self, user: User) -> Self:
        """One's own alone: its address is a key, and nobody holds another's."""
        return self.filter(user=user.pk)

    def of(self, engagement: Engagement | None) -> Self:
        """That of one engagement, or of everything a person takes part in."""
        return self.filter(engagement=engagement) if engagement else self.filter(engagement__isnull=True)


class CalendarFeed(Record):
    """One subscription of a person: to all that is theirs, or to one engagement. It lives by what they may see."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds")
    engagement = models.ForeignKey(
        Engagement, null=True, blank=True, on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    # The address itself is shown once and kept nowhere.
    token_hash = models.CharField(max_length=64, unique=True)
    # What was read last, and since when it is like that: what a program is told that asks whether anything is new.
    digest = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar subscription")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(engagement__isnull=True), name="calendar_feed_once_a_person"
            ),
            models.UniqueConstraint(fields=["user", "engagement"], name="calendar_feed_once_an_engagement"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.engagement or '*'}"
