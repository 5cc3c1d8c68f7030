"""Addresses of engagements and their meetings."""

from django.urls import path

from engagements.views import board, engagement, meetings, parts, steps, team

app_name = "engagements"
urlpatterns = [
    path("engagements/", engagement.engagements, name="list"),
    path("engagements/board/", board.board, name="board"),
    path("engagements/<uuid:public_id>/", engagement.detail, name="detail"),
    path("engagements/<uuid:public_id>/nudge/", board.nudge, name="nudge"),
    path("engagements/<uuid:public_id>/transfer/", team.transfer, name="transfer"),
    path("engagements/<uuid:public_id>/specialists/", team.specialists, name="specialists"),
    path("engagements/<uuid:public_id>/specialists/remove/", team.remove_specialist, name="remove_specialist"),
    path("engagements/<uuid:public_id>/matrix/", engagement.matrix, name="matrix"),
    path("engagements/<uuid:public_id>/matrix.csv", engagement.matrix_csv, name="matrix_csv"),
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
    path("milestones/<uuid:public_id>/", parts.milestone, name="milestone"),
    path("milestones/<uuid:public_id>/step/<slug:step>/", steps.move_milestone, name="move_milestone"),
    path("staff/board/", board.settings, name="board_settings"),
    path("meetings/", meetings.meetings, name="all_meetings"),
    path("meetings/<uuid:public_id>/", meetings.meeting, name="meeting"),
    path("meetings/<uuid:public_id>/invitation.ics", meetings.invitation, name="invitation"),
    path("meetings/<uuid:public_id>/step/<slug:step>/", meetings.move, name="move_meeting"),
]
