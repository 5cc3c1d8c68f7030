"""Addresses of requests."""

from django.urls import path

from assistance import views

app_name = "assistance"
urlpatterns = [
    path("", views.requests, name="list"),
    path("new/", views.new, name="new"),
    path("eligibility/", views.eligibility, name="eligibility"),
    path("<uuid:public_id>/", views.detail, name="detail"),
    path("<uuid:public_id>/edit/", views.edit, name="edit"),
    path("<uuid:public_id>/review/", views.review, name="review"),
    path("<uuid:public_id>/ask-for-information/", views.ask_for_information, name="ask_for_information"),
    path("<uuid:public_id>/answer/", views.answer, name="answer"),
    path("<uuid:public_id>/decline/", views.decline, name="decline"),
    path("<uuid:public_id>/withdraw/", views.withdraw, name="withdraw"),
]
