"""Addresses of requests."""

from django.urls import path

from assistance.views import asking, doors, reading, triage

app_name = "assistance"
urlpatterns = [
    path("", reading.requests, name="list"),
    path("new/", asking.new, name="new"),
    path("eligibility/", asking.eligibility, name="eligibility"),
    path("<uuid:public_id>/", reading.detail, name="detail"),
    path("admin-centre/<str:token>/", doors.admin_centre, name="admin_centre"),
    path("<uuid:public_id>/edit/", asking.edit, name="edit"),
    path("<uuid:public_id>/edit/<slug:section>/", asking.section, name="section"),
    path("<uuid:public_id>/check/", asking.check, name="check"),
    path("<uuid:public_id>/join/", asking.join, name="join"),
    path("<uuid:public_id>/accept/", doors.accept, name="accept"),
    path("<uuid:public_id>/review/", triage.review, name="review"),
    path("<uuid:public_id>/ask-for-information/", triage.ask_for_information, name="ask_for_information"),
    path("<uuid:public_id>/answer/", asking.answer, name="answer"),
    path("<uuid:public_id>/decline/", triage.decline, name="decline"),
    path("<uuid:public_id>/withdraw/", asking.withdraw, name="withdraw"),
]
