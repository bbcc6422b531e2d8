"""A published round as a workbook: what it came to, its strata, its draws, how to read them.

The draws stand there by number, unit and stratum, as the round's page and its proof have them: no
name, no address, no stratum that only a few share. So it is a file of numbers (as the boards'),
not of people: it is written down who took it, and no approval is asked for.

Paper: S-69, S-70.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.catalogue.method import Method, Table
from portal.exchange.exports.kinds import ExportColumn
from portal.exchange.exports.sheets import Sheet, written_sheets
from portal.metrics.methods import metrics_table, rules_table
from portal.metrics.receipts import Standards
from portal.metrics.registry import metrics
from portal.metrics.services import RULE_SETS
from portal.orgs.scope import Scope
from portal.rules.services import rules_on
from portal.ui import formats
from residents.models import SpotRound
from residents.spot_figures import fields_of, figures_of, strata_of
from residents.spotchecks.courses import OUTCOMES
from residents.spotchecks.strata import TITLES
from residents.spotchecks.telling import why_not

#: Draws of one unit and stratum from which on the stratum is named.
FEWEST = 5
#: Of a draw: number, unit, stratum, calls and outcome.
Draw = tuple[int, str, str, list[Any], str]


def workbook(
    found: SpotRound, draws: Sequence[Draw], *, number: str, by: Scope, at: datetime
) -> bytes:
    """The workbook of a published round.

    :param draws: in the order of their numbers
    """
    sheets = [_figures(found), _fields(found), _strata(found), _draws(draws)]
    kind = found.get_kind_display()
    return written_sheets(
        [each for each in sheets if each.lines], number=number, by=by, at=at,
        purpose=_("抽查结果"), method=_method(found),
        conditions=[found.committee.name, kind, _("时点 %(day)s") % {"day": found.as_of}],
    )  # fmt: skip


def _figures(found: SpotRound) -> Sheet:
    """The tiles of the page, the first with its interval, and what is estimated from them."""
    columns = [
        ExportColumn("name", _("指标"), "", width=24),
        ExportColumn("value", _("数值"), "", width=14),
        ExportColumn("low", _("95% 区间下限"), "", width=16),
        ExportColumn("high", _("95% 区间上限"), "", width=16),
        ExportColumn("parts", _("说明"), "", width=48),
    ]
    lines = [[tile["name"], tile["value"], "", "", tile["parts"]] for tile in figures_of(found)]
    bounds = [formats.share(found.result.get(key)) for key in ("low", "high")]
    lines[0][2:4] = bounds
    return Sheet(_("结果"), columns, [*lines, *_estimates(found), *_standing(found)])


def _estimates(found: SpotRound) -> list[list[str]]:
    """What the page tells beside the tiles of a round that was no recheck.

    Rounds of earlier years were published without some of it.
    """
    result = found.result
    if found.is_recheck:
        return []
    if not found.is_forward:
        return [
            [_("没有结果的全算错"), formats.share(result.get("all_wrong")), "", "", ""],
            [_("没有结果的全算对"), formats.share(result.get("all_right")), "", "", ""],
        ]  # fmt: skip
    only = _("估计数只作参考，不参与考核")
    known = _("登记 %(n)s 人") % {"n": formats.whole(result.get("registered"))}
    return [
        [_("抽中房屋实住估计（人）"), _one_place(result.get("total")), "", "",
         _("两次登记法，Chapman %(n)s；%(only)s") % {
             "n": _one_place(result.get("chapman")), "only": only}],
        [_("全街道实住人口估计（人）"), formats.whole(result.get("population")), "", "",
         f"{known}；{only}"],
    ]  # fmt: skip


def _one_place(value: float | None) -> str:
    return formats.DASH if value is None else formats.decimal(value, 1)


def _standing(found: SpotRound) -> list[list[str]]:
    """Whether the round counts, and why it does not."""
    if found.is_recheck:
        return [[_("计入指标"), _("不计入"), "", "", _("复查只看两次上门的结果是否一致")]]
    if found.state == "extended":
        return [[_("计入指标"), _("不计入"), "", "", _("误差太大，已补抽，与补抽的一轮合并估计")]]
    said = _("计入") if found.counted else _("不计入")
    return [[_("计入指标"), said, "", "", why_not(found.result)]]


def _fields(found: SpotRound) -> Sheet:
    columns = [
        ExportColumn("title", _("项目"), "", width=20),
        ExportColumn("told", _("本人说了的"), "", form="number", width=12),
        ExportColumn("right", _("相符"), "", form="number", width=12),
        ExportColumn("value", _("相符率"), "", width=12),
        ExportColumn("untold", _("没说或没法比"), "", form="number", width=14),
    ]
    lines = [
        [str(each["title"]), *(_plain(each[key] if each["counts"] else None)
                               for key in ("told", "right")),
         formats.share(each["value"]), _plain(each["untold"])]
        for each in fields_of(found)
    ]  # fmt: skip
    return Sheet(_("各项核对"), columns, lines)


def _strata(found: SpotRound) -> Sheet:
    columns = [
        ExportColumn("title", _("层"), "", width=20),
        ExportColumn("frame", _("抽样框"), "", form="number", width=12),
        ExportColumn("drawn", _("抽取"), "", form="number", width=12),
        ExportColumn("settled", _("有结果"), "", form="number", width=12),
    ]
    return Sheet(_("抽样"), columns, [
        [each["title"], *(_plain(each[key]) for key in ("frame", "drawn", "settled"))]
        for each in strata_of(found)
    ])  # fmt: skip


def _draws(draws: Sequence[Draw]) -> Sheet:
    columns = [
        ExportColumn("number", _("序号"), "", form="number", width=8),
        ExportColumn("unit", _("居（村）委"), "", width=20),
        ExportColumn("stratum", _("层"), "", width=20),
        ExportColumn("visits", _("上门次数"), "", form="number", width=10),
        ExportColumn("outcome", _("结果"), "", width=14),
    ]
    outcomes = dict(OUTCOMES)
    together = Counter((unit, stratum) for _n, unit, stratum, _v, _o in draws)
    lines = [
        [str(number), unit, _stratum(stratum, together[unit, stratum]), str(len(visits)),
         outcomes.get(outcome, _("没有去过"))]
        for number, unit, stratum, visits, outcome in draws
    ]  # fmt: skip
    return Sheet(_("样本"), columns, lines)


def _stratum(key: str, together: int) -> str:
    """A stratum that few draws of a unit share would tell who they are, so it is not named."""
    return TITLES.get(key, key) if together >= FEWEST else _("不足 %(n)s 个") % {"n": FEWEST}


def _plain(count: int | None) -> str:
    return "" if count is None else str(count)


def _method(found: SpotRound) -> Method:
    """Of which night it is, how it was drawn and can be drawn again, and what its rate counts."""
    facts = [
        (_("街道（镇）"), found.committee.name), (_("类别"), found.get_kind_display()),
        (_("上门"), f"{formats.day(found.field_from)}～{formats.day(found.field_to)}"),
        (_("公布"), f"{found.published_by} {formats.day(timezone.localdate(found.published_at))}"),
        (_("种子"), found.seed), (_("抽样框哈希"), found.frame_hash),
        (_("样本"), _("只列序号、单位、层和结果，不列姓名、地址和证件；同一居（村）委同层不足 "
                        "%(n)s 个的不列层") % {"n": FEWEST}),
        (_("区间"), _("95% 置信区间")),
    ]  # fmt: skip
    rules = rules_on(RULE_SETS, found.as_of)
    tables: list[Table] = []
    if not found.is_recheck:
        key = "registration_rate" if found.is_forward else "accuracy_rate"
        tables = [metrics_table([metrics()[key]], Standards(rules)), rules_table(rules.values())]
    return Method(formats.day(found.as_of), facts, tables)
