"""App configuration."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "fasttrack_portal.notices"
    label = "notices"
