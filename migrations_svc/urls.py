"""Addresses."""

from django.urls import URLPattern

app_name = "migrations_svc"
urlpatterns: list[URLPattern] = []
