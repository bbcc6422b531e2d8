"""What a user keeps of a list from one login to the next: columns, row height, views of their own.

The frame does not know where that is kept. The product names the place in its settings
(`UI_KEEPER`, a `Keeper`); without one it lasts as long as the session.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import urlencode

import django_filters
from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils.module_loading import import_string
from django_filters import FilterSet

from portal.ui.cells import SavedView

#: The parameter that names one of the user's own views.
VIEW = "view"


class Keeper(Protocol):
    """Where the choices of users are kept, by the key of the list."""

    def kept(self, request: HttpRequest, key: str) -> dict[str, Any]:
        """`columns`, `rows` and `views` as far as they were chosen."""

    def expect(self, request: HttpRequest, key: str) -> None:
        """This list's choices will be asked for."""

    def offered(self, request: HttpRequest, key: str) -> dict[str, Any]:
        """`shared`: views that others share with this user; `may_share`: whether the user may."""

    def keep(self, request: HttpRequest, key: str, changes: dict[str, Any]) -> None:
        """Put `changes` over what is kept."""


class SessionKeeper:
    """The session, for products without a place of their own."""

    def kept(self, request: HttpRequest, key: str) -> dict[str, Any]:
        return dict(request.session.get(f"list:{key}", {}))

    def expect(self, request: HttpRequest, key: str) -> None:
        """Nothing to prepare."""

    def offered(self, request: HttpRequest, key: str) -> dict[str, Any]:
        return {}

    def keep(self, request: HttpRequest, key: str, changes: dict[str, Any]) -> None:
        request.session[f"list:{key}"] = self.kept(request, key) | changes


@lru_cache(maxsize=1)
def keeper() -> Keeper:
    """The product's keeper."""
    named = getattr(settings, "UI_KEEPER", "")
    made: Keeper = import_string(named)() if named else SessionKeeper()
    return made


@dataclass(frozen=True)
class Choices:
    """What somebody has chosen for one list."""

    columns: tuple[str, ...] = ()
    rows: str = ""
    views: tuple[SavedView, ...] = ()
    shared: tuple[SavedView, ...] = ()
    may_share: bool = False

    @classmethod
    def of(cls, request: HttpRequest, key: str) -> "Choices":
        """What the user keeps, under the columns of the view that the address names."""
        kept, offered = keeper().kept(request, key), keeper().offered(request, key)
        views = tuple(_view_of(each) for each in kept.get("views", []))
        shared = tuple(_view_of(each) for each in offered.get("shared", []))
        named = request.GET.get(VIEW)
        view = next((each for each in (*views, *shared) if each.key == named), None)
        columns = view.columns if view and view.columns else tuple(kept.get("columns", []))
        may_share = bool(offered.get("may_share"))
        return cls(columns, str(kept.get("rows", "")), views, shared, may_share)


def _view_of(kept: dict[str, Any]) -> SavedView:
    return SavedView(
        str(kept["title"]), str(kept["query"]), key=str(kept["key"]),
        columns=tuple(kept.get("columns", [])), shared_by=str(kept.get("shared_by", "")),
        withdrawable=bool(kept.get("withdrawable")),
    )  # fmt: skip


def keepable(cls: type[FilterSet] | None, asked: QueryDict) -> str:
    """Conditions and order that a view may hold: none that was typed freely.

    A name or a number somebody searched for has no place in a list of views.
    """
    filters = {} if cls is None else cls.base_filters
    chosen = [name for name, each in filters.items() if type(each) is not django_filters.CharFilter]
    return _only(chosen, asked)


def shareable(cls: type[FilterSet] | None, asked: QueryDict) -> str:
    """What of a view means the same to others: no unit and no building of its owner's own."""
    filters = {} if cls is None else cls.base_filters
    places = django_filters.ModelChoiceFilter | django_filters.ModelMultipleChoiceFilter
    chosen = [
        name
        for name, each in filters.items()
        if type(each) is not django_filters.CharFilter and not isinstance(each, places)
    ]
    return _only(chosen, asked)


def _only(chosen: list[str], asked: QueryDict) -> str:
    known = {f"{name}{end}" for name in chosen for end in ("", "_min", "_max")} | {"sort"}
    return urlencode([
        (name, value) for name, values in asked.lists() if name in known for value in values
    ])  # fmt: skip
