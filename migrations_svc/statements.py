"""What the customer acknowledges by name before the first event of a project.

A change of the words is a new edition, which is signed anew before the next event is scheduled."""

from typing import Any

from django.utils.translation import gettext_lazy as _

EDITION = 1
STATEMENTS: dict[str, Any] = {
    "speed": _("How fast data moves is not guaranteed: it depends on the source, the network and the service."),
    "processing": _(
        "While it moves, data may be processed in regions other than that of the tenant, by the tools that move it."
    ),
    "no_regulated_data": _(
        "The lists contain no data under special regulation, such as health, payment card or export-controlled data."
    ),
}
