"""Every address, app by app."""

from django.urls import include, path

from fasttrack_portal import http, v1
from fasttrack_portal.home import health, views

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("staff/", views.staff, name="staff"),
    path("staff/components/", views.components, name="components"),
    path("accounts/", include("allauth.urls")),
    path("", include("fasttrack_portal.accounts.urls")),
    path("", include("fasttrack_portal.activity.urls")),
    path("", include("fasttrack_portal.directory.urls")),
    path("", include("fasttrack_portal.jobs.urls")),
    path("", include("fasttrack_portal.notices.urls")),
    path("", include("fasttrack_portal.documents.urls")),
    path("", include("fasttrack_portal.savedviews.urls")),
    path("", include("fasttrack_portal.rest.urls")),
    path("api/", v1.docs, name="docs"),
    path("api/v1/", include("fasttrack_portal.v1")),
    path("staff/imports/", include("fasttrack_portal.imports.urls")),
    path("requests/", include("assistance.urls")),
    path("staff/rules/", include("assistance.rule_urls")),
    path("", include("engagements.urls")),
    path("migrations/", include("migrations_svc.urls")),
    path("reports/", include("reports.urls")),
]

handler400 = http.bad_request
handler403 = http.forbidden
handler404 = http.not_found
handler500 = http.server_error
