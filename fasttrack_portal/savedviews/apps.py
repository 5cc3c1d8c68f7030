"""App configuration."""

from django.apps import AppConfig


class SavedViewsConfig(AppConfig):
    name = "fasttrack_portal.savedviews"
    label = "savedviews"
