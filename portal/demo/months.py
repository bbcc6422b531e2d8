"""The population of the demonstration's closed months, counted from the register as it is."""

from functools import partial
from uuid import UUID

from django.db import transaction

from housing import closing as housing
from portal.demo.hands import Hands
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
#: Of how many months there are lists of house codes.
LISTS = 3


def count_months(by: Scope, hands: Hands = map) -> dict[str, int]:
    """Keep cells and shown counts for the latest closes; returns rows by table.

    :param hands: does the months one after the other, or some at once in processes of their own
    """
    with acting(by):
        allow_work(clockwork=True)
        is_small = Residence.objects.count() < FEW
        closes = MetricRun.objects.closes().order_by("-as_of").values_list("pk", flat=True)
        latest = list(closes[: MONTHS if is_small else MONTHS_OF_MANY])
    kept = list(hands(partial(_count, by), latest))
    return {
        PopulationCell._meta.label: sum(cells for cells, _counts in kept),
        ShownCount._meta.label: sum(counts for _cells, counts in kept),
    }


def list_months(by: Scope) -> int:
    """Write the lists of house codes of the latest closes; returns how many committees' there are.

    After the staff's work, so that their requests are among the lines.
    """
    with acting(by):
        closes = list(MetricRun.objects.closes().order_by("-as_of")[:LISTS])
    made = 0
    for run in closes:
        with acting(by), transaction.atomic():
            allow_work(clockwork=True)
            housing.keep(run=run, unit=run.unit_id)
            made += housing.finish(run=run)
    return made


def _count(by: Scope, close: UUID) -> tuple[int, int]:
    with acting(by), transaction.atomic():
        allow_work(clockwork=True)
        run = MetricRun.objects.get(pk=close)
        return services.keep(run=run, unit=run.unit_id), services.finish(run=run)
