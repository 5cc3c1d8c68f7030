"""Addresses of engagements and their meetings."""

from django.urls import path

from engagements.views import delegations, engagement, matrix, meetings, parts, scope, steps, templates

app_name = "engagements"
urlpatterns = [
    path("engagements/", engagement.engagements, name="list"),
    path("engagements/<uuid:public_id>/", engagement.detail, name="detail"),
    path("engagements/<uuid:public_id>/matrix/", matrix.matrix, name="matrix"),
    path("engagements/<uuid:public_id>/matrix.csv", matrix.matrix_csv, name="matrix_csv"),
    path("engagements/<uuid:public_id>/matrix/bulk/", matrix.bulk, name="bulk"),
    path("engagements/<uuid:public_id>/scope/", scope.scope, name="scope"),
    path("engagements/<uuid:public_id>/upgrade/", scope.upgrade, name="upgrade"),
    path("engagements/<uuid:public_id>/milestones/", engagement.milestones, name="milestones"),
    path("engagements/<uuid:public_id>/activity/", engagement.activity, name="activity"),
    path("engagements/<uuid:public_id>/step/<slug:step>/", steps.move, name="move"),
    path("engagements/<uuid:public_id>/meetings/", meetings.of_engagement, name="meetings"),
    path("engagements/<uuid:public_id>/meetings/series/", meetings.set_series, name="set_series"),
    path("engagements/accept/<uuid:public_id>/", steps.accept, name="accept"),
    path("phases/<uuid:public_id>/step/<slug:step>/", steps.move_phase, name="move_phase"),
    path("responsibilities/<uuid:public_id>/", parts.responsibility, name="responsibility"),
    path("responsibilities/<uuid:public_id>/edit/", parts.edit_responsibility, name="edit_responsibility"),
    path("responsibilities/<uuid:public_id>/step/<slug:step>/", steps.move_responsibility, name="move_responsibility"),
    path("responsibilities/<uuid:public_id>/delegate/", delegations.delegate, name="delegate"),
    path("delegations/<uuid:public_id>/step/<slug:step>/", delegations.move_delegation, name="move_delegation"),
    path("staff/templates/", templates.templates, name="templates"),
    path("staff/templates/draft/", templates.draft, name="draft_template"),
    path("staff/templates/<uuid:public_id>/", templates.template, name="template"),
    path("staff/templates/<uuid:public_id>/items/", templates.new_item, name="new_template_item"),
    path("staff/templates/<uuid:public_id>/publish/", templates.publish, name="publish_template"),
    path("staff/templates/<uuid:public_id>/discard/", templates.discard, name="discard_template"),
    path("staff/templates/items/<uuid:public_id>/", templates.item, name="template_item"),
    path("staff/templates/items/<uuid:public_id>/<slug:step>/", templates.move_item, name="move_template_item"),
    path("milestones/<uuid:public_id>/", parts.milestone, name="milestone"),
    path("milestones/<uuid:public_id>/step/<slug:step>/", steps.move_milestone, name="move_milestone"),
    path("meetings/", meetings.meetings, name="all_meetings"),
    path("meetings/<uuid:public_id>/", meetings.meeting, name="meeting"),
    path("meetings/<uuid:public_id>/invitation.ics", meetings.invitation, name="invitation"),
    path("meetings/<uuid:public_id>/step/<slug:step>/", meetings.move, name="move_meeting"),
]
