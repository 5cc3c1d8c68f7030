"""Addresses of notifications."""

from django.urls import path

from fasttrack_portal.notices import views

app_name = "notices"
urlpatterns = [
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/read/", views.mark_read, name="mark_read"),
    path("staff/mail/", views.mail, name="mail"),
]
