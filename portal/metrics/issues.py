"""Numbers of open data quality issues, so that a snapshot remembers their stock (S-68)."""

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from portal.metrics.metric import Good, Kind, ListLink, Metric, Occasion, Part, Source, Text
from portal.quality.models import DataQualityIssue, IssueQuerySet


def open_issues(occasion: Occasion) -> IssueQuerySet:
    return DataQualityIssue.objects.under(occasion.unit).open()


ISSUES = Source("issues", open_issues, after_all=True)


def stock(key: str, title: Text, severity: str) -> Metric:
    return Metric(
        key=key, title=title, kind=Kind.COUNT, number="DQ", clause="三(三)1", unit=_("项"),
        noun=_("项"), decimals=0, good=Good.DOWN,
        formula=_("质量规则现在还能查出的问题数"),
        numerator=Part(
            title, ISSUES, lambda _occasion: Count("id", filter=Q(severity=severity)),
            ListLink("quality:list", f"severity={severity}"),
        ),
    )  # fmt: skip


METRICS = [
    stock("issues_must", _("必改问题"), "must"),
    stock("issues_should", _("应改问题"), "should"),
    stock("issues_note", _("提醒"), "note"),
]
