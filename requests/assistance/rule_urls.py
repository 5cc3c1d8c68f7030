"""Addresses of the rule table."""

from django.urls import path

from assistance.views import rules

app_name = "rules"
urlpatterns = [
    path("", rules.rules, name="list"),
    path("new/", rules.new, name="new"),
]
