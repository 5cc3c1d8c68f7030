"""App configuration."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "fasttrack_portal.documents"
    label = "documents"
