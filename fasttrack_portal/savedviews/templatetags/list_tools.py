"""`{% load list_tools %}{% list_tools %}`: what can be done with a list as it is looked at."""

from typing import Any

from django import template
from django.http import QueryDict

from fasttrack_portal.http import Request
from fasttrack_portal.savedviews.lists import TOOLS, shown

register = template.Library()


@register.inclusion_tag("savedviews/_list_tools.html", takes_context=True)
def list_tools(context: template.Context) -> dict[str, Any]:
    """The person's views of the list, and its file: the same filters and the same order, all rows."""
    request: Request = context["request"]
    query: QueryDict = request.GET.copy()
    for passing in ("page", "per_page"):
        query.pop(passing, None)
    match = request.resolver_match
    makers = TOOLS.get(match.view_name, []) if match else []
    more = [tool for maker in makers if (tool := maker(request, query))]
    query["as"] = "csv"
    return {"saved": shown(request), "csv_url": f"?{query.urlencode()}", "more": more}
