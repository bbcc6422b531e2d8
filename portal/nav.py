"""The menu of each post (ui.md 3.2): what a post cannot do is not shown."""

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.urls import reverse as django_reverse
from django.utils.translation import gettext as _

from portal.jobs.models import Job, JobState
from portal.orgs.capabilities import Capability as C
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Level, Scope, parent_of


def reverse(name: str) -> str:
    try:
        return django_reverse(name)
    except NoReverseMatch:
        return "/"


ALL: tuple[Level, ...] = ("district", "street", "committee")


@dataclass(frozen=True)
class Item:
    """One entry: shown at `levels` to posts with `capability`; `key` marks it active."""

    key: str
    title: str
    url: str
    icon: str
    capability: C
    levels: tuple[Level, ...] = ALL


GROUPS: list[tuple[str, list[Item]]] = [
    ("", [
        Item("home", "工作台", "desk:home", "dashboard", C.VIEW_REGISTER, ("committee",)),
        Item("district", "全区看板", "metrics:district", "dashboard", C.VIEW_DASHBOARD,
             ("district",)),
        Item("street", "街道看板", "metrics:street", "dashboard", C.VIEW_DASHBOARD, ("street",)),
        Item("todo", "待办", "desk:todo", "inbox", C.VIEW_QUALITY),
    ]),
    ("采集登记", [
        Item("board", "楼栋房态", "housing:buildings", "building", C.VIEW_REGISTER, ("committee",)),
        Item("entry", "入户登记", "residents:entry_start", "entry", C.EDIT_RESIDENTS,
             ("committee",)),
        Item("imports", "批量导入", "exchange:upload", "import", C.IMPORT_FILES, ("committee",)),
    ]),
    ("台账", [
        Item("residents", "实有人口", "residents:list", "users", C.VIEW_REGISTER),
        Item("housing", "实有房屋", "housing:list", "home", C.VIEW_REGISTER),
        Item("permits", "居住证", "permits:list", "permit", C.VIEW_PERMITS),
    ]),
    ("质量", [
        Item("quality", "数据质量", "quality:list", "quality", C.VIEW_QUALITY),
    ]),
    ("力量", [
        Item("staffing", "采集力量", "staffing:overview", "collector", C.VIEW_STAFFING,
             ("district", "street")),
    ]),
    ("考核", [
        Item("assessment", "年度考核", "assessment:matrix", "assessment", C.VIEW_ASSESSMENT),
    ]),
    ("管理", [
        Item("imports", "批量导入", "exchange:upload", "import", C.IMPORT_FILES,
             ("district", "street")),
        Item("rules", "规则与依据", "rules:list", "rules", C.VIEW_RULES, ("district", "street")),
        Item("audit", "访问留痕", "desk:audit", "history", C.VIEW_AUDIT),
        Item("orgs", "组织与岗位", "orgs:units", "sitemap", C.VIEW_ORGS, ("district", "street")),
        Item("operation", "运行情况", "jobs:operation", "jobs", C.VIEW_OPERATION),
    ]),
]  # fmt: skip


def nav_for(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the menu that the acting post may use."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    match = request.resolver_match
    here = f"{match.app_name}:{match.url_name}" if match else ""
    return [
        {"title": _(title) if title else "", "items": items}
        for title, entries in GROUPS
        if (items := [_entry(item, here) for item in entries if _shown(item, scope)])
    ]


def _shown(item: Item, scope: Scope) -> bool:
    return scope.level in item.levels and scope.may(item.capability)


def _entry(item: Item, here: str) -> dict[str, Any]:
    same_area = here.split(":")[0] == item.url.split(":")[0] and here not in _LISTED
    return {
        "key": item.key, "title": _(item.title), "url": reverse(item.url), "icon": item.icon,
        "count": None, "active": here == item.url or (same_area and item.key in _AREA_DEFAULT),
    }  # fmt: skip


_LISTED = {item.url for _title, entries in GROUPS for item in entries}
# pages without an entry of their own light up their area's register
_AREA_DEFAULT = {"residents", "housing", "permits", "quality", "staffing", "assessment", "rules",
                 "imports"}  # fmt: skip


def shell_for(request: HttpRequest) -> dict[str, Any]:
    """What the frame shows of the acting post and its work in the background."""
    scope: Scope | None = request.scope  # type: ignore[attr-defined]
    known: dict[str, Any] = {"logout_url": reverse("accounts:logout"), "home_url": "/"}
    if scope is None:
        return known
    posts = getattr(request, "posts", [])
    known |= {
        "unit_parent": _parent_name(scope),
        "posts": [
            {
                "title": post.get_role_display(), "unit": post.unit.name, "value": post.pk,
                "active": post.pk == scope.appointment_id,
            }
            for post in posts
        ],
        "switch_url": reverse("orgs:switch_post"),
        "watermark": f"{scope.user_name} {scope.staff_no}".strip(),
        "help_url": reverse("desk:help"),
    }  # fmt: skip
    if scope.may(C.VIEW_REGISTER):
        known |= {"search_url": reverse("desk:search")}
    if scope.may(C.IMPORT_FILES):
        known |= {"jobs_url": reverse("exchange:upload"), "jobs_count": _running(scope)}
    if scope.may(C.EDIT_RESIDENTS) and scope.level == "committee":
        known |= {
            "new_url": reverse("residents:entry_start"),
            "jumps": {
                "KeyH": reverse("desk:home"), "KeyB": reverse("housing:buildings"),
                "KeyP": reverse("residents:list"), "KeyT": reverse("desk:todo"),
            },
        }  # fmt: skip
    return known


def _running(scope: Scope) -> int:
    return (
        Job.objects.in_scope(scope)
        .filter(requested_by=scope.user_id, state__in=[JobState.WAITING, JobState.RUNNING])
        .count()
    )


def _parent_name(scope: Scope) -> str:
    """The name of the unit above; kept for five minutes, since units hardly ever change."""
    above = parent_of(scope.unit)
    if above is None:
        return ""

    def load() -> str:
        return OrgUnit.objects.values_list("name", flat=True).get(code=above)

    return cache.get_or_set(f"orgs:name:{above}", load, 300) or ""
