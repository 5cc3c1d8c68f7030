"""Addresses of jobs."""

from django.urls import path

from fasttrack_portal.jobs import views

app_name = "jobs"
urlpatterns = [
    path("staff/jobs/", views.jobs, name="jobs"),
    path("staff/jobs/<uuid:public_id>/retry/", views.retry, name="retry"),
    path("jobs/<uuid:public_id>/", views.progress, name="progress"),
]
