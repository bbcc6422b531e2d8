"""What the frame around every page shows: unit, user, navigation, badges.

The frame knows nothing of the areas. The product names two functions in its settings:

- `UI_NAV` (default `portal.nav.nav_for`): `nav_for(request)` gives the navigation;
- `UI_SHELL` (optional): `shell_for(request)` gives fields of `Shell` that only the product knows.

What is not given is not rendered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import get_template
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class NavEntry:
    """One entry of the navigation; the current one is active."""

    key: str
    title: str
    url: str
    icon: str
    count: int | None = None
    active: bool = False


@dataclass(frozen=True)
class NavGroup:
    """Entries under a title, which is blank for the first ones."""

    title: str
    entries: tuple[NavEntry, ...]


@dataclass(frozen=True, eq=False)
class Menu:
    """All groups of a navigation; one that is kept is known again without being compared."""

    groups: tuple[NavGroup, ...] = ()


@dataclass(frozen=True)
class Shell:
    """The facts of the frame for one request."""

    product: str = "普陀区人口服务管理平台"
    office: str = "普陀区人口办"
    #: who helps with accounts, as one line on the login page
    support: str = ""
    user_name: str = ""
    role_title: str = ""
    unit_name: str = ""
    unit_parent: str = ""
    #: further posts of this user: {"title", "unit", "value", "active"}
    posts: Sequence[dict[str, Any]] = ()
    #: where a post is chosen (POST with field `appointment`)
    switch_url: str = ""
    search_url: str = ""
    search_hint: str = ""
    jobs_url: str = ""
    jobs_count: int = 0
    home_url: str = "/"
    logout_url: str = ""
    settings_url: str = ""
    help_url: str = ""
    #: 演示数据 / 测试环境; blank in production
    environment: str = ""
    #: a sentence above every page, e.g. a maintenance window
    banner: str = ""
    #: name and staff number under the watermark
    watermark: str = ""
    #: targets of the two-key jumps: {"KeyH": "/", "KeyB": "/housing/"}
    jumps: dict[str, str] | None = None
    #: where the page asks how long the session goes on, and after how long it ends unused
    left_url: str = ""
    idle_seconds: int = 0
    #: where key N leads
    new_url: str = ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `nav`, `navigation` (drawn) and `shell`, as a template reads them."""
    return {
        "nav": SimpleLazyObject(lambda: _nav(request).groups),
        "navigation": SimpleLazyObject(lambda: drawn(_nav(request))),
        "shell": SimpleLazyObject(lambda: _shell(request)),
    }


_NO_MENU = Menu()


def _nav(request: HttpRequest) -> Menu:
    if getattr(request, "scope", None) is None:
        return _NO_MENU
    nav_for: Callable[[HttpRequest], Menu] = import_string(
        getattr(settings, "UI_NAV", "portal.nav.nav_for")
    )
    return nav_for(request)


@lru_cache(maxsize=1024)
def drawn(menu: Menu) -> str:
    """The navigation, drawn once per process for each menu and current page."""
    return get_template("ui/nav.html").render({"nav": menu.groups})


def _shell(request: HttpRequest) -> Shell:
    scope = getattr(request, "scope", None)
    known: dict[str, Any] = {
        "environment": getattr(settings, "ENVIRONMENT_BADGE", ""),
        "product": getattr(settings, "PRODUCT_NAME", Shell.product),
        "office": getattr(settings, "OFFICE_NAME", Shell.office),
        "support": getattr(settings, "SUPPORT_LINE", ""),
        "banner": getattr(settings, "BANNER", ""),
        "user_name": getattr(scope, "user_name", ""),
        "role_title": getattr(scope, "role_title", ""),
        "unit_name": getattr(scope, "unit_name", ""),
        "watermark": getattr(scope, "user_name", ""),
    }
    source = getattr(settings, "UI_SHELL", "")
    if source:
        known |= import_string(source)(request)
    return Shell(**{key: value for key, value in known.items() if key in _FIELDS})


_FIELDS = frozenset(field.name for field in fields(Shell))
