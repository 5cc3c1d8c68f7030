"""Addresses for checking documents."""

from django.urls import path

from fasttrack_portal.documents import views

app_name = "documents"
urlpatterns = [
    path("verify/", views.verify_form, name="verify_form"),
    path("verify/<str:code>", views.verify, name="verify"),
]
