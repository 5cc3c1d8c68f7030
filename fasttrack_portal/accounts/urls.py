"""Addresses of a person's own settings and the staff's list of people."""

from django.urls import path

from fasttrack_portal.accounts import views

app_name = "accounts"
urlpatterns = [
    path("settings/", views.preferences, name="preferences"),
    path("staff/users/", views.people, name="people"),
    path("staff/users/<uuid:public_id>/deactivate/", views.deactivate, name="deactivate"),
]
