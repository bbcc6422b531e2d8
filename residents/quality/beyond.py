"""Rules that other rows decide as well: duplicates, people without a home, clicks by the dozen."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    Count,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    Subquery,
    UUIDField,
    Value,
    Window,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Abs, Cast, Concat, DenseRank, TruncHour
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.metrics.models import MetricRun, MetricValue
from portal.quality.rule import About, Inspection, QualityRule, Severity
from residents.haste import AN_HOUR, key_of_hour
from residents.haste import RULE as HASTE
from residents.models import Residence, Resident, Verification
from residents.quality.frames import PEOPLE, Offenders, residing, told, words
from residents.querysets import ResidentQuerySet

#: A number that more people give than this is nobody's own (DQ-25).
SHARED_BY = 8
WEEK = timedelta(days=7)
#: A committee's people do not change by so much in a week (DQ-27); below a few, chance decides.
JUMP, FEW = Decimal("0.1"), 50
PHONE = [F("resident__phone_index")]
NOWHERE = Cast(Value(None), UUIDField())


def is_there(rows: Any) -> Subquery:
    """True where one of `rows` is there: by their index, for the few rows that are asked.

    An EXISTS may be turned round into a table of all `rows`; this cannot.
    """
    return Subquery(rows.values(found=Value(True))[:1], output_field=BooleanField())


def looks_like_another(_inspection: Inspection) -> Q:
    """No number, and the committee has somebody of that name, sex and birth date besides."""
    others = (
        Residence.objects.actual()
        .filter(
            committee_id=OuterRef("committee_id"),
            name_key=OuterRef("name_key"),
            name=OuterRef("name"),
            birth_date=OuterRef("birth_date"),
            sex=OuterRef("sex"),
        )
        .exclude(resident_id=OuterRef("resident_id"))
    )
    return Q(id_mask="") & Q(Func(is_there(others), template="(%(expressions)s) IS TRUE",
                                  output_field=BooleanField()))  # fmt: skip


def separated_at_home(_inspection: Inspection) -> Q:
    """Separated from the hukou (12), which is in this very committee (an open episode A)."""
    hukou = Residence.objects.filter(
        status="active", kind=Residence.Kind.HUKOU_ABSENT,
        resident_id=OuterRef("resident_id"), committee_id=OuterRef("committee_id"),
    )  # fmt: skip
    return Q(category="12") & Q(Func(is_there(hukou), template="(%(expressions)s) IS TRUE",
                                     output_field=BooleanField()))  # fmt: skip


def homeless(inspection: Inspection) -> Offenders:
    """People who are alive and never had an episode that stands."""
    episodes = Residence.objects.filter(resident_id=OuterRef("pk")).exclude(status="void")
    # keys alone are in indexes of both tables: of neither all rows are read to find the few
    lost = Resident.objects.by_committees(inspection.unit).filter(~Exists(episodes))
    return Resident.objects.living().filter(pk__in=lost.values("pk")).annotate(
        dwelling_id=NOWHERE, residence_id=NOWHERE, object_id=F("id"), subject=F("name"),
        place=Value(""), detail=Value(_("有人员记录，没有居住登记")),
    )  # fmt: skip


def sharing_a_phone(inspection: Inspection) -> Offenders:
    """People whose number is given by many more, in more than one household."""
    held = Resident.objects.under(inspection.unit).filter(phone_index__isnull=False)
    # those of the dead as well are counted first, which an index of the numbers does by itself
    often = given_by_many(held)
    shared = given_by_many(held.living().filter(phone_index__in=often))
    together = residing(inspection).filter(resident__phone_index__in=shared)
    counted = together.annotate(
        people=Window(Count("id"), partition_by=PHONE),
        # how many different ones: an ordinal from below and one from above
        homes=Window(DenseRank(), partition_by=PHONE, order_by=F("dwelling_id").asc())
        + Window(DenseRank(), partition_by=PHONE, order_by=F("dwelling_id").desc()) - 1,
    ).filter(homes__gt=1)  # fmt: skip
    found = told(counted, words(F("phone_mask"), _(" 有 "), F("people"), _(" 人登记，分在 "),
                                F("homes"), _(" 套房屋")))  # fmt: skip
    # of two columns that are the same expression Django would leave one out here
    apart: Offenders = found.annotate(object_id=Cast("id", UUIDField()))
    return apart


def given_by_many(people: ResidentQuerySet) -> Offenders:
    """The numbers that more of these people give than one number should be given by."""
    counted = people.order_by().values("phone_index").annotate(people=Count("*"))
    numbers: Offenders = counted.filter(people__gt=SHARED_BY).values("phone_index")
    return numbers


def hasty(inspection: Inspection) -> Offenders:
    """Hours of the week in which one clerk found more dwellings unchanged than can be seen.

    What is told of an hour does not change when it is over: an exception to it stands as long as
    it was given for.
    """
    made = Verification.objects.under(inspection.unit).filter(
        at__gte=midnight(inspection.day - WEEK),
        at__lt=midnight(inspection.day + timedelta(days=1)),
        outcome=Verification.Outcome.UNCHANGED, user_id__isnull=False,
    )  # fmt: skip
    return (
        made.order_by()
        .annotate(hour=TruncHour("at"))
        .values("committee_id", "user_id", "by_name", "hour")
        .annotate(homes=Count("dwelling_id", distinct=True))
        .filter(homes__gt=AN_HOUR)
        .annotate(
            as_dwelling_id=NOWHERE, as_residence_id=NOWHERE,
            object_id=key_of_hour(F("hour")),
            subject=F("by_name"), place=Value(""),
            detail=words(
                local(F("hour")), _(" 时起一小时核实 "), F("homes"), _(" 套无变化，平均 "),
                Value(3600) / F("homes"), _(" 秒一套"),
            ),
        )
    )  # fmt: skip


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def local(hour: Combinable) -> Combinable:
    """An hour in words; `TruncHour` gives it as the clock on the wall shows it."""
    return Func(hour, template="to_char(%(expressions)s, 'MM-DD HH24')", output_field=CharField())


def key_of(*columns: str) -> Combinable:
    """A key for something that is no row: the same whenever it is found again."""
    whole = Concat(Value(""), *(Cast(F(each), CharField()) for each in columns))
    return Func(whole, template="md5(%(expressions)s)::uuid", output_field=UUIDField())


def jumping(inspection: Inspection) -> Offenders:
    """Committees whose snapshots of a week apart differ by more than a tenth."""
    last = MetricRun.objects.snapshots().filter(as_of__lte=inspection.day).order_by("-as_of")
    earlier = MetricRun.objects.kept().filter(as_of__lte=Subquery(last.values("as_of")[:1]) - WEEK)
    then = MetricValue.objects.filter(
        run=Subquery(earlier.values("pk")[:1]),
        metric="actual_population", committee_id=OuterRef("committee_id"),
    )  # fmt: skip
    now = MetricValue.objects.under(inspection.unit).filter(
        run=Subquery(last.values("pk")[:1]), metric="actual_population"
    )
    return (
        now.annotate(before=Subquery(then.values("numerator")[:1]))
        .filter(before__gte=FEW)
        .annotate(moved=Abs(F("numerator") - F("before")))
        .filter(moved__gt=F("before") * JUMP)
        .annotate(
            dwelling_id=NOWHERE, residence_id=NOWHERE, object_id=key_of("committee_id"),
            subject=F("committee__short_name"), place=Value(""),
            detail=words(_("一周前 "), whole_number(F("before")), _(" 人，现在 "),
                         whole_number(F("numerator")), _(" 人")),
        )
    )  # fmt: skip


def whole_number(column: Combinable) -> Combinable:
    return Cast(column, BigIntegerField())


L = gettext_lazy
RULES = [
    QualityRule(
        key="R-040", number="DQ-04", title=L("疑似重复登记"), severity=Severity.SHOULD,
        about=About.PEOPLE, frame=PEOPLE, when=looks_like_another, wide=True,
        field="document_number", act=L("去核对"),
        detail=lambda _i: Value(_("没有证件号，本居委另有姓名、性别、出生日期相同的人")),
        why=L("没有证件号时，同名、同性别、同日出生的两条登记很可能是同一个人。"),
        mend=L("核对证件：同一个人的合并登记，不是的补录证件号。"), hurts=L("唯一率"),
    ),
    QualityRule(
        key="R-050", number="DQ-05", title=L("人员没有居住登记"), severity=Severity.MUST,
        about=About.PEOPLE, query=homeless, wide=True, opens="residents:person", act=L("去查看"),
        why=L("有人员记录而没有居住登记，既不计入人口，也没有人会去核实。"),
        mend=L("住在辖区的补登居住登记；误建的更正或合并。"), hurts=L("准确率"),
    ),
    QualityRule(
        key="R-230", number="DQ-23", title=L("人户分离登记在户籍所在居委"),
        severity=Severity.SHOULD, about=About.PEOPLE, frame=PEOPLE, when=separated_at_home,
        wide=True, field="category", act=L("去核对"),
        detail=lambda _i: Value(_("登记为人户分离，户籍却就在本居委")),
        why=L("户籍和居住在同一居委的不是人户分离，按分离办理会办错居住登记。"),
        mend=L("核对户籍地址：同一居委的改为人户一致，并注销户在人不在的登记。"),
        hurts=L("一致率"),
    ),
    QualityRule(
        key="R-250", number="DQ-25", title=L("一个手机多户共用"), severity=Severity.NOTE,
        about=About.PEOPLE, query=sharing_a_phone, wide=True, across=True, field="phone",
        act=L("去核对"),
        why=L("超过 8 人、分在多户共用一个手机，多半是中介或代填的号码，通知送不到本人。"),
        mend=L("询问本人后改为本人手机；确为家人代收的，在备注写明。"), hurts=L("准确率"),
    ),
    QualityRule(
        key=HASTE, number="DQ-26", title=L("一小时内核实过多"), severity=Severity.SHOULD,
        about=About.PEOPLE, query=hasty, wide=True, opens="residents:list", keyed=False,
        narrowed="actual=1&hasty=1", act=L("去重新核实"),
        why=L("核实要有见面或通话。一人一小时“核实无变化”超过 30 套，不可能逐户看过，鲜活度不算。"),
        mend=L("由居委负责人抽几户复核，没有核实的重新核实，之后照算；确有批量依据的，向街道（镇）申请无误。"),
        hurts=L("鲜活度"),
    ),
    QualityRule(
        key="R-270", number="DQ-27", title=L("实有人口一周变动超过 10%"),
        severity=Severity.SHOULD, about=About.PEOPLE, query=jumping, wide=True,
        opens="residents:list", keyed=False, act=L("去查看"),
        why=L("相隔一周的两次快照相差一成以上，多半是重复导入、误注销，或集中整治的结果。"),
        mend=L("核对近一周的导入和注销；确有专项行动的，向街道（镇）说明。"), hurts=L("准确率"),
    ),
]  # fmt: skip
