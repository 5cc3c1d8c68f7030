"""Addresses of saved views."""

from django.urls import path

from fasttrack_portal.savedviews import views

app_name = "savedviews"
urlpatterns = [
    path("saved-views/", views.save, name="save"),
    path("saved-views/<uuid:public_id>/remove/", views.remove, name="remove"),
]
