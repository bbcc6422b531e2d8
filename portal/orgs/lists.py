"""What of a list is kept for a user in a post: their own choices, and what their street shares."""

from typing import Any

from django.http import HttpRequest

from portal import kept
from portal.accounts.lists import PreferenceKeeper
from portal.orgs.capabilities import Capability
from portal.orgs.models import SharedView
from portal.orgs.scope import STREET_SPAN, Scope


class PostKeeper(PreferenceKeeper):
    """The account's preferences, and the views of the acting post's street."""

    def expect(self, request: HttpRequest, key: str) -> None:
        scope: Scope | None = getattr(request, "scope", None)
        if scope is not None and scope.level != "district":
            kept.expect(kept.shared_views(street_of(scope), key))

    def offered(self, request: HttpRequest, key: str) -> dict[str, Any]:
        scope: Scope | None = getattr(request, "scope", None)
        if scope is None or scope.level == "district":
            return {}
        may_share = scope.level == "street" and scope.may(Capability.SHARE_VIEWS)
        street = street_of(scope)
        shared = kept.fact(kept.shared_views(street, key), lambda: _shared(street, key))
        return {
            "shared": [{**view, "withdrawable": may_share} for view in shared],
            "may_share": may_share,
        }


def _shared(street: int, key: str) -> list[dict[str, Any]]:
    views = SharedView.objects.filter(street_id=street, list_key=key).order_by("title")
    return [
        {"key": str(view.pk), "title": view.title, "query": view.query, "columns": view.columns,
         "shared_by": view.shared_name}
        for view in views
    ]  # fmt: skip


def street_of(scope: Scope) -> int:
    """The street of a post in a street or in a committee."""
    return scope.unit // STREET_SPAN * STREET_SPAN
