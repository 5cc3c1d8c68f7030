"""Addresses of a person's own settings, the staff's list of people, roles and invitations."""

from django.urls import path

from fasttrack_portal.accounts import views

app_name = "accounts"
urlpatterns = [
    path("settings/", views.preferences, name="preferences"),
    path("staff/users/", views.people, name="people"),
    path("staff/users/<uuid:public_id>/deactivate/", views.deactivate, name="deactivate"),
    path("roles/<uuid:public_id>/", views.change_role, name="change_role"),
    path("roles/<uuid:public_id>/end/", views.end_membership, name="end_membership"),
    path("invitations/<uuid:public_id>/again/", views.send_again, name="send_again"),
    path("invitations/<uuid:public_id>/withdraw/", views.withdraw_invitation, name="withdraw_invitation"),
    path("join/<str:token>/", views.join, name="join"),
]
