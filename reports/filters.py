"""Narrowing the list of reports, and the lists behind the numbers of a portfolio."""

from datetime import datetime
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from engagements import board
from engagements.filters import EngagementFilter
from engagements.models import Engagement
from migrations_svc.models import Issue
from reports.gather import Now
from reports.models import Audience, Report


class ReportFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Report.Kind.choices, empty_label=_("All kinds"))
    status = django_filters.ChoiceFilter(label=_("State"), choices=Report.Status.choices, empty_label=_("All states"))

    audience = django_filters.ChoiceFilter(label=_("For"), choices=Audience.choices, empty_label=_("Every edition"))

    class Meta:
        model = Report
        fields = ("kind", "status", "audience")


class CountedFilter(EngagementFilter):
    """Of the engagements that a portfolio counts: also by the reasons of the board, and by what its days brought."""

    signal = django_filters.ChoiceFilter(
        label=_("Reason"),
        choices=[(signal.code, signal.label) for signal in board.SIGNALS],
        method="with_signal",
        empty_label=_("Any reason"),
    )
    days = django_filters.ChoiceFilter(
        label=_("In these days"),
        choices=[("opened", _("Opened")), ("completed", _("Completed"))],
        method="in_days",
        empty_label=_("Anything"),
    )

    class Meta:
        model = Engagement
        fields = ("q", "status", "phase", "specialist", "centre", "signal", "days")

    def __init__(self, *args: Any, now: Now, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def with_signal(self, engagements: QuerySet[Engagement], name: str, value: str) -> QuerySet[Engagement]:
        return board.with_signal(engagements, value, self.now.moment)

    def in_days(self, engagements: QuerySet[Engagement], name: str, value: str) -> QuerySet[Engagement]:
        return engagements.filter(pk__in=self.now.moved(value).order_by().values("pk"))


class IssueFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(label=_("State"), choices=Issue.Status.choices, empty_label=_("Any state"))
    lane = django_filters.ChoiceFilter(label=_("Who acts"), choices=Issue.Lane.choices, empty_label=_("Anybody"))
    days = django_filters.ChoiceFilter(
        label=_("In these days"),
        choices=[("reported", _("Reported")), ("resolved", _("Resolved"))],
        method="in_days",
        empty_label=_("Any time"),
    )

    class Meta:
        model = Issue
        fields = ("status", "lane", "days")

    def __init__(self, *args: Any, span: tuple[datetime, datetime], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.span = span

    def in_days(self, issues: QuerySet[Issue], name: str, value: str) -> QuerySet[Issue]:
        moment = {"reported": "created_at", "resolved": "resolved_at"}[value]
        return issues.filter(**{f"{moment}__range": self.span})
