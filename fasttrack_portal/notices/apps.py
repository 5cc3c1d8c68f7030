"""App configuration."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "fasttrack_portal.notices"
    label = "notices"

    def ready(self) -> None:
        # Models are loaded by now; the modules need them.
        from fasttrack_portal.accounts.signed_in import also_read
        from fasttrack_portal.notices.models import has_unread

        also_read["has_unread"] = has_unread
