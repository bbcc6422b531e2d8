"""Where the choices of users for lists are kept: in their account, from login to login."""

from typing import Any

from django.http import HttpRequest

from portal.accounts import services


class PreferenceKeeper:
    """The account's preferences; `portal.ui.keeping` reads and writes through it."""

    def kept(self, request: HttpRequest, key: str) -> dict[str, Any]:
        """What this user has chosen; nothing for somebody who is not logged in."""
        preferences = getattr(request.user, "preferences", {})
        return dict(preferences.get("lists", {}).get(key, {}))

    def keep(self, request: HttpRequest, key: str, changes: dict[str, Any]) -> None:
        if request.user.pk is None:
            return
        kept = services.keep_list(user_id=request.user.pk, key=key, changes=changes)
        request.user.preferences.setdefault("lists", {})[key] = kept
