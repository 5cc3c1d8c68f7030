"""Addresses of imports."""

from django.urls import path

from fasttrack_portal.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.imports, name="imports"),
    path("template.csv", views.template, name="template"),
    path("<uuid:public_id>/", views.plan, name="plan"),
    path("<uuid:public_id>/confirm/", views.confirm, name="confirm"),
    path("<uuid:public_id>/check/", views.check_again, name="check_again"),
    path("<uuid:public_id>/refused.csv", views.refused, name="refused"),
]
