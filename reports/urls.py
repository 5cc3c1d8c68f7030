"""Addresses of reports."""

from django.urls import path

from reports.views import asking, bundles, reading, setting, tracing

app_name = "reports"
urlpatterns = [
    path("", reading.reports, name="list"),
    path("new/", asking.new, name="new"),
    path("portfolio/", asking.portfolio, name="portfolio"),
    path("files/", bundles.bundles, name="bundles"),
    path("files/export/", bundles.export, name="export"),
    path("files/<uuid:public_id>/", bundles.bundle, name="bundle"),
    path("files/<uuid:public_id>/progress/", bundles.bundle_progress, name="bundle_progress"),
    path("files/<uuid:public_id>/download/", bundles.download_bundle, name="download_bundle"),
    path("of/<uuid:public_id>/", reading.of_engagement, name="of_engagement"),
    path("of/<uuid:public_id>/rhythm/", setting.engagement_rhythm, name="engagement_rhythm"),
    path("of/<uuid:public_id>/hand-over/", bundles.hand_over, name="hand_over"),
    path("event/<uuid:public_id>/rhythm/", setting.event_rhythm, name="event_rhythm"),
    path("event/<uuid:public_id>/reckoning/", setting.reckoned, name="reckoning"),
    path("<uuid:public_id>/", reading.detail, name="detail"),
    path("<uuid:public_id>/progress/", reading.progress, name="progress"),
    path("<uuid:public_id>/engagements/", tracing.counted, name="counted"),
    path("<uuid:public_id>/milestones/", tracing.reached, name="reached"),
    path("<uuid:public_id>/issues/", tracing.issues, name="issues"),
    path("<uuid:public_id>/reissue/", asking.reissue, name="reissue"),
    path("<uuid:public_id>/download/", reading.download, name="download"),
    path("<uuid:public_id>/records.csv", reading.records, name="records"),
    path("<uuid:public_id>/archive/", reading.archive, name="archive"),
    path("<uuid:public_id>/annex/", asking.annex, name="annex"),
    path("<uuid:public_id>/annex/download/", reading.annex_file, name="annex_file"),
]
