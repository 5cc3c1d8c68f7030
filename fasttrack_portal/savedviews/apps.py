"""App configuration."""

from django.apps import AppConfig


class SavedViewsConfig(AppConfig):
    name = "fasttrack_portal.savedviews"
    label = "savedviews"

    def ready(self) -> None:
        # Models are loaded by now; the modules need them.
        from fasttrack_portal.accounts.signed_in import also_read
        from fasttrack_portal.savedviews.models import has_views

        also_read["has_views"] = has_views
