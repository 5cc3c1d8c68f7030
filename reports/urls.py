"""Addresses of reports."""

from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("", views.reports, name="list"),
    path("new/", views.new, name="new"),
    path("of/<uuid:public_id>/", views.of_engagement, name="of_engagement"),
    path("<uuid:public_id>/", views.detail, name="detail"),
    path("<uuid:public_id>/progress/", views.progress, name="progress"),
    path("<uuid:public_id>/download/", views.download, name="download"),
    path("<uuid:public_id>/records.csv", views.records, name="records"),
    path("<uuid:public_id>/archive/", views.archive, name="archive"),
    path("<uuid:public_id>/annex/", views.annex, name="annex"),
    path("<uuid:public_id>/annex/download/", views.annex_file, name="annex_file"),
]
