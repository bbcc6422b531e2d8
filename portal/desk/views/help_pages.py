"""Help: what the keys do, what the numbers mean, who sees what, how people's data is kept."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from portal.metrics.registry import metrics
from portal.orgs.access import PortalRequest, signed_in
from portal.orgs.capabilities import TITLES, Capability
from portal.orgs.roles import ROLES
from portal.orgs.scope import Scope
from portal.ui.cells import Text
from portal.ui.pages import page

TOPICS = {
    "keys": gettext_lazy("键盘快捷键"),
    "numbers": gettext_lazy("数字怎么算"),
    "roles": gettext_lazy("谁能看到什么"),
    "privacy": gettext_lazy("居民信息怎样保护"),
}
LEVELS = {
    "district": gettext_lazy("区"),
    "street": gettext_lazy("街道（镇）"),
    "committee": gettext_lazy("居（村）委"),
}
KEYS: tuple[tuple[Text, tuple[tuple[tuple[str, ...], Text], ...]], ...] = (
    (gettext_lazy("随处可用"), (
        (("/",), gettext_lazy("搜索")), (("?",), gettext_lazy("快捷键")),
        (("N",), gettext_lazy("新增登记")), (("G", "H"), gettext_lazy("工作台")),
        (("G", "B"), gettext_lazy("楼栋房态")), (("G", "P"), gettext_lazy("实有人口")),
        (("G", "T"), gettext_lazy("待办")), (("[",), gettext_lazy("收起导航")),
        (("Esc",), gettext_lazy("关闭一层")),
    )),
    (gettext_lazy("待办与名单"), (
        (("J", "K"), gettext_lazy("下一项、上一项")), (("Enter",), gettext_lazy("办理、打开")),
        (("X",), gettext_lazy("选中")), (("F",), gettext_lazy("筛选")),
        (("P",), gettext_lazy("在名单旁预览")),
        (("PgDn", "PgUp"), gettext_lazy("下一页、上一页")),
    )),
    (gettext_lazy("填写"), (
        (("Ctrl", "S"), gettext_lazy("保存")),
        (("Ctrl", "Enter"), gettext_lazy("保存并下一户")),
        (("F2",), gettext_lazy("修改单元格")), (("F7",), gettext_lazy("下一处错误")),
        (("Ctrl", "D"), gettext_lazy("复制上一行")),
    )),
    (gettext_lazy("楼栋房态"), (
        (("E",), gettext_lazy("入户登记")), (("V",), gettext_lazy("核实无变化")),
        (("M",), gettext_lazy("下一个问题")), ((",", "."), gettext_lazy("上一栋、下一栋")),
    )),
)  # fmt: skip


@dataclass(frozen=True)
class RoleLine:
    """One post as the page tells it."""

    title: str
    level: str
    description: str
    may: list[str]
    sees: str
    own: bool


@signed_in
@require_GET
def index(request: PortalRequest) -> HttpResponse:
    """The first topic."""
    return _show(request, "keys")


@signed_in
@require_GET
def topic(request: PortalRequest, topic: str) -> HttpResponse:
    """One topic of the help."""
    if topic not in TOPICS:
        raise Http404
    return _show(request, topic)


def _show(request: PortalRequest, key: str) -> HttpResponse:
    tabs = [
        {"key": each, "title": title, "url": reverse("desk:help_topic", args=[each])}
        for each, title in TOPICS.items()
    ]
    context: dict[str, Any] = {"tabs": tabs, "topic": key, "title": TOPICS[key]}
    if key == "keys":
        context["keys"] = KEYS
    elif key == "numbers":
        # somebody without a post reads this page too
        opens = Capability.VIEW_DASHBOARD in getattr(request.scope, "capabilities", ())
        context["metrics"] = [
            (metric, _definition(metric.key) if opens else "") for metric in metrics().values()
        ]
    elif key == "roles":
        context["roles"] = _roles(request)
    return page(request, "desk/help.html", context)


def _definition(key: str) -> str:
    try:
        return reverse("metrics:definition", args=[key])
    except NoReverseMatch:
        return ""


def _roles(request: PortalRequest) -> list[RoleLine]:
    """From the roles themselves, so that the page cannot say anything else than the code does."""
    scope: Scope | None = request.scope
    own = "" if scope is None else scope.role
    return [
        RoleLine(
            _(role.title), str(LEVELS[role.level]), _(role.description),
            [_(title) for capability, title in TITLES.items() if capability in role.capabilities],
            _sight(role.level, Capability.VIEW_REGISTER in role.capabilities), role.key == own,
        )
        for role in ROLES.values()
    ]  # fmt: skip


def _sight(level: str, register: bool) -> str:
    if not register:
        return _("看不到居民名单")
    return {
        "district": _("全区，先看汇总"),
        "street": _("本街道（镇）"),
        "committee": _("本居（村）委"),
    }[level]
