"""Whether the portal can serve: the database answers."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.orgs.access import public


@public
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 and two letters; a database that does not answer makes it a 500."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
