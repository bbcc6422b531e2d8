"""Files out of the list of dwellings: its columns and conditions, recorded (D-8)."""

import io

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from housing.views import yardstick
from housing.views.dwellings import listing_of
from portal.audit.record import record
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.orgs.records import new_id
from portal.ui.exports import Watermark, batches, write_csv, write_xlsx
from portal.ui.pages import private

MOST_ROWS = 50_000
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@require_POST
@needs(Capability.EXPORT_MASKED)
def export_dwellings(request: PortalRequest) -> HttpResponse:
    """The filtered list as CSV or XLSX, up to 50,000 rows; more are cut and the file says so.

    The conditions are those of the address, as on the page; a purpose must be given.
    """
    purpose = request.POST.get("purpose", "").strip()[:60]
    if not purpose:
        messages.error(request, _("导出前写明用途"))
        return redirect(f"{reverse('housing:list')}?{request.GET.urlencode()}")
    kind = request.POST.get("format", "xlsx")
    kind = kind if kind in KINDS else "xlsx"
    listing = listing_of(request, yardstick())
    column, descending = listing.order
    fields = [*(column.sort_fields if column else ()), "pk"]
    rows = listing.filtered.order_by(*(f"-{name}" if descending else name for name in fields))
    found = list(rows[:MOST_ROWS])
    for batch in batches(found, 1000):
        listing.dress(batch)
    at = timezone.now()
    number = f"EX-{timezone.localtime(at):%Y%m%d}-{str(new_id())[-6:].upper()}"
    scope = request.scope
    mark = Watermark(
        number, scope.unit_name, f"{scope.user_name} {scope.staff_no}".strip(), at, purpose
    )
    out = io.BytesIO()
    if kind == "csv":
        count = write_csv(out, listing.shown, found, mark)
    else:
        count = write_xlsx(out, listing.shown, found, mark, title=_("实有房屋"))
    record(
        "exchange.exported", by=scope, at=at, target=("housing.dwellingunit", number),
        purpose=purpose,
        changes={"rows": count, "filter": listing.query, "format": kind,
                 "columns": [column.key for column in listing.shown]},
    )  # fmt: skip
    response = HttpResponse(out.getvalue(), content_type=KINDS[kind])
    response["Content-Disposition"] = f'attachment; filename="{number}.{kind}"'
    return private(response)
