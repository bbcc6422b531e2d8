"""The roster of collectors."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.ui.cells import Column, Empty, Tag, Toned
from portal.ui.listing import RegisterList
from staffing.boards import TONES
from staffing.models import Collector, CollectorStatus


def status(row: Collector) -> Tag:
    return Tag(row.get_status_display(), TONES[CollectorStatus(row.status)])


def areas(row: Collector) -> str:
    return "、".join(area.code for area in row.areas.all() if area.valid_to is None)


def trained(row: Collector) -> Any:
    return row.trained_on or Toned(_("未合格"), "warn")


class CollectorList(RegisterList):
    """Collectors by number (人员名册)."""

    key = "collectors"
    unit = _("人")
    caption = _("采集员名册")
    default_sort = "staff_no"
    empty = Empty(_("还没有采集员"), _("新增采集员后在这里看状态、片区和培训"), "collector")
    columns = (
        Column("staff_no", _("工号"), kind="code", sort="staff_no", fixed=True),
        Column("name", _("姓名"), kind="name", fixed=True),
        Column("committee", _("居委会"), cell="committee.short_name"),
        Column("areas", _("片区"), cell=areas),
        Column("employment_type", _("用工方式"), cell="get_employment_type_display"),
        Column("provider", _("承接单位"), kind="second"),
        Column("fte", _("全职当量"), kind="text", align="right"),
        Column("trained_on", _("岗前培训"), cell=trained),
        Column("confidentiality_signed_on", _("保密承诺"), kind="day"),
        Column("badge_no", _("工作证号"), kind="code", shown=False),
        Column("appointed_on", _("聘用日期"), kind="day", shown=False),
        Column("status_since", _("现状态起始"), kind="day"),
        Column("status", _("状态"), cell=status),
    )

    def row_url(self, row: Collector) -> str:
        return reverse("staffing:collector", args=[row.pk])

    def row_css(self, row: Collector) -> str:
        return "is-muted" if row.status == CollectorStatus.LEFT else ""
