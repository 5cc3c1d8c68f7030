"""Addresses of customers, partners and centres."""

from django.urls import path

from fasttrack_portal.directory import views

app_name = "directory"
urlpatterns = [
    path("customers/", views.customers, name="customers"),
    path("customers/find/", views.find, name="find"),
    path("customers/consent/", views.ask_consent, name="ask_consent"),
    path("consent/<uuid:public_id>/agree/", views.agree_to_consent, name="agree_to_consent"),
    path("consent/<uuid:public_id>/refuse/", views.refuse_consent, name="refuse_consent"),
    path("customers/<uuid:public_id>/", views.customer, name="customer"),
    path("customers/<uuid:public_id>/invite/", views.invite_to_customer, name="invite_to_customer"),
    path("customers/<uuid:public_id>/edit/", views.edit, name="edit"),
    path("customers/<uuid:public_id>/tenants/new/", views.add_tenant, name="add_tenant"),
    path("tenants/<uuid:public_id>/domains/new/", views.add_domain, name="add_domain"),
    path("partners/", views.partners, name="partners"),
    path("partners/<uuid:public_id>/", views.partner, name="partner"),
    path("partners/<uuid:public_id>/invite/", views.invite_to_partner, name="invite_to_partner"),
    path("partner-links/<uuid:public_id>/end/", views.end_link, name="end_link"),
    path("staff/centres/", views.centres, name="centres"),
    path("staff/centres/<uuid:public_id>/", views.centre, name="centre"),
    path("staff/centres/<uuid:public_id>/edit/", views.edit_centre, name="edit_centre"),
    path("staff/centres/<uuid:public_id>/closures/new/", views.add_closure, name="add_closure"),
    path("staff/centres/<uuid:public_id>/closures/remove/", views.remove_closure, name="remove_closure"),
    path("staff/centres/<uuid:public_id>/invite/", views.invite_to_centre, name="invite_to_centre"),
]
