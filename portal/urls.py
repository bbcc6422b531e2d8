"""All addresses of the portal; each area keeps its own list."""

from django.urls import include, path

from portal.ui import errors

PLACES = {
    "": "portal.desk",
    "accounts/": "portal.accounts",
    "orgs/": "portal.orgs",
    "housing/": "housing",
    "residents/": "residents",
    "permits/": "permits",
    "staffing/": "staffing",
    "assessment/": "assessment",
    "dashboard/": "portal.metrics",
    "quality/": "portal.quality",
    "imports/": "portal.exchange",
    "exports/": "portal.exchange.exports",
    "comparisons/": "portal.exchange.comparisons",
    "forms/": "portal.exchange.filling",
    "rules/": "portal.rules",
    "catalogue/": "portal.desk.catalogue",
    "oversight/": "portal.oversight",
    "statistics/": "portal.statistics",
    "usage/": "portal.usage",
    "help/": "portal.ui",
}
#: Areas with addresses for other systems.
API = ("portal.orgs.api", "housing.api", "residents.api", "portal.metrics.api")
urlpatterns = [
    *(path(prefix, include(f"{module}.urls")) for prefix, module in PLACES.items()),
    *(path("api/v1/", include(f"{module}.urls")) for module in API),
]
handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error
