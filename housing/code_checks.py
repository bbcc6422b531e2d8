"""The monthly list of what is wrong with house codes (房屋编码月度例外清单), fixed with the close.

A list says how codes stood at the end of a month, as the register told at its close; it never
changes. What became of a line since is read from the dwelling or the request beside it.

Paper: S-81.
"""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from portal.metrics.models import MetricRun, RunState
from portal.orgs.records import CommitteeRecord, ScopedQuerySet

RULE = "code_exceptions"


class CodeCheckQuerySet(ScopedQuerySet["CodeCheck"]):
    def published(self) -> Self:
        return self.filter(run__state=RunState.PUBLISHED)


class CodeCheck(CommitteeRecord):
    """That a committee's list of a month was made, also where it came out empty."""

    run = models.ForeignKey(MetricRun, models.CASCADE, related_name="+")
    month = models.DateField("月份")
    dwellings = models.PositiveIntegerField("在册房屋")
    exceptions = models.PositiveIntegerField("例外")

    objects = CodeCheckQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"run_id", "month", "dwellings", "exceptions"}

    class Meta:
        verbose_name = "房屋编码月度核对"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "committee"], name="housing_code_check_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.committee_id} {self.month:%Y-%m}"


class CodeExceptionQuerySet(ScopedQuerySet["CodeException"]):
    def published(self) -> Self:
        return self.filter(run__state=RunState.PUBLISHED)

    def mended(self) -> Self:
        """Lines whose dwelling or request is in order by now."""
        return self.filter(MENDED)

    def still_open(self) -> Self:
        return self.exclude(pk__in=self.mended().values("pk"))


class CodeException(CommitteeRecord):
    """One line of a month's list.

    `since` is the day from which it stood so, `days` how many that is to the month's end; `code` is
    the code that the dwelling had then. Neither key holds its row fast: a dwelling that an import
    took back leaves its line behind.
    """

    class Kind(models.TextChoices):
        MISSING = "missing", "超期未赋码"
        PROVISIONAL = "provisional", "临时码超期"
        INVALID = "invalid", "格式或校验码不符"
        RETIRED = "retired", "与停用房屋同码"
        LATE = "late", "申请超期未审批"

    run = models.ForeignKey(MetricRun, models.CASCADE, related_name="+")
    month = models.DateField("月份")
    kind = models.CharField("例外", max_length=12, choices=Kind)
    dwelling = models.ForeignKey(
        "housing.DwellingUnit", models.DO_NOTHING, null=True, blank=True, db_constraint=False,
        db_index=False, related_name="+", verbose_name="房屋",
    )  # fmt: skip
    request = models.ForeignKey(
        "housing.HouseCodeRequest", models.DO_NOTHING, null=True, blank=True, db_constraint=False,
        db_index=False, related_name="+", verbose_name="申请",
    )  # fmt: skip
    place = models.CharField("地址", max_length=160)
    sort_key = models.CharField(max_length=200, db_collation="C")
    code = models.CharField("当时编码", max_length=40, blank=True)
    since = models.DateField("起始日期")
    days = models.PositiveIntegerField("至月末持续天数")
    detail = models.CharField("说明", max_length=200, blank=True)

    objects = CodeExceptionQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"place", "detail"}
        plain: ClassVar[set[str]] = {
            "run_id", "month", "kind", "dwelling_id", "request_id", "sort_key", "code", "since",
            "days",
        }  # fmt: skip

    class Meta:
        verbose_name = "房屋编码例外"
        indexes = [
            # a month's list of a committee, a street and the district in address order (keyset)
            models.Index(
                fields=["committee", "month", "sort_key", "id"], name="housing_exceptions_committee"
            ),
            models.Index(
                fields=["street_id", "month", "sort_key", "id"], name="housing_exceptions_street"
            ),
            models.Index(
                fields=["month", "sort_key", "id"], include=["committee"],
                name="housing_exceptions_district",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.place}"


#: In order by now: coded, put right, off the frame, or decided on.
MENDED = (
    Q(kind="late") & ~Q(request__state="waiting")
    | Q(kind__in=["missing", "provisional"], dwelling__code_state="final")
    | Q(kind__in=["invalid", "retired"]) & ~Q(dwelling__house_code=F("code"))
    | ~Q(kind="late") & ~Q(dwelling__status="active")
)
