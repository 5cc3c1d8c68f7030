"""Address of the audit page."""

from django.urls import path

from fasttrack_portal.activity import views

app_name = "activity"
urlpatterns = [path("staff/audit/", views.audit, name="audit")]
