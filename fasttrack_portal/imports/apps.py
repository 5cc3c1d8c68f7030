"""App configuration."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "fasttrack_portal.imports"
    label = "imports"
