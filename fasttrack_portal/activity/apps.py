"""App configuration."""

from django.apps import AppConfig


class ActivityConfig(AppConfig):
    name = "fasttrack_portal.activity"
    label = "activity"
