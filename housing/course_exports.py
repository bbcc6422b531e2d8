"""Lists of key areas, campaigns, findings, sites, referrals and code requests as files."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet

from housing.course_lists import (
    AreaFilter,
    CampaignFilter,
    FindingFilter,
    ReferralFilter,
    SiteFilter,
)
from housing.filters import CodeRequestFilter
from housing.models import (
    Campaign,
    EnforcementSite,
    Finding,
    HouseCodeRequest,
    KeyArea,
    Referral,
)
from housing.rectifying import (
    AREA_KINDS,
    DEPARTMENTS,
    FINDING_KINDS,
    REFERRAL_KINDS,
    SITE_KINDS,
)
from portal.exchange.exports.kinds import ExportColumn, ExportKind, committee_name, titled
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope


def conditions_of(filterset: type[FilterSet], model: Any) -> Callable[..., FilterSet]:
    """The conditions of a list that needs to know nothing but its rows."""

    def conditions(scope: Scope, query: QueryDict, _day: date) -> FilterSet:
        return filterset(query, queryset=model.objects.in_scope(scope))

    return conditions


UNIT = ExportColumn("committee", _("单位"), committee_name, width=16)
DUE = ExportColumn("due_on", _("期限"), "due_on", form="day")
EXPORTS = [
    ExportKind(
        key="key_areas", title=_("重点区域"), unit=_("个"), capability=Capability.VIEW_CAMPAIGNS,
        filterset=conditions_of(AreaFilter, KeyArea), order="review_by", address="housing:areas",
        offered=False,
        columns=(
            UNIT,
            ExportColumn("name", _("名称"), "name", width=24),
            ExportColumn("kind", _("类型"), titled("kind", AREA_KINDS)),
            ExportColumn("owner", _("责任人"), "owner"),
            ExportColumn("since", _("列入日期"), "since", form="day"),
            ExportColumn("cycle_days", _("周期（天）"), "cycle_days", form="number", width=10),
            ExportColumn("reviewed_on", _("最近核查"), "reviewed_on", form="day"),
            ExportColumn("review_by", _("下次核查"), "review_by", form="day"),
            ExportColumn("until", _("撤销日期"), "until", form="day", shown=False),
        ),
    ),
    ExportKind(
        key="campaigns", title=_("整治行动"), unit=_("个"), capability=Capability.VIEW_CAMPAIGNS,
        filterset=conditions_of(CampaignFilter, Campaign), order="due_on",
        address="housing:campaigns", offered=False,
        columns=(
            UNIT,
            ExportColumn("title", _("名称"), "title", width=28),
            ExportColumn("theme", _("主题"), titled("theme", AREA_KINDS)),
            ExportColumn("areas", _("重点区域"), "areas", width=28),
            ExportColumn("target_count", _("目标（套）"), "target_count", form="number", width=10),
            ExportColumn("planned_name", _("拟订人"), "planned_name"),
            ExportColumn("decided_name", _("批准人"), "decided_name"),
            DUE,
            ExportColumn("state", _("状态"), titled("state", Campaign.State.choices)),
        ),
    ),
    ExportKind(
        key="findings", title=_("检查发现"), unit=_("项"), capability=Capability.VIEW_CAMPAIGNS,
        filterset=conditions_of(FindingFilter, Finding), order="due_on",
        address="housing:findings", offered=False,
        columns=(
            UNIT,
            ExportColumn("place", _("地址"), "place", width=36),
            ExportColumn("kind", _("问题"), titled("kind", FINDING_KINDS)),
            ExportColumn("visited_on", _("上门日期"), "visited_on", form="day"),
            ExportColumn("visitors", _("上门人员"), "visitors", width=20),
            DUE,
            ExportColumn("state", _("状态"), titled("state", Finding.State.choices)),
            ExportColumn("ended_by", _("办结人"), "ended_by", shown=False),
        ),
    ),
    ExportKind(
        key="sites", title=_("执法点位"), unit=_("处"), capability=Capability.VIEW_CAMPAIGNS,
        filterset=conditions_of(SiteFilter, EnforcementSite), order="due_on",
        address="housing:sites", offered=False,
        columns=(
            UNIT,
            ExportColumn("place", _("地点"), "place", width=36),
            ExportColumn("kind", _("类型"), titled("kind", SITE_KINDS)),
            ExportColumn("department", _("主管部门"), titled("department", DEPARTMENTS)),
            ExportColumn("people", _("涉及人数"), "people", form="number", width=10),
            ExportColumn("children", _("儿童"), "children", form="number", width=8),
            DUE,
            ExportColumn("state", _("状态"), titled("state", EnforcementSite.State.choices)),
        ),
    ),
    ExportKind(
        key="referrals", title=_("抄告"), unit=_("件"), capability=Capability.VIEW_CAMPAIGNS,
        filterset=conditions_of(ReferralFilter, Referral), order="due_on",
        address="housing:referrals", offered=False,
        columns=(
            UNIT,
            ExportColumn("number", _("文号"), "number", width=24),
            ExportColumn("place", _("地点"), "place", width=36),
            ExportColumn("department", _("接收部门"), titled("department", DEPARTMENTS)),
            ExportColumn("kind", _("类型"), titled("kind", REFERRAL_KINDS), width=16),
            ExportColumn("sent_on", _("发出"), "sent_on", form="day"),
            ExportColumn("received_on", _("签收"), "received_on", form="day"),
            ExportColumn("fed_back_on", _("反馈"), "fed_back_on", form="day"),
            DUE,
            ExportColumn("state", _("状态"), titled("state", Referral.State.choices)),
        ),
    ),
    ExportKind(
        key="code_requests", title=_("房屋编码申请"), unit=_("件"),
        capability=Capability.VIEW_REGISTER,
        filterset=conditions_of(CodeRequestFilter, HouseCodeRequest), order="due_on",
        address="housing:code_requests", offered=False,
        columns=(
            UNIT,
            ExportColumn("place", _("地址"), "place", width=36),
            ExportColumn("kind", _("事项"), titled("kind", HouseCodeRequest.Kind.choices)),
            ExportColumn("old_code", _("原编码"), "old_code", width=26),
            ExportColumn("code", _("新编码"), "code", width=26),
            ExportColumn("rooms", _("室号"), "rooms", width=20),
            ExportColumn("reason", _("事由"), "reason", width=24),
            ExportColumn("asked_name", _("申请人"), "asked_name"),
            DUE,
            ExportColumn("state", _("状态"), titled("state", HouseCodeRequest.State.choices)),
        ),
    ),
]  # fmt: skip
