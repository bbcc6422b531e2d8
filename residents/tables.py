"""The resident list: columns, order, what an empty one says (ui.md 8.5)."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from housing.codes import OCCUPANCY_STATUSES
from portal.orgs.scope import Scope
from portal.quality.worst import worst_issues
from portal.ui.addresses import address_of
from portal.ui.cells import (
    Action,
    Column,
    Empty,
    Masked,
    Problem,
    Tag,
    Toned,
    Verified,
)
from portal.ui.drawing import fill
from portal.ui.markup import icon
from portal.ui.self_counting import SelfCounting
from portal.ui.words import gettext
from residents.categories import POPULATION_CATEGORIES, RELATIONS, RESIDENCE_REASONS, SEXES
from residents.identity import age_on
from residents.models import Residence

NO_REVEAL = gettext_noop("当前岗位不能查看完整证件号")


def number(row: Any) -> Any:
    """The masked number with its eye, or with a lock that says why there is none."""
    if not row.id_mask:
        return None
    if not row.may_reveal:
        return Masked(row.id_mask, denied=gettext(NO_REVEAL), key=str(row.pk))
    url = f"{address_of('residents:reveal', row.resident_id)}?key={row.pk}"
    return Masked(row.id_mask, url=url, key=str(row.pk))


def verified(row: Any) -> Any:
    if row.status != Residence.Status.ACTIVE:
        return Tag(row.get_status_display())
    return Verified((row.today - row.verified_on).days, (row.due_on - row.verified_on).days)


def problem(row: Any) -> Any:
    if row.worst is None:
        return None
    level, title = row.worst
    return Problem(title, level)


class ResidentList(SelfCounting):
    """People by the address they live at, in walking order."""

    key = "residents"
    peeks = True
    #: what no cell and no order reads of the page's rows
    unread = (
        "committee", "street_id", "household", "kind", "end_on", "end_reason", "cancelled_on",
        "tenancy_role", "is_primary", "verified_method", "name_key", "initials", "id_tail",
        "address_key", "code_final", "version",
    )  # fmt: skip
    unit = _("人")
    caption = _("实有人口")
    default_sort = "address"
    columns = (
        Column("name", _("姓名"), kind="name", sort="name_key", fixed=True),
        Column("sex", _("性别"), cell=lambda row: SEXES.title(row.sex)),
        Column("age", _("年龄"), cell=lambda row: age_on(row.birth_date, row.today),
               kind="number"),
        Column("number", _("证件号码"), cell=number, width=200),
        Column("category", _("类别"),
               cell=lambda row: POPULATION_CATEGORIES.title(row.category)),
        Column("origin", _("户籍地"), kind="second"),
        Column("address", _("居住地址"), cell="short_address", sort="address_key"),
        Column("occupancy", _("居住类型"),
               cell=lambda row: OCCUPANCY_STATUSES.title(row.occupancy), kind="second"),
        Column("phone", _("手机"), cell="phone_mask", kind="code"),
        Column("relation", _("与户主关系"),
               cell=lambda row: RELATIONS.title(row.relation) if row.relation else None,
               shown=False),
        Column("reason", _("居住事由"),
               cell=lambda row: RESIDENCE_REASONS.title(row.reason) if row.reason else None,
               shown=False),
        Column("begin", _("入住日期"), cell="begin_on", kind="day", shown=False),
        Column("registered", _("登记日期"), cell="registered_on", kind="day", shown=False),
        Column("due", _("应核实日期"), cell="due_on", kind="day", shown=False),
        Column("by", _("核实人"), cell="verified_by", shown=False),
        Column("verified", _("最近核实"), cell=verified, align="right",
               width=144),
        Column("problem", _("问题"), cell=problem),
    )  # fmt: skip

    def __init__(
        self, *args: Any, day: date, scope: Scope, may_reveal: bool, may_add: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.day = day
        self.scope = scope
        self.may_reveal = may_reveal
        self.empty = Empty(
            _("还没有登记人员"),
            _("先建房屋，再逐户登记；有台账可批量导入") if may_add else "",
            icon="users",
            primary=Action(_("入户登记"), reverse("residents:entry_start")) if may_add else None,
            secondary=Action(_("批量导入"), reverse("exchange:upload")) if may_add else None,
        )

    def row_url(self, row: Residence) -> str:
        return address_of("residents:person", row.resident_id)

    def row_css(self, row: Residence) -> str:
        return "" if row.status == Residence.Status.ACTIVE else "is-muted"

    def dress(self, rows: list[Any]) -> None:
        """Give each row what its cells need besides itself."""
        homes = {row.dwelling_id for row in rows}
        worst = worst_issues(self.scope, homes, by="object_id")
        for row in rows:
            row.today = self.day
            row.may_reveal = self.may_reveal
            row.worst = worst.get(row.pk)


def waits(row: Any) -> Any:
    """For how many days somebody has waited for the sheet; red when it is late."""
    text = _("%(n)s 天") % {"n": row.waits}
    return Toned(text, "danger") if row.is_late else text


def newcomer_acts(row: Any) -> SafeString:
    """The sheet of one newcomer: printed, noted as handed over."""
    printed = address_of("residents:welcome_sheet", row.resident_id)
    noted = address_of("residents:welcome", row.resident_id)
    return fill(
        '<div class="pp-btns"><a class="pp-btn pp-btn-xs" href="%s" target="_blank"'
        ' rel="noopener">%s%s</a> <a class="pp-btn pp-btn-xs" href="%s">%s</a></div>',
        printed, icon("print"), gettext("打印"), noted, gettext("登记告知"),
    )  # fmt: skip


class NewcomerList(SelfCounting):
    """Who came to Shanghai and has no welcome sheet yet, the longest waiting first."""

    key = "newcomers"
    unit = _("人")
    caption = _("来沪人员告知")
    default_sort = "registered"
    columns = (
        Column("name", _("姓名"), kind="name", sort="name_key", fixed=True),
        Column("address", _("居住地址"), cell="short_address", sort="address_key"),
        Column("origin", _("户籍地"), kind="second"),
        Column("phone", _("手机"), cell="phone_mask", kind="code", shown=False),
        Column("reason", _("居住事由"),
               cell=lambda row: RESIDENCE_REASONS.title(row.reason) if row.reason else None,
               kind="second", shown=False),
        Column("registered", _("登记日期"), cell="registered_on", kind="day",
               sort="registered_on"),
        Column("waits", _("已过"), waits),
        Column("acts", _("办理"), newcomer_acts),
    )  # fmt: skip
    empty = Empty(_("近 90 天登记的来沪人员都已告知"), icon="users")

    def __init__(self, *args: Any, day: date, days: int, **kwargs: Any) -> None:
        """:param days: within how many days of the registration the sheet is due"""
        super().__init__(*args, **kwargs)
        self.day, self.days = day, days

    def row_url(self, row: Residence) -> str:
        return address_of("residents:person", row.resident_id)

    def dress(self, rows: list[Any]) -> None:
        """Tell each row how long it waits."""
        for row in rows:
            row.waits = (self.day - row.registered_on).days
            row.is_late = row.waits > self.days
