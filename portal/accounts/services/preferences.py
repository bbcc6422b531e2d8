"""How users like their lists; nothing here gives a right."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from portal.accounts.models import User

MOST_VIEWS = 12  # of one list
LONGEST_TITLE = 12  # characters of a tab
LONGEST_QUERY = 1000


def keep_list(*, user_id: int, key: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Remember how one user likes a list (columns, row height); gives all that is kept of it."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        lists = user.preferences.setdefault("lists", {})
        lists[key] = lists.get(key, {}) | changes
        user.save(update_fields=["preferences"])
        return dict(lists[key])


def keep_view(*, user_id: int, key: str, title: str, query: str, columns: Sequence[str]) -> str:
    """Keep conditions, order and columns of a list as a view of this user's; gives its key.

    A view of the same title is replaced.

    :raises ValidationError: no title, or one that is too long; too many views of this list
    """
    title = " ".join(title.split())
    if not 0 < len(title) <= LONGEST_TITLE:
        raise ValidationError(f"名称应为 1 至 {LONGEST_TITLE} 个字")
    with transaction.atomic():
        views = [each for each in _views(user_id, key) if each["title"] != title]
        if len(views) >= MOST_VIEWS:
            raise ValidationError(f"每个列表最多保存 {MOST_VIEWS} 个常用视图，请先删除不用的")
        made = {
            "key": secrets.token_hex(4), "title": title, "query": query[:LONGEST_QUERY],
            "columns": list(columns),
        }  # fmt: skip
        keep_list(user_id=user_id, key=key, changes={"views": [*views, made]})
        return str(made["key"])


def forget_view(*, user_id: int, key: str, view: str) -> None:
    """Delete a view of this user's; one that is gone is no error."""
    with transaction.atomic():
        views = [each for each in _views(user_id, key) if each["key"] != view]
        keep_list(user_id=user_id, key=key, changes={"views": views})


def _views(user_id: int, key: str) -> list[dict[str, Any]]:
    user = User.objects.select_for_update().get(pk=user_id)
    return list(user.preferences.get("lists", {}).get(key, {}).get("views", []))
