"""Addresses of customers."""

from django.urls import path

from fasttrack_portal.directory import views

app_name = "directory"
urlpatterns = [
    path("customers/", views.customers, name="customers"),
    path("customers/find/", views.find, name="find"),
    path("customers/<uuid:public_id>/", views.customer, name="customer"),
    path("partner-links/<uuid:public_id>/end/", views.end_link, name="end_link"),
    path("staff/centres/", views.centres, name="centres"),
]
