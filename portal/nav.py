"""The menu of each post (ui.md 3.2): what a post cannot do is not shown."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from portal import kept
from portal.accounts.entering import idle_seconds
from portal.jobs.models import Job, JobState
from portal.orgs.capabilities import Capability as C
from portal.orgs.models import Appointment
from portal.orgs.posts import posts_of
from portal.orgs.scope import Level, Scope
from portal.quality.models import DataQualityIssue
from portal.ui.context import Menu, NavEntry, NavGroup
from portal.ui.words import language

ALL: tuple[Level, ...] = ("district", "street", "committee")


@dataclass(frozen=True)
class Item:
    """One entry: shown at `levels` to posts with `capability`.

    It is lit on its own page, on those named in `pages`, and on the pages of its area that no
    other entry names, when it is the area's `register`.
    """

    key: str
    title: str
    url: str
    icon: str
    capability: C
    levels: tuple[Level, ...] = ALL
    pages: tuple[str, ...] = ()
    register: bool = False
    #: not shown to posts that carry this as well: they have another entry
    unless: C | None = None


GROUPS: list[tuple[str, list[Item]]] = [
    ("", [
        Item("home", "工作台", "desk:home", "dashboard", C.VIEW_REGISTER, ("committee",)),
        Item("district", "全区看板", "metrics:district", "dashboard", C.VIEW_DASHBOARD,
             ("district",), pages=("metrics:closes",)),
        Item("street", "街道看板", "metrics:street", "dashboard", C.VIEW_DASHBOARD, ("street",)),
        Item("todo", "待办", "desk:todo", "inbox", C.VIEW_QUALITY),
    ]),
    ("社区力量", [
        Item("report", "上报线索", "residents:report_lead", "plus", C.SUBMIT_LEADS,
             ("committee",), unless=C.VIEW_REGISTER),
        Item("my_leads", "我的上报", "residents:my_leads", "inspection", C.SUBMIT_LEADS,
             ("committee",), unless=C.VIEW_REGISTER),
    ]),
    ("采集登记", [
        Item("board", "楼栋房态", "housing:buildings", "building", C.VIEW_REGISTER, ("committee",),
             pages=("housing:board", "housing:add_rooms", "housing:add_building",
                    "housing:edit_building")),
        Item("entry", "入户登记", "residents:entry_start", "entry", C.EDIT_RESIDENTS,
             ("committee",), pages=("residents:entry",)),
        Item("door", "今日入户", "residents:door", "door", C.VERIFY, ("committee",)),
        Item("tasks", "采集任务", "residents:tasks", "jobs", C.VIEW_REGISTER,
             pages=("residents:task", "residents:ask_task", "residents:tasks_report")),
        Item("imports", "批量导入", "exchange:upload", "import", C.IMPORT_FILES, ("committee",),
             register=True),
    ]),
    ("协同", [
        Item("leads", "发现线索", "residents:leads", "inspection", C.VIEW_REGISTER,
             pages=("residents:lead", "residents:report_lead", "residents:my_leads",
                    "residents:notices")),
        Item("corrections", "更正申请", "residents:corrections", "ruling", C.VIEW_REGISTER,
             pages=("residents:correction", "residents:ask_correction")),
        Item("newcomers", "来沪人员告知", "residents:newcomers", "user-plus", C.EDIT_RESIDENTS,
             pages=("residents:welcome",)),
        Item("appeals", "居民诉求", "residents:appeals", "flag", C.HANDLE_APPEALS,
             pages=("residents:appeal", "residents:hear_appeal", "residents:appeals_report")),
        Item("proofs", "住所证明", "residents:proofs", "permit", C.VIEW_REGISTER,
             pages=("residents:proof", "residents:ask_proof")),
        Item("transfers", "移交", "residents:transfers", "transfer", C.VIEW_REGISTER,
             pages=("residents:transfer",)),
        Item("comparisons", "名单比对", "comparisons:list", "switch", C.COMPARE_LISTS,
             register=True),
        Item("forms", "一表通", "forms:list", "file", C.EXPORT_MASKED, register=True,
             pages=("forms:new", "forms:form", "forms:fill")),
    ]),
    ("台账", [
        Item("residents", "实有人口", "residents:list", "users", C.VIEW_REGISTER, register=True),
        Item("housing", "实有房屋", "housing:list", "home", C.VIEW_REGISTER, register=True),
        Item("estates", "小区", "housing:estates", "committee", C.VIEW_REGISTER,
             pages=("housing:estate", "housing:add_estate", "housing:edit_estate",
                    "housing:join_estate")),
        Item("ledger", "电子台账", "residents:ledger", "file", C.VIEW_REGISTER, ("committee",),
             pages=("residents:ledger_homes",)),
        Item("leases", "租赁登记", "housing:leases", "lease", C.VIEW_REGISTER,
             pages=("housing:lease", "housing:add_lease", "housing:edit_lease",
                    "housing:renew_lease")),
        Item("codes", "房屋编码申请", "housing:code_requests", "dictionary", C.VIEW_REGISTER,
             ("committee", "street"),
             pages=("housing:code_request", "housing:ask_code", "housing:code_exceptions")),
        Item("code_exceptions", "编码例外清单", "housing:code_exceptions", "dictionary",
             C.VIEW_REGISTER, ("district",)),
        Item("legality", "合法性认定", "housing:determinations", "ruling", C.DETERMINE_LEGALITY,
             pages=("housing:determine",)),
        Item("group_rental", "群租认定", "housing:group_rentals", "inspection",
             C.CONFIRM_GROUP_RENTAL, pages=("housing:group_rental",)),
        Item("permits", "居住证", "permits:list", "permit", C.VIEW_PERMITS, register=True),
        Item("statistics", "统计查询", "statistics:query", "columns", C.VIEW_DASHBOARD,
             register=True),
        Item("usage", "市系统使用", "usage:list", "calendar", C.VIEW_DASHBOARD,
             ("district", "street"), register=True),
        Item("usage", "市系统使用", "usage:own", "calendar", C.VIEW_DASHBOARD,
             ("committee",), register=True),
    ]),
    ("整治", [
        Item("areas", "重点区域", "housing:areas", "key-area", C.VIEW_CAMPAIGNS,
             ("district", "street"),
             pages=("housing:area", "housing:add_area", "housing:edit_area")),
        Item("campaigns", "整治行动", "housing:campaigns", "campaign", C.VIEW_CAMPAIGNS,
             ("district", "street"),
             pages=("housing:campaign", "housing:plan_campaign", "housing:edit_campaign")),
        Item("findings", "检查发现", "housing:findings", "inspection", C.VIEW_CAMPAIGNS,
             pages=("housing:finding", "housing:inspect")),
        Item("sites", "执法点位", "housing:sites", "map", C.VIEW_CAMPAIGNS,
             pages=("housing:site", "housing:add_site")),
        Item("referrals", "抄告", "housing:referrals", "transfer", C.VIEW_CAMPAIGNS,
             pages=("housing:referral", "housing:refer_site", "housing:refer_dwelling")),
    ]),
    ("质量", [
        Item("quality", "数据质量", "quality:list", "quality", C.VIEW_QUALITY, register=True),
        Item("spot_rounds", "抽查核实", "residents:spot_rounds", "inspection", C.VIEW_QUALITY,
             pages=("residents:spot_round", "residents:plan_spot", "residents:spot_people",
                    "residents:spot_records", "residents:spot_places")),
        Item("spot_sheet", "我的抽查表", "residents:spot_sheet", "inspection", C.CHECK_SAMPLES,
             ("street",), pages=("residents:spot_visit", "residents:spot_phone")),
    ]),
    ("力量", [
        Item("staffing", "采集力量", "staffing:overview", "collector", C.VIEW_STAFFING,
             ("district", "street"), register=True),
    ]),
    ("考核", [
        Item("assessment", "年度考核", "assessment:matrix", "assessment", C.VIEW_ASSESSMENT,
             register=True),
        Item("plans", "年度工作计划", "assessment:plan_items", "calendar", C.VIEW_PLANS,
             pages=("assessment:plans", "assessment:plan_report", "assessment:plan",
                    "assessment:add_plan", "assessment:edit_plan", "assessment:add_plan_item",
                    "assessment:plan_item", "assessment:edit_plan_item",
                    "assessment:remove_plan_item")),
        Item("equity", "公平核对", "assessment:equity", "rules", C.VIEW_ASSESSMENT,
             ("district", "street")),
    ]),
    ("管理", [
        Item("imports", "批量导入", "exchange:upload", "import", C.IMPORT_FILES,
             ("district", "street"), register=True),
        Item("exports", "导出中心", "exports:own", "download", C.EXPORT_MASKED, register=True),
        Item("rules", "规则与依据", "rules:list", "rules", C.VIEW_RULES, ("district", "street"),
             register=True),
        Item("catalogue", "数据目录", "catalogue:list", "book", C.VIEW_RULES, register=True),
        Item("audit", "访问留痕", "desk:audit", "history", C.VIEW_AUDIT),
        Item("oversight", "查看线索", "oversight:list", "flag", C.REVIEW_USE, register=True),
        Item("orgs", "组织与岗位", "orgs:units", "sitemap", C.VIEW_ORGS, ("district", "street"),
             register=True),
        Item("operation", "运行情况", "desk:operation", "jobs", C.VIEW_OPERATION),
    ]),
]  # fmt: skip


def nav_for(request: HttpRequest) -> Menu:
    """The menu that the acting post may use."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    faults = _to_mend(scope) if scope.may(C.VIEW_QUALITY) else 0
    return _menu(scope.level, scope.capabilities, _here(request), faults or None, language())


def _here(request: HttpRequest) -> str:
    """The name of the page shown; where an act was refused, of the page it was asked on."""
    match = request.resolver_match
    if match is None:
        return ""
    here, path = f"{match.app_name}:{match.url_name}", request.path_info
    if request.method != "POST" or here in _NAMED:
        return here
    while (path := f"{path.rstrip('/').rpartition('/')[0]}/") != "/":
        with suppress(Resolver404):
            above = resolve(path)
            if (asked_on := f"{above.app_name}:{above.url_name}") in _NAMED:
                return asked_on if above.app_name == match.app_name else here
    return here


def _to_mend(scope: Scope) -> int:
    """Open issues that must be mended; up to a minute old above a committee."""

    def count() -> int:
        return DataQualityIssue.objects.in_scope(scope).open().filter(severity="must").count()

    return kept.fact(kept.must_mend(scope.unit), count)


@lru_cache(maxsize=1024)
def _menu(
    level: Level, capabilities: frozenset[str], here: str, faults: int | None,
    _language: str | None,
) -> Menu:  # fmt: skip
    """The menu depends on nothing else, so that it is put together once per process.

    :param faults: open issues that must be mended, None when there is none to show
    """
    return Menu(
        tuple(
            NavGroup(_(title) if title else "", items)
            for title, entries in GROUPS
            if (
                items := tuple(
                    _entry(item, here, faults if item.key == "quality" else None)
                    for item in entries
                    if level in item.levels
                    and str(item.capability) in capabilities
                    and (item.unless is None or str(item.unless) not in capabilities)
                )
            )
        )
    )


def _entry(item: Item, here: str, count: int | None) -> NavEntry:
    area = here.partition(":")[0] == item.url.partition(":")[0]
    lit = here in (item.url, *item.pages) or (item.register and area and here not in _NAMED)
    return NavEntry(item.key, _(item.title), reverse(item.url), item.icon, count, active=lit)


_NAMED = {
    name for _title, entries in GROUPS for item in entries for name in (item.url, *item.pages)
}


def shell_for(request: HttpRequest) -> dict[str, Any]:
    """What the frame shows of the acting post and its work in the background."""
    scope: Scope | None = request.scope  # type: ignore[attr-defined]
    known: dict[str, Any] = {"logout_url": _at("accounts:logout"), "home_url": "/"}
    if scope is None:
        return known
    posts = posts_of(request)
    known |= {
        "unit_parent": _parent_name(posts, scope),
        "posts": [
            {
                "title": post.get_role_display(), "unit": post.unit.name, "value": post.pk,
                "active": post.pk == scope.appointment_id,
            }
            for post in posts
        ],
        "switch_url": _at("orgs:switch_post"),
        "watermark": f"{scope.user_name} {scope.staff_no}".strip(),
        "help_url": _at("desk:help"),
        "settings_url": _at("accounts:mine"),
        "left_url": _at("accounts:left"),
        "idle_seconds": idle_seconds(request.user),  # type: ignore[arg-type]
    }  # fmt: skip
    if scope.may(C.VIEW_REGISTER):
        known |= {"search_url": _at("desk:search")}
    if scope.may(C.IMPORT_FILES):
        known |= {"jobs_url": _at("exchange:upload"), "jobs_count": _running(scope)}
    if scope.may(C.EDIT_RESIDENTS) and scope.level == "committee":
        known |= {
            "new_url": _at("residents:entry_start"),
            "jumps": {
                "KeyH": _at("desk:home"), "KeyB": _at("housing:buildings"),
                "KeyP": _at("residents:list"), "KeyT": _at("desk:todo"),
            },
        }  # fmt: skip
    return known


@cache
def _at(page: str) -> str:
    """The address of a page without arguments: a dozen stand in every frame."""
    return reverse(page)


def _running(scope: Scope) -> int:
    """How many pieces of work this user has asked for that are not over."""

    def count() -> int:
        asked = Job.objects.in_scope(scope).filter(requested_by=scope.user_id)
        return asked.filter(state__in=[JobState.WAITING, JobState.RUNNING]).count()

    return kept.fact(kept.running(scope.unit, scope.user_id), count)


def _parent_name(posts: Sequence[Appointment], scope: Scope) -> str:
    """The name of the unit above the acting one; blank at the top."""
    units = [post.unit for post in posts if post.pk == scope.appointment_id]
    return units[0].parent.name if units and units[0].parent else ""
