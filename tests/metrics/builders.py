"""Numbers for the tests: people made through the services, runs worked as the worker does."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from housing.leases import Lease
from portal.jobs import services as ledger
from portal.metrics import services
from portal.metrics.models import MetricRun, MetricValue, RunKind
from portal.orgs import posts
from portal.orgs.acting import acting
from residents.models import Residence, Resident
from staffing.models import Collector
from tests.cast import DISTRICT, STREET
from tests.residents import builders as register

#: The clock's scopes: the whole district, and one street where a test needs no more.
SYSTEM = posts.system_scope(DISTRICT, "普陀区")
CLOCK = posts.system_scope(STREET, "曹杨新村街道")


def people(scope, count, *, address="棠浦路988弄6号", start=1, dwellings=None, **told):
    """So many people on the register of the acting committee, each in a dwelling of its own."""
    dwellings = dwellings or register.home(scope, address, floors=4, per_floor=4)
    return [
        register.register(
            scope,
            dwellings[place % len(dwellings)],
            name=f"王{register.SURNAMES[place % 20]}",
            document_number=register.number(sequence=start + place),
            phone=str(15_012_340_000 + start + place),
            **told,
        )
        for place in range(count)
    ]


#: Columns of the person that the episode holds a copy of.
COPIED = {"name", "birth_date", "sex", "id_mask", "phone_mask", "origin", "category"}


def altered(scope, episode, **columns):
    """As if the register held these values."""
    copies = {name: value for name, value in columns.items() if name in COPIED}
    with acting(scope):
        Residence.objects.filter(pk=episode.pk).update(**columns)
        if copies:
            Resident.objects.filter(pk=episode.resident_id).update(**copies)


def verified(scope, episode, days_ago, *, cycle=90):
    day = timezone.localdate() - timedelta(days=days_ago)
    altered(scope, episode, verified_on=day, due_on=day + timedelta(days=cycle))


def collector(scope, fte="1", number=1, status="appointed"):
    day = timezone.localdate() - timedelta(days=100)
    with acting(scope):
        return Collector.objects.create(
            committee_id=scope.unit, staff_no=f"CJ-{number:04d}", name="顾小满",
            employment_type="public_post", fte=Decimal(fte), status=status, status_since=day,
            trained_on=day, appointed_on=day, confidentiality_signed_on=day,
        )  # fmt: skip


def leased(scope, dwelling, **told):
    """A lease of the dwelling as the register holds it, whatever its days."""
    now = timezone.now()
    with acting(scope):
        return Lease.objects.create(
            committee_id=scope.unit, dwelling_id=dwelling.pk, address="棠浦路988弄6号",
            landlord="沈守拙", lessee="李慕白", file_by=told["starts_on"] + timedelta(days=30),
            created_at=now, created_by="周敏", updated_at=now, updated_by="周敏", **told,
        )  # fmt: skip


def computed(kind=RunKind.PREVIEW, *, day=None, scope=CLOCK, at=None):
    """A run asked for, worked and published, as the clock does it."""
    run = asked(kind, day=day, scope=scope, at=at)
    if run is not None:
        ledger.work(run.job_id, scope.unit)
        run = MetricRun.objects.get(pk=run.pk)
    return run


def asked(kind=RunKind.PREVIEW, *, day=None, scope=CLOCK, at=None):
    """A run that nobody has worked yet."""
    with acting(scope):
        return services.request_run(
            kind=kind, unit=scope.unit, as_of=day or timezone.localdate(), by=scope,
            at=at or timezone.now(),
        )  # fmt: skip


def parts(metric, *, scope=CLOCK, unit=None, run=None):
    """Sums of numerator and denominator that published runs hold."""
    from django.db.models import Sum

    with acting(scope):
        values = MetricValue.objects.under(unit or scope.unit).filter(metric=metric)
        values = values.filter(run=run) if run else values.filter(run__state="published")
        found = values.aggregate(top=Sum("numerator"), bottom=Sum("denominator"))
    return found["top"], found["bottom"]


def value(metric, **where):
    """The value of a metric as a dashboard would show it, not rounded."""
    from portal.metrics.registry import metrics

    return metrics()[metric].value(*parts(metric, **where))
