"""Numbers of how promptly changes reach the register: moves in and out, leads, corrections.

They count what was done in the month up to the day (domain §4.6). Paper: S-64, S-73.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from portal.metrics.metric import Example, Good, Kind, Metric, Occasion, Part, Source
from residents.corrections import CorrectionRequest
from residents.discovery import CONFIRMED
from residents.leads import Lead
from residents.metrics import RESIDENCES, registered
from residents.models import Residence

#: Two machines' clocks may differ by so much, and a key is older than its row's commit.
A_WHILE = timedelta(minutes=2)
TASK_1, FORCES = "三(三)1", "三(二)3"


def ended(occasion: Occasion) -> Q:
    return Q(status="ended", **occasion.in_month("cancelled_on"))


def closed_leads(occasion: Occasion) -> "QuerySet[Lead]":
    """Leads closed in the month, those about one change told twice excepted."""
    rows = Lead.objects.under(occasion.unit).filter(**occasion.in_month("closed_at__date"))
    return rows.exclude(result=Lead.Result.DUPLICATE)


def due_visits(occasion: Occasion) -> "QuerySet[Lead]":
    """Leads for which somebody had to be there in the month."""
    return Lead.objects.under(occasion.unit).filter(**occasion.in_month("visit_due_on"))


def due_answers(occasion: Occasion) -> "QuerySet[CorrectionRequest]":
    """Requests of residents about their data that had to be answered in the month."""
    return CorrectionRequest.objects.under(occasion.unit).filter(**occasion.in_month("due_on"))


def moved_between_streets(since: datetime) -> bool:
    """Whether anybody has an episode that was written since, and an ended one in another street.

    Keys sort by the time of their making, so that few episodes are looked at.
    """
    elsewhere = Residence.objects.filter(resident_id=OuterRef("resident_id"), status="ended")
    fresh = Residence.objects.filter(pk__gte=first_key(since - A_WHILE)).exclude(status="void")
    return fresh.filter(Exists(elsewhere.exclude(street_id=OuterRef("street_id")))).exists()


def first_key(moment: datetime) -> uuid.UUID:
    """The least key (UUID version 7) that can have been made at a moment."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)


CLOSED_LEADS = Source("closed_leads", closed_leads)
DUE_VISITS = Source("due_visits", due_visits)
DUE_ANSWERS = Source("due_answers", due_answers)


def every(_occasion: Occasion) -> Combinable:
    return Count("id")


def those(which: Callable[[Occasion], Q]) -> Callable[[Occasion], Combinable]:
    return lambda occasion: Count("id", filter=which(occasion))


def promptly(
    which: Callable[[Occasion], Q], *, done: str, since: str
) -> Callable[[Occasion], Combinable]:
    """Such moves whose day `done` is at most the registration deadline after the day `since`."""

    def count(occasion: Occasion) -> Combinable:
        days: int = occasion.rules["registration_deadline"]["days"]
        in_time = Q(**{f"{done}__lte": F(since) + timedelta(days=days)})
        return Count("id", filter=which(occasion) & in_time)

    return count


def counted(*, by: Q) -> Callable[[Occasion], Combinable]:
    return those(lambda _occasion: by)


METRICS = [
    Metric(
        key="registration_timeliness", title=_("登记及时率"), kind=Kind.RATE, number="M-08",
        clause=TASK_1, unit="%", noun=_("条"), good=Good.UP,
        formula=_("登记及时率 = 入住后在时限内登记的居住段 ÷ 本月登记的居住段"),
        numerator=Part(
            _("登记日期不晚于入住日期加登记时限的居住段"), RESIDENCES,
            promptly(registered, done="registered_on", since="begin_on"),
        ),
        denominator=Part(_("本月登记的居住段，含已离开的"), RESIDENCES, those(registered)),
        reason=_("本月无登记"),
        note=_("时限见规则“登记、注销时限”"),
        example=Example("7", "10", "70"),
    ),
    Metric(
        key="cancellation_timeliness", title=_("注销及时率"), kind=Kind.RATE, number="M-09",
        clause=TASK_1, unit="%", noun=_("条"), good=Good.UP,
        formula=_("注销及时率 = 离开后在时限内注销的居住段 ÷ 本月注销的居住段"),
        numerator=Part(
            _("注销日期不晚于离开日期加注销时限的居住段"), RESIDENCES,
            promptly(ended, done="cancelled_on", since="end_on"),
        ),
        denominator=Part(_("本月注销的居住段，作废的不计"), RESIDENCES, those(ended)),
        reason=_("本月无注销"),
        note=_("时限见规则“登记、注销时限”"),
        example=Example("42", "50", "84"),
    ),
    Metric(
        key="lead_yield", title=_("线索核实率"), kind=Kind.RATE, number="M-29", clause=FORCES,
        unit="%", noun=_("条"),
        formula=_("线索核实率 = 核实为真实变动的线索 ÷ 本月办结的线索"),
        numerator=Part(
            _("结果为确认新增、变更或注销的线索"), CLOSED_LEADS,
            counted(by=Q(result__in=CONFIRMED)),
        ),
        denominator=Part(_("本月办结的线索，重复的不计"), CLOSED_LEADS, every),
        reason=_("本月无办结的线索"),
        note=_("看线索渠道好不好用，不评价报线索的人"),
        example=Example("210", "300", "70"),
    ),
    Metric(
        key="lead_visits_on_time", title=_("线索上门及时率"), kind=Kind.RATE, number="M-29",
        clause=FORCES, unit="%", noun=_("条"), good=Good.UP,
        formula=_("线索上门及时率 = 按期上门的线索 ÷ 本月应上门的线索"),
        numerator=Part(
            _("上门日期不晚于上门期限的线索"), DUE_VISITS,
            counted(by=Q(visited_on__lte=F("visit_due_on"))),
        ),
        denominator=Part(_("上门期限在本月、到统计日为止的线索"), DUE_VISITS, every),
        reason=_("本月无应上门的线索"),
    ),
    Metric(
        key="correction_on_time", title=_("更正及时率"), kind=Kind.RATE, number="M-31",
        clause=TASK_1, unit="%", noun=_("件"), good=Good.UP,
        formula=_("更正及时率 = 按期答复的申请 ÷ 本月应答复的申请"),
        numerator=Part(
            _("答复时间不晚于答复期限的申请"), DUE_ANSWERS,
            counted(by=Q(decided_at__date__lte=F("due_on"))),
        ),
        denominator=Part(_("答复期限在本月、到统计日为止的申请"), DUE_ANSWERS, every),
        reason=_("本月无应答复的申请"),
        note=_("个人信息保护法第五十条：居民的申请应及时受理和处理"),
        example=Example("19", "20", "95"),
    ),
    Metric(
        key="corrections_granted", title=_("更正采纳率"), kind=Kind.RATE, number="M-31",
        clause=TASK_1, unit="%", noun=_("件"),
        formula=_("更正采纳率 = 答复为同意的申请 ÷ 本月应答复并已答复的申请"),
        numerator=Part(_("答复为同意的申请"), DUE_ANSWERS, counted(by=Q(result="granted"))),
        denominator=Part(
            _("已答复的申请"), DUE_ANSWERS, counted(by=~Q(result="")),
        ),
        reason=_("本月无已答复的申请"),
        note=_("采纳多说明登记有错，少不说明没错，只供了解"),
    ),
]  # fmt: skip
