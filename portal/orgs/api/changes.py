"""What has changed since one's last look: by (time of change, key), within one committee.

A page ends a minute before now: what is being written at this moment carries a time that has
passed already, and a reader who went beyond it would never see that row. Each table that is read
so has an index (committee, time of change, key), which serves a page wherever it begins.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db.models import F, Value
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.orgs.api.frame import Listing
from portal.orgs.api.paging import size_of
from portal.orgs.scope import level_of
from portal.ui.keyset import RowComparison

MARK = "~"
NO_CURSOR = "不是应答里给出的 cursor"


class Changes(Listing):
    """Records of one committee in the order in which they were last changed."""

    closing: ClassVar[dict[str, Any]] = {
        "cursor": serializers.CharField(label="下一次的 since；没有变动时与这次的相同"),
        "more": serializers.BooleanField(label="还有更多，可立即接着读"),
    }

    def get(self, request: Request) -> Response:
        size, since = size_of(request), request.query_params.get("since", "")
        settled = self.at - timedelta(seconds=settings.API_SETTLED_SECONDS)
        held: Any = self.rows()
        rows = held.under(self._committee(request)).filter(updated_at__lte=settled)
        if since:
            changed, key = _place(since)
            place = [Value(changed), Value(key)]
            rows = rows.filter(RowComparison([F("updated_at"), F("pk")], ">", place))
        found = list(rows.order_by("updated_at", "pk")[: size + 1])
        page = found[:size]
        self.note(request, page)
        cursor = _cursor(page[-1]) if page else since
        told = {
            "results": [self.shown(row) for row in page],
            "cursor": cursor,
            "more": len(found) > size,
        }
        return Response(told)

    def _committee(self, request: Request) -> int:
        """Which committee's changes; one's own where one has just one.

        :raises rest_framework.exceptions.ValidationError: none, no committee, or not one's own
        """
        if self.scope.level == "committee":
            return self.scope.unit
        text = request.query_params.get("committee", "")
        code = int(text) if text.isascii() and text.isdecimal() else 0
        if level_of(code) != "committee" or not self.scope.covers(code):
            raise serializers.ValidationError({"committee": "请写本单位下属一个居（村）委的代码"})
        return code


def _cursor(row: Any) -> str:
    """The place behind a row; no character in it needs an escape in an address."""
    moment: datetime = row.updated_at.astimezone(UTC)
    return f"{moment.replace(tzinfo=None).isoformat()}Z{MARK}{row.pk}"


def _place(text: str) -> tuple[datetime, UUID]:
    """The place that a cursor names.

    :raises rest_framework.exceptions.ValidationError: it is none that was given out
    """
    changed, _, key = text.partition(MARK)
    try:
        moment, row = datetime.fromisoformat(changed), UUID(key)
    except ValueError as none:
        raise serializers.ValidationError({"since": NO_CURSOR}) from none
    if moment.tzinfo is None:
        raise serializers.ValidationError({"since": NO_CURSOR})
    return moment, row
