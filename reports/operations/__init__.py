"""Every write to reports: asking for one, making it, keeping the rhythm, handing it out."""

from reports.operations.annexes import (
    annex_for_work,
    download_annex,
    keep_annex_part,
    request_annex,
    why_no_annex,
)
from reports.operations.asking import (
    engagement_of,
    refuse_unfit,
    reissue,
    request,
    request_portfolio,
    scope_of,
    why_not_final,
)
from reports.operations.bundling import (
    download_bundle,
    finish_bundle,
    request_export,
    request_handover,
    retire_bundle,
    suppress_bundle,
)
from reports.operations.delivery import download, file_name, told_of_issue
from reports.operations.making import for_work, freeze, is_wanted, issue, suppress
from reports.operations.timing import (
    begin_engagement_rhythm,
    begin_rhythm,
    editions_of,
    keep_engagement_rhythm,
    keep_rhythm,
    report_on_checkpoint,
    set_engagement_rhythm,
    set_event_rhythm,
    set_timer,
    tell_final_waits,
)

__all__ = [
    "annex_for_work",
    "begin_engagement_rhythm",
    "begin_rhythm",
    "download",
    "download_annex",
    "download_bundle",
    "editions_of",
    "engagement_of",
    "file_name",
    "finish_bundle",
    "for_work",
    "freeze",
    "is_wanted",
    "issue",
    "keep_annex_part",
    "keep_engagement_rhythm",
    "keep_rhythm",
    "refuse_unfit",
    "reissue",
    "report_on_checkpoint",
    "request",
    "request_annex",
    "request_export",
    "request_handover",
    "request_portfolio",
    "retire_bundle",
    "scope_of",
    "set_engagement_rhythm",
    "set_event_rhythm",
    "set_timer",
    "suppress",
    "suppress_bundle",
    "tell_final_waits",
    "told_of_issue",
    "why_no_annex",
    "why_not_final",
]
