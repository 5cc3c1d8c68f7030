"""App configuration."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "fasttrack_portal.directory"
    label = "directory"
