"""The population of the demonstration's closed months, counted from the register as it is."""

from django.db import transaction

from portal.metrics.models import MetricRun
from portal.orgs.acting import acting
from portal.orgs.limits import allow_work
from portal.orgs.scope import Scope
from portal.statistics import services
from portal.statistics.models import PopulationCell, ShownCount
from residents.models import Residence

#: How many months a small district looks back, and one of more people than `FEW`.
MONTHS, MONTHS_OF_MANY = 6, 2
FEW = 100_000


def count_months(by: Scope) -> dict[str, int]:
    """Keep cells and shown counts for the latest closes; returns rows by table."""
    cells = counts = 0
    with acting(by):
        allow_work(clockwork=True)
        is_small = Residence.objects.count() < FEW
        closes = MetricRun.objects.closes().order_by("-as_of")
        for run in closes[: MONTHS if is_small else MONTHS_OF_MANY]:
            with transaction.atomic():
                cells += services.keep(run=run, unit=run.unit_id)
                counts += services.finish(run=run)
    return {PopulationCell._meta.label: cells, ShownCount._meta.label: counts}
