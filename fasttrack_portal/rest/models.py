"""Personal access tokens, and the answers that are kept so that a request sent twice is done once."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.models import User
from fasttrack_portal.records import Record


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    def visible_to(self, user: User) -> Self:
        """One's own alone: nobody holds another's key."""
        return self.filter(user=user.pk)

    def in_use(self) -> Self:
        """Those that nobody has withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class AccessToken(Record):
    """What a program shows to act for a person, within its scopes, until it expires; the secret is kept nowhere."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(_("name"), max_length=80)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("scopes"))
    token_hash = models.CharField(max_length=64, unique=True)
    # Of the password with which it was made: a token ends with it, as sessions do.
    password_mark = models.CharField(max_length=64)
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("access token")
        constraints = [
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="access_token_has_a_scope"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="access_token_expires_later"),
        ]
        indexes = [models.Index(fields=["user", "-created_at"], name="access_token_user")]

    def __str__(self) -> str:
        return self.name

    def is_live(self, user: User, *, at: datetime) -> bool:
        """Whether it still opens anything; `user` is its owner as they are now."""
        return (
            self.withdrawn_at is None
            and at < self.expires_at
            and user.is_active
            and constant_time_compare(self.password_mark, user.get_session_auth_hash())
        )


class KeptAnswer(models.Model):
    """What was answered to an Idempotency-Key of a token, written in the transaction of what was done (C2)."""

    token = models.ForeignKey(AccessToken, on_delete=models.CASCADE, related_name="kept_answers")
    key = models.CharField(max_length=200)
    # Of what was sent: the same key with anything else is a mistake of the program.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    etag = models.CharField(max_length=20, blank=True)
    body = models.TextField(blank=True)
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name = _("kept answer")
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="kept_answer_once_a_key")]
        indexes = [models.Index(fields=["token", "kept_at"], name="kept_answer_age")]

    def __str__(self) -> str:
        return self.key
