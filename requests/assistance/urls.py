"""Addresses of requests."""

from django.urls import path

from assistance.views import asking, doors, offers, queue, reading, triage

app_name = "assistance"
urlpatterns = [
    path("", reading.requests, name="list"),
    path("new/", asking.new, name="new"),
    path("eligibility/", asking.eligibility, name="eligibility"),
    path("queue/", queue.queue_page, name="queue"),
    path("queue/export/", queue.queue_csv, name="queue_csv"),
    path("queue/bulk/", queue.bulk, name="bulk"),
    path("load/", queue.load_page, name="loads"),
    path("load/<uuid:public_id>/", triage.capacity, name="capacity"),
    path("settings/", triage.settings, name="settings"),
    path("offers/", offers.offers, name="offers"),
    path("offers/new/", offers.offer_customer, name="offer_customer"),
    path("offers/pause/<uuid:public_id>/", offers.pause, name="pause"),
    path("offers/resume/<uuid:public_id>/", offers.resume, name="resume"),
    path("offers/<uuid:public_id>/", offers.offer, name="offer"),
    path("offers/<uuid:public_id>/accept/", offers.accept_offer, name="accept_offer"),
    path("offers/<uuid:public_id>/decline/", offers.decline_offer, name="decline_offer"),
    path("offers/<uuid:public_id>/withdraw/", offers.withdraw_offer, name="withdraw_offer"),
    path("<uuid:public_id>/", reading.detail, name="detail"),
    path("admin-centre/", doors.door, name="door"),
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
    path("<uuid:public_id>/assign/", triage.assign, name="assign"),
    path("<uuid:public_id>/move/", triage.move, name="move"),
    path("<uuid:public_id>/offer/", offers.offer_request, name="offer_request"),
]
