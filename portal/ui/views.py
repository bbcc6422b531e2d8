"""The page that shows every piece of the interface with its states."""

from django.http import HttpRequest, HttpResponse

from portal.ui.pages import page


def components(request: HttpRequest) -> HttpResponse:
    """Colours, type, controls, value graphics and cells, for those who build pages."""
    return page(request, "ui/components.html", {})
