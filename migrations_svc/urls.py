"""Addresses of migration events, their lists and their issues."""

from django.urls import path

from migrations_svc.views import events, issues, lists, progress, states, steps

app_name = "migrations_svc"
urlpatterns = [
    path("", events.events, name="list"),
    path("new/", events.new, name="new"),
    path("template.csv", lists.template_csv, name="template"),
    path("watching/", progress.watch_settings, name="watch_settings"),
    path("lists/<uuid:public_id>/", lists.list_plan, name="list_plan"),
    path("lists/<uuid:public_id>/import/", lists.import_list, name="import_list"),
    path("lists/<uuid:public_id>/check/", lists.check_list, name="check_list"),
    path("lists/<uuid:public_id>/reasons.csv", lists.list_reasons, name="list_reasons"),
    path("records/<uuid:public_id>/", states.record, name="record"),
    path("records/<uuid:public_id>/state/", states.set_record, name="set_record"),
    path("of/<uuid:public_id>/", events.of_engagement, name="of_engagement"),
    path("issues/<uuid:public_id>/", issues.issue, name="issue"),
    path("issues/<uuid:public_id>/options/", issues.offer_options, name="offer_options"),
    path("options/<uuid:public_id>/choose/", issues.choose_option, name="choose_option"),
    path("issues/<uuid:public_id>/lane/", issues.set_lane, name="set_lane"),
    path("issues/<uuid:public_id>/resolve/", issues.resolve, name="resolve_issue"),
    path("issues/<uuid:public_id>/reopen/", issues.reopen, name="reopen_issue"),
    path("<uuid:public_id>/", events.detail, name="detail"),
    path("<uuid:public_id>/edit/", events.edit, name="edit"),
    path("<uuid:public_id>/list/", lists.load_list, name="load_list"),
    path("<uuid:public_id>/states/", states.load_states, name="load_states"),
    path("<uuid:public_id>/doubts/", states.settle_doubts, name="settle_doubts"),
    path("<uuid:public_id>/progress/", progress.progress, name="progress"),
    path("<uuid:public_id>/records/", lists.records, name="records"),
    path("<uuid:public_id>/records.csv", lists.records_csv, name="records_csv"),
    path("<uuid:public_id>/schedule/", steps.schedule, name="schedule"),
    path("<uuid:public_id>/cancel/", steps.cancel, name="cancel"),
    path("<uuid:public_id>/fail/", steps.fail, name="fail"),
    path("<uuid:public_id>/step/<slug:step>/", steps.move, name="move"),
    path("<uuid:public_id>/issues/new/", issues.new, name="new_issue"),
]
