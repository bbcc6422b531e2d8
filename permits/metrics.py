"""Numbers of residence permits: decided in time, told once what is missing (domain §4.6).

Paper: S-91.
"""

from collections.abc import Callable

from django.db.models import Count, F, Q
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from permits.models import PermitApplication
from permits.querysets import ApplicationQuerySet
from permits.transitions import REFUSED
from portal.metrics.metric import Example, Good, Kind, Metric, Occasion, Part, Source

PERMITS, SEPARATED = "三(三)3", "三(三)5"


def decided(occasion: Occasion) -> Q:
    """Decided in the month."""
    return Q(**occasion.in_month("decided_at__date"))


def noticed(occasion: Occasion) -> Q:
    """Its applicant was told in the month what is missing."""
    return Q(**occasion.in_month("missing_notice_at__date"))


def seen(occasion: Occasion) -> ApplicationQuerySet:
    """Cases of either kind, in one reading."""
    cases = PermitApplication.objects.under(occasion.unit)
    return cases.filter(decided(occasion) | noticed(occasion))


CASES = Source("permit_cases", seen)


def count(*conditions: Callable[[Occasion], Q]) -> Callable[[Occasion], Combinable]:
    """How many cases meet all of some conditions."""

    def counted(occasion: Occasion) -> Combinable:
        such = Q()
        for condition in conditions:
            such &= condition(occasion)
        return Count("id", filter=such)

    return counted


METRICS = [
    Metric(
        key="permit_on_time", title=_("办理时限达标率"), kind=Kind.RATE, number="M-20",
        clause=PERMITS, unit="%", noun=_("件"), good=Good.UP,
        formula=_("办理时限达标率 = 时限内办结的办件 ÷ 本月办结的办件"),
        numerator=Part(
            _("审批时间不晚于办结时限的办件"), CASES,
            count(decided, lambda _o: Q(decided_at__date__lte=F("due_on"))),
        ),
        denominator=Part(_("本月审批的办件"), CASES, count(decided)),
        reason=_("本月无办结的办件"),
        note=_("只有等申请人补正材料时不计时"), example=Example("196", "200", "98"),
    ),
    Metric(
        key="permit_refusal", title=_("不予办理率"), kind=Kind.RATE, number="M-32",
        clause="三(五)3", unit="%", noun=_("件"),
        formula=_("不予办理率 = 不予办理的办件 ÷ 本月办结的办件"),
        numerator=Part(
            _("本月不予办理的办件"), CASES, count(decided, lambda _o: Q(state=REFUSED))
        ),
        denominator=Part(_("本月审批的办件"), CASES, count(decided)),
        reason=_("本月无办结的办件"),
        note=_("只用于检查各处受理是否一视同仁，不参与考核"),
    ),
    Metric(
        key="one_time_notice", title=_("一次告知补齐率"), kind=Kind.RATE, number="M-21",
        clause=PERMITS, unit="%", noun=_("件"), good=Good.UP,
        formula=_("一次告知补齐率 = 一次告知后受理或撤回的办件 ÷ 本月告知补正的办件"),
        numerator=Part(
            _("告知后已受理或申请人撤回的办件"), CASES,
            count(noticed, lambda _o: Q(accepted_at__isnull=False)
                  | Q(withdrawn_at__isnull=False)),
        ),
        denominator=Part(_("本月告知补正的办件"), CASES, count(noticed)),
        reason=_("本月无需补正的办件"),
        note=_("每件只能告知一次"), example=Example("38", "40", "95"),
    ),
    Metric(
        key="endorsement_on_time", title=_("签注按期率"), kind=Kind.RATE, number="M-22",
        clause=PERMITS, unit="%", noun=_("件"), good=Good.UP, target="endorsement_on_time",
        formula=_("签注按期率 = 窗口期内签注的居住证 ÷ 本期应签注的居住证"),
        numerator=Part(_("在签注窗口期内签注的居住证")),
        denominator=Part(_("本期应签注、未注销且持证人未离开的居住证")),
        awaits=_("签注登记尚未启用"), example=Example("450", "500", "90"),
    ),
    Metric(
        key="separation_registration", title=_("人户分离登记率"), kind=Kind.RATE, number="M-23",
        clause=SEPARATED, unit="%", noun=_("人"), good=Good.UP,
        formula=_("人户分离登记率 = 有有效人户分离登记的人员 ÷ 人户分离（居住地）人员"),
        numerator=Part(_("有有效人户分离登记的人员")),
        denominator=Part(_("人户分离（居住地）的实有人口，按抽查校正")),
        awaits=_("人户分离登记尚未启用"), example=Example("1260", "1500", "84"),
    ),
    Metric(
        key="work_history_compared", title=_("比对完成率"), kind=Kind.RATE, number="M-24",
        clause="三(三)4", unit="%", noun=_("件"), good=Good.UP,
        formula=_("比对完成率 = 完成就业比对、不一致的已听取本人说明的登记 ÷ 应比对的登记"),
        numerator=Part(_("完成比对的灵活就业登记")), denominator=Part(_("应比对的灵活就业登记")),
        awaits=_("灵活就业登记尚未启用"), example=Example("95", "100", "95"),
    ),
    Metric(
        key="service_fulfilment", title=_("服务满足率"), kind=Kind.RATE, number="M-36",
        clause="三(三)4", unit="%", noun=_("件"), good=Good.UP,
        formula=_("服务满足率 = 已办或依法转办的服务申请 ÷ 服务申请"),
        numerator=Part(_("已办或依法转办的服务申请")), denominator=Part(_("服务申请")),
        awaits=_("公共服务申请尚未启用"), example=Example("188", "200", "94"),
    ),
]  # fmt: skip
