"""A street's manager shares a view of a list with the street's committees, or takes it back."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.http import QueryDict

from portal import kept
from portal.accounts.models import User
from portal.audit.record import record
from portal.orgs.access import NotAllowed, require
from portal.orgs.capabilities import Capability
from portal.orgs.models import SharedView
from portal.orgs.scope import Scope
from portal.ui.keeping import shareable
from portal.ui.listing import list_of

MOST_SHARED = 6  # of one list; tabs have to fit beside one's own


class UnableToShare(Exception):
    """The view cannot be shared; the sentence says why."""


@transaction.atomic
def share_view(*, key: str, view: str, by: Scope, at: datetime) -> SharedView:
    """Share one of the user's own views with their street and its committees.

    What its owner typed or where they looked does not go with it.

    :param key: the list's, as its declaration names it
    :raises UnableToShare: no such view or list, nothing left of it, the same name, too many
    :raises NotAllowed: `by` shares no views, or acts for no street
    """
    require(by, Capability.SHARE_VIEWS)
    if by.level != "street":
        raise NotAllowed("只有街道（镇）能共享视图")
    own, declared = _own(by, key, view), list_of(key)
    if own is None or declared is None:
        raise UnableToShare("没有找到这个常用视图，可能已删除")
    query = shareable(declared.filterset_class, QueryDict(str(own["query"])))
    if not query:
        raise UnableToShare("这个视图只有单位、楼栋条件，别人用不上，未共享")
    if SharedView.objects.filter(street_id=by.unit, list_key=key).count() >= MOST_SHARED:
        raise UnableToShare(f"每个列表最多共享 {MOST_SHARED} 个视图，请先撤回不用的")
    made = SharedView(
        street_id=by.unit, list_key=key, title=str(own["title"]), query=query,
        columns=list(own.get("columns", [])), shared_by=by.user_id or 0,
        shared_name=by.user_name, shared_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as twice:
        raise UnableToShare("本街道（镇）已有同名的共享视图，请先撤回") from twice
    _tell("shared", made, by, at)
    return made


@transaction.atomic
def withdraw_view(*, view_id: Any, by: Scope, at: datetime) -> None:
    """Take a view back that the street shares: whoever acts for the street may.

    :raises SharedView.DoesNotExist: taken back already, or another street's
    :raises NotAllowed: `by` shares no views
    """
    require(by, Capability.SHARE_VIEWS)
    view = SharedView.objects.select_for_update().get(pk=view_id, street_id=by.unit)
    _tell("withdrawn", view, by, at)
    view.delete()


def _own(by: Scope, key: str, view: str) -> dict[str, Any] | None:
    """The user's own view of a list."""
    preferences = User.objects.get(pk=by.user_id or 0).preferences
    views: list[dict[str, Any]] = preferences.get("lists", {}).get(key, {}).get("views", [])
    return next((each for each in views if each["key"] == view), None)


def _tell(act: str, view: SharedView, by: Scope, at: datetime) -> None:
    kept.changed(kept.views_of(view.street_id))
    record(
        f"orgs.view_{act}", by=by, at=at, target=view, committee=view.street_id,
        changes={"list": view.list_key, "title": view.title, "filter": view.query},
    )  # fmt: skip
