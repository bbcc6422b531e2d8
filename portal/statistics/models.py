"""The population of each month's end in cells, and the counts of it that may be shown.

Paper: S-18, S-110, S-115.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from portal.metrics.models import MetricRun
from portal.orgs.records import CommitteeRecord, ScopedQuerySet


class PopulationCell(CommitteeRecord):
    """Actual population of a committee at a month's end with the same five features.

    Of category 13, which is none of it, those whose hukou is here and who live elsewhere. `month`
    is its first day; `age_from` the lowest age of a band of five years. `arrived` and `left` began
    and ended to live here within the month. Nothing is shown of these cells but what
    `ShownCount` holds.
    """

    run = models.ForeignKey(MetricRun, models.CASCADE, related_name="+")
    month = models.DateField("月份")
    category = models.CharField("人口类别", max_length=2)
    age_from = models.PositiveSmallIntegerField("年龄段")
    sex = models.CharField("性别", max_length=1)
    occupancy = models.CharField("居住状态", max_length=1)
    people = models.PositiveIntegerField("实有人口")
    arrived = models.PositiveIntegerField("迁入")
    left = models.PositiveIntegerField("迁出")

    objects = ScopedQuerySet["PopulationCell"].as_manager()

    class PersonalData:
        # a cell may hold a single person
        personal: ClassVar[set[str]] = {
            "category", "age_from", "sex", "occupancy", "people", "arrived", "left",
        }  # fmt: skip
        plain: ClassVar[set[str]] = {"run_id", "month"}

    class Meta:
        verbose_name = "月末人口"

    def __str__(self) -> str:
        return f"{self.committee_id} {self.month:%Y-%m}"


class Measure(models.TextChoices):
    PEOPLE = "people", "月末实有人口"
    ARRIVED = "arrived", "本月迁入"
    LEFT = "left", "本月迁出"
    HUKOU = "hukou", "月末户籍人口"


class ShownCount(CommitteeRecord):
    """One count of a month that may be shown; what is not here is hidden (`suppression`).

    `first` and `second` name the features it is about, in alphabetical order, blank for none. The
    unit may be a committee, a street or the district.
    """

    run = models.ForeignKey(MetricRun, models.CASCADE, related_name="+")
    month = models.DateField("月份")
    measure = models.CharField("数量", max_length=8, choices=Measure)
    first = models.CharField(max_length=10, blank=True)
    first_value = models.CharField(max_length=3, blank=True)
    second = models.CharField(max_length=10, blank=True)
    second_value = models.CharField(max_length=3, blank=True)
    people = models.PositiveIntegerField("人数")

    objects = ScopedQuerySet["ShownCount"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "run_id", "month", "measure", "first", "first_value", "second", "second_value",
            "people",
        }  # fmt: skip

    class Meta:
        verbose_name = "可公布的人数"
        constraints = [
            models.UniqueConstraint(
                # in the order in which a table is read: a unit's counts of two features by month
                fields=["committee", "month", "measure", "first", "second", "first_value",
                        "second_value", "run"],
                name="statistics_count_once",
            ),
            models.CheckConstraint(
                condition=Q(first="", second="", first_value="", second_value="")
                | (~Q(first="") & ~Q(first_value="")),
                name="statistics_values_of_features",
                violation_error_message="特征与取值应同时填写",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.committee_id} {self.month:%Y-%m} {self.first_value}{self.second_value}"
