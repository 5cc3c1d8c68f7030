"""Addresses of access tokens."""

from django.urls import path

from fasttrack_portal.rest import views

app_name = "rest"
urlpatterns = [
    path("settings/tokens/", views.tokens, name="tokens"),
    path("settings/tokens/new/", views.new_token, name="new_token"),
    path("settings/tokens/<uuid:public_id>/withdraw/", views.withdraw_token, name="withdraw_token"),
]
