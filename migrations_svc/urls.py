"""Addresses of migration events, their lists and their issues."""

from django.urls import path

from migrations_svc.views import acceptance, changes, events, issues, lists, projects, rules, steps

app_name = "migrations_svc"
urlpatterns = [
    path("", events.events, name="list"),
    path("new/", events.new, name="new"),
    path("template.csv", lists.template_csv, name="template"),
    path("of/<uuid:public_id>/", events.of_engagement, name="of_engagement"),
    path("of/<uuid:public_id>/start/", projects.start, name="start_project"),
    path("projects/<uuid:public_id>/", projects.project, name="project"),
    path("projects/<uuid:public_id>/acknowledge/", projects.acknowledge, name="acknowledge"),
    path("projects/<uuid:public_id>/findings/new/", projects.add_finding, name="add_finding"),
    path("projects/<uuid:public_id>/deletions/new/", projects.ask_deletion, name="ask_deletion"),
    path("access/<uuid:public_id>/<slug:step>/", projects.move_access, name="move_access"),
    path("findings/<uuid:public_id>/<slug:step>/", projects.move_finding, name="move_finding"),
    path("deletions/<uuid:public_id>/complete/", projects.complete_deletion, name="complete_deletion"),
    path("deletions/<uuid:public_id>/fail/", projects.fail_deletion, name="fail_deletion"),
    path("deletions/<uuid:public_id>/retry/", projects.retry_deletion, name="retry_deletion"),
    path("rules/", rules.rules, name="rules"),
    path("rules/<uuid:public_id>/", rules.set_capacity, name="set_capacity"),
    path("changes/<uuid:public_id>/", changes.answer_change, name="answer_change"),
    path("tests/<uuid:public_id>/", acceptance.set_result, name="set_result"),
    path("issues/<uuid:public_id>/", issues.issue, name="issue"),
    path("issues/<uuid:public_id>/lane/", issues.set_lane, name="set_lane"),
    path("issues/<uuid:public_id>/resolve/", issues.resolve, name="resolve_issue"),
    path("issues/<uuid:public_id>/reopen/", issues.reopen, name="reopen_issue"),
    path("<uuid:public_id>/", events.detail, name="detail"),
    path("<uuid:public_id>/edit/", events.edit, name="edit"),
    path("<uuid:public_id>/list/", lists.load_list, name="load_list"),
    path("<uuid:public_id>/states/", lists.load_states, name="load_states"),
    path("<uuid:public_id>/records/", lists.records, name="records"),
    path("<uuid:public_id>/records.csv", lists.records_csv, name="records_csv"),
    path("<uuid:public_id>/schedule/", steps.schedule, name="schedule"),
    path("<uuid:public_id>/reschedule/", steps.reschedule, name="reschedule"),
    path("<uuid:public_id>/decline/", changes.decline, name="decline"),
    path("<uuid:public_id>/changes/new/", changes.ask_change, name="ask_change"),
    path("<uuid:public_id>/tests/", acceptance.acceptance, name="acceptance"),
    path("<uuid:public_id>/tests/new/", acceptance.add_scenario, name="add_scenario"),
    path("<uuid:public_id>/cancel/", steps.cancel, name="cancel"),
    path("<uuid:public_id>/fail/", steps.fail, name="fail"),
    path("<uuid:public_id>/step/<slug:step>/", steps.move, name="move"),
    path("<uuid:public_id>/issues/new/", issues.new, name="new_issue"),
]
