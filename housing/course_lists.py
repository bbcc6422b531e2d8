"""The lists of key areas, campaigns, findings, sites and referrals: conditions and columns.

Each is in the order of its own due day, which ranks nobody. Without a state what is open is listed.
"""

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from housing.models import Campaign, EnforcementSite, Finding, KeyArea, Referral
from housing.rectifying import (
    AREA_KINDS,
    DEPARTMENTS,
    FINDING_KINDS,
    REFERRAL_KINDS,
    SITE_KINDS,
)
from portal.ui.addresses import address_of
from portal.ui.cells import Column, Empty, Tag
from portal.ui.filtering import fillable
from portal.ui.listing import RegisterList

TONES = {
    "draft": "warn", "approved": "", "running": "warn", "rechecking": "warn", "closed": "ok",
    "open": "warn", "notified": "warn", "rectifying": "warn", "rechecked": "", "dismissed": "",
    "found": "warn", "noticed": "warn", "handling": "warn", "sent": "warn", "received": "",
    "fed_back": "warn", "returned": "danger", "standing": "warn", "ended": "ok",
}  # fmt: skip


def state(row: Any) -> Tag:
    return Tag(row.get_state_display(), TONES[row.state])


class _OpenFirst(django_filters.FilterSet):
    """Without a state, what is still open."""

    unsettled = "open"

    class Meta:
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> Any:
        rows = super().filter_queryset(queryset)
        told = self.form.cleaned_data
        return rows if told.get("state") or told.get("campaign") else self._open(rows)

    def _open(self, rows: Any) -> Any:
        return getattr(rows, self.unsettled)()


class AreaFilter(_OpenFirst):
    unsettled = "standing"
    kind = django_filters.MultipleChoiceFilter(label=_("类型"), choices=AREA_KINDS)
    blank, filled = fillable(
        {
            "reviewed_on": (_("最近核查"), Q(reviewed_on=None)),
            "hazards": (_("安全隐患"), Q(hazards="")),
        }
    )
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=[("all", _("全部")), ("ended", _("已撤销"))], method="by_state",
        empty_label=_("在管"),
    )  # fmt: skip

    class Meta(_OpenFirst.Meta):
        model = KeyArea

    def by_state(self, rows: Any, _name: str, value: str) -> Any:
        return rows.exclude(until=None) if value == "ended" else rows


class CampaignFilter(_OpenFirst):
    unsettled = "going_on"
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=Campaign.State.choices, empty_label=_("未办结")
    )
    theme = django_filters.MultipleChoiceFilter(label=_("主题"), choices=AREA_KINDS)
    blank, filled = fillable(
        {
            "decided_name": (_("批准人"), Q(decided_name="")),
            "summary": (_("总结"), Q(summary="")),
        }
    )

    class Meta(_OpenFirst.Meta):
        model = Campaign


class FindingFilter(_OpenFirst):
    unsettled = "unsettled"
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=Finding.State.choices, empty_label=_("未办结")
    )
    kind = django_filters.MultipleChoiceFilter(label=_("问题"), choices=FINDING_KINDS)
    campaign = django_filters.UUIDFilter(label=_("整治行动"), field_name="campaign_id")
    blank, filled = fillable(
        {
            "noticed_on": (_("告知日期"), Q(noticed_on=None)),
            "vulnerable": (_("老人、儿童情况"), Q(vulnerable="")),
            "rechecked_on": (_("复查日期"), Q(rechecked_on=None)),
            "assistance": (_("帮助安置"), Q(assistance="")),
        }
    )

    class Meta(_OpenFirst.Meta):
        model = Finding


class SiteFilter(_OpenFirst):
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=EnforcementSite.State.choices, empty_label=_("未办结")
    )
    kind = django_filters.MultipleChoiceFilter(label=_("类型"), choices=SITE_KINDS)
    blank, filled = fillable(
        {
            "people": (_("涉及人数"), Q(people=None)),
            "noticed_on": (_("告知日期"), Q(noticed_on=None)),
            "child_placement": (_("儿童就学、入园安置"), Q(child_placement="")),
            "resettlement": (_("人员安置"), Q(resettlement="")),
        }
    )

    class Meta(_OpenFirst.Meta):
        model = EnforcementSite


class ReferralFilter(_OpenFirst):
    unsettled = "waiting"
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=Referral.State.choices, empty_label=_("未办结")
    )
    department = django_filters.MultipleChoiceFilter(label=_("接收部门"), choices=DEPARTMENTS)
    kind = django_filters.MultipleChoiceFilter(label=_("类型"), choices=REFERRAL_KINDS)
    blank, filled = fillable(
        {
            "received_on": (_("签收日期"), Q(received_on=None)),
            "fed_back_on": (_("反馈日期"), Q(fed_back_on=None)),
        }
    )

    class Meta(_OpenFirst.Meta):
        model = Referral


class AreaList(RegisterList):
    key = "key_areas"
    unit = _("个")
    caption = _("重点区域")
    default_sort = "review_by"
    filterset_class = AreaFilter
    columns = (
        Column("name", _("名称"), kind="name", fixed=True),
        Column("kind", _("类型"), cell="get_kind_display"),
        Column("owner", _("责任人")),
        Column("since", _("列入日期"), kind="day"),
        Column("cycle_days", _("周期（天）"), kind="number"),
        Column("reviewed_on", _("最近核查"), kind="day"),
        Column("review_by", _("下次核查"), kind="day", sort="review_by"),
        Column("until", _("撤销日期"), kind="day", shown=False),
    )
    empty = Empty(
        _("没有重点区域"), _("街道把需要先把登记做准、先帮到位的地方列在这里"), icon="key-area"
    )

    def row_url(self, row: KeyArea) -> str:
        return address_of("housing:area", row.pk)


class CampaignList(RegisterList):
    key = "campaigns"
    unit = _("个")
    caption = _("整治行动")
    default_sort = "due_on"
    filterset_class = CampaignFilter
    columns = (
        Column("title", _("名称"), kind="name", fixed=True),
        Column("theme", _("主题"), cell="get_theme_display"),
        Column("areas", _("重点区域")),
        Column("target_count", _("目标（套）"), kind="number"),
        Column("planned_name", _("拟订人")),
        Column("decided_name", _("批准人")),
        Column("due_on", _("期限"), kind="day", sort="due_on"),
        Column("state", _("状态"), state),
    )
    empty = Empty(_("没有整治行动"), _("街道拟订方案，另一人批准后开始"), icon="campaign")

    def row_url(self, row: Campaign) -> str:
        return address_of("housing:campaign", row.pk)


class FindingList(RegisterList):
    key = "findings"
    peeks = True
    unit = _("项")
    caption = _("检查发现")
    default_sort = "due_on"
    filterset_class = FindingFilter
    columns = (
        Column("place", _("地址"), kind="name", fixed=True),
        Column("kind", _("问题"), cell="get_kind_display"),
        Column("visited_on", _("上门日期"), kind="day"),
        Column("visitors", _("上门人员")),
        Column("due_on", _("期限"), kind="day", sort="due_on"),
        Column("state", _("状态"), state),
        Column("ended_by", _("办结人"), shown=False),
    )
    empty = Empty(_("没有检查发现"), _("上门检查后在房屋页面或整治行动里登记"), icon="inspection")

    def row_url(self, row: Finding) -> str:
        return address_of("housing:finding", row.pk)


class SiteList(RegisterList):
    key = "sites"
    unit = _("处")
    caption = _("执法点位")
    default_sort = "due_on"
    filterset_class = SiteFilter
    columns = (
        Column("place", _("地点"), kind="name", fixed=True),
        Column("kind", _("类型"), cell="get_kind_display"),
        Column("department", _("主管部门"), cell="get_department_display"),
        Column("people", _("涉及人数"), kind="number"),
        Column("children", _("儿童"), kind="number"),
        Column("due_on", _("期限"), kind="day", sort="due_on"),
        Column("state", _("状态"), state),
    )
    empty = Empty(_("没有执法点位"), _("登记要取缔或整治的地方，先告知、先安置"), icon="map")

    def row_url(self, row: EnforcementSite) -> str:
        return address_of("housing:site", row.pk)


class ReferralList(RegisterList):
    key = "referrals"
    unit = _("件")
    caption = _("抄告")
    default_sort = "due_on"
    filterset_class = ReferralFilter
    columns = (
        Column("number", _("文号"), kind="name", fixed=True),
        Column("place", _("地点")),
        Column("department", _("接收部门"), cell="get_department_display"),
        Column("kind", _("类型"), cell="get_kind_display"),
        Column("sent_on", _("发出"), kind="day"),
        Column("received_on", _("签收"), kind="day"),
        Column("fed_back_on", _("反馈"), kind="day"),
        Column("due_on", _("期限"), kind="day", sort="due_on"),
        Column("state", _("状态"), state),
    )
    empty = Empty(_("没有抄告"), _("在房屋或执法点位页面发出"), icon="transfer")

    def row_url(self, row: Referral) -> str:
        return address_of("housing:referral", row.pk)
