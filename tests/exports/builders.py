"""Exports for tests: limits small enough for a handful of people, asked for and agreed to."""

import csv
import io

from django.utils import timezone

from portal.exchange.exports import services
from portal.exchange.exports.kinds import export_kinds
from portal.exchange.exports.services.asking import Asked
from portal.exchange.models import ExportRequest
from portal.jobs import services as jobs
from portal.orgs.acting import acting
from portal.rules.services import defaults, revise
from tests.residents.builders import home, number, register

NAMES = ("王巧云", "万志强", "石思源", "贾宝山")


def limits(by, **changes):
    """From today on the tiers end at other numbers of rows."""
    default = next(rule for rule in defaults() if rule.code == "export_tiers")
    revise(
        code="export_tiers", parameters=default.parameters | changes,
        effective_from=timezone.localdate(), basis="测试用界限", by=by, at=timezone.now(),
    )  # fmt: skip


def four_people(scope):
    """Four people in four homes of one committee."""
    homes = home(scope)
    return [
        register(scope, homes[place], name=name, document_number=number(sequence=place + 2),
                 phone=f"150123466{place:02d}")
        for place, name in enumerate(NAMES)
    ]  # fmt: skip


def asked(by, *, query="", file_format="csv", kind="residents", reason="季度入户核对用"):
    """A request, as the page would write it."""
    with acting(by):
        return services.ask_export(
            asked=Asked(export_kinds()[kind], query, (), file_format, "月度核对", reason),
            by=by, at=timezone.now(),
        )  # fmt: skip


def said(export, by, *, agreed=True, reason="", at=None):
    """An approver's word."""
    with acting(by):
        return services.decide(
            export_id=export.pk, agreed=agreed, reason=reason, by=by, at=at or timezone.now()
        )


def made(export):
    """The worker has done what waits for it."""
    jobs.work(export.job_id, export.committee_id)
    return now(export)


def now(export):
    """The request as it is now, seen from its own unit."""
    with acting(jobs.posts.system_scope(export.committee_id, "")):
        return ExportRequest.objects.get(pk=export.pk)


def taken(export, by, *, link=None, at=None):
    """The file's bytes."""
    with acting(by):
        _, content = services.take_out(
            export_id=export.pk, link=link or export.link, by=by, at=at or timezone.now()
        )
    with content:
        return content.read()


def rows_of(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
