"""A person's notifications, and staff's view of the mail kept by the embedded run."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.lists.pages import Pages
from fasttrack_portal.notices import kept_mail, operations
from fasttrack_portal.notices.models import Notification

# What a line says of what happened, and of who did it.
_SHOWN = (
    *("read_at", "created_at"),
    *(f"event__{field}" for field in ("at", "kind", "data", "url", "actor__name", "actor__email")),
)


@require_GET
def notifications(request: Request) -> HttpResponse:
    """The newest first; what is unread is marked."""
    told = Notification.objects.visible_to(request.user).select_related("event__actor").order_by("-created_at", "-pk")
    page = Pages(told.only(*_SHOWN), 25).get_page(request.GET.get("page"))
    entries = [
        {
            "at": notice.event.at,
            "sentence": notice.event.sentence,
            "by": notice.event.actor,
            "href": notice.event.url,
            "tone": "" if notice.read_at else "info",
            "icon": "check" if notice.read_at else "bell",
            "body": notice.event.body,
            "is_internal": False,
        }
        for notice in page.object_list
    ]
    return render(request, "notices/notifications.html", {"page": page, "entries": entries})


@require_POST
def mark_read(request: Request) -> HttpResponse:
    operations.mark_read(request.user)
    return see_other(request, "notices:notifications")


@require_GET
def mail(request: Request) -> HttpResponse:
    """Mail of the embedded run; a portal with a mail server keeps none."""
    require(request.user, "staff.machine_room")
    return render(request, "notices/mail.html", {"mails": kept_mail.recent()})
