"""What API views of the areas stand on: the same capability, the same scope."""

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
        check(request.scope, capability)
        return True
