"""Who may use an endpoint; apart from the views, which REST framework loads after it."""

from typing import Any

from rest_framework.permissions import BasePermission

from portal.orgs.access import check


class NeedsCapability(BasePermission):
    """Serve an API view only when it names its `capability` and the acting post carries it."""

    def has_permission(self, request: Any, view: Any) -> bool:
        capability = getattr(view, "capability", None)
        if capability is None or not request.user.is_authenticated:
            return False
        request.scope = request._request.scope
        check(request.scope, view.needed(request.method))
        return True
