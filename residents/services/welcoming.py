"""Welcoming people who came to Shanghai: a sheet handed over, noted once (S-117)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from portal.audit.record import record
from portal.jobs.many import Done, for_each
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.records import new_id
from portal.orgs.scope import Scope
from portal.rules.services import rule_on
from residents.models import NewcomerService, Residence, Resident
from residents.newcomers import INCOMER, RULE
from residents.services.changing import today_of
from residents.services.errors import UnableToFollowUp


@transaction.atomic
def welcome_newcomer(
    *, resident_id: Any, handed_on: date, form: str, language: str, by: Scope, at: datetime
) -> NewcomerService:
    """Note that the sheet was handed over, in the edition of that day.

    :raises UnableToFollowUp: no newcomer, a day to come, or noted already
    :raises NotAllowed: `by` may not edit residents there
    """
    resident = Resident.objects.in_scope(by).select_for_update().get(pk=resident_id)
    require(by, Capability.EDIT_RESIDENTS, resident.committee_id)
    if resident.category != INCOMER:
        raise UnableToFollowUp("只有来沪人员需要告知")
    _check_day(handed_on, at)
    rule = rule_on(RULE, handed_on)
    row = NewcomerService(
        id=new_id(), committee_id=resident.committee_id, resident=resident, handed_on=handed_on,
        form=form, language=language, edition=rule["edition"], rule=rule.label, noted_at=at,
        noted_by=by.user_name,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise UnableToFollowUp("这位来沪人员已经告知过") from error
    record(
        "residents.newcomer_welcomed", by=by, at=at, target=row, committee=row.committee_id,
        subjects=[resident.pk],
        changes={"form": row.get_form_display(), "on": row.handed_on, "edition": row.edition},
    )  # fmt: skip
    return row


@transaction.atomic
def welcome_newcomers(
    *, residence_ids: Iterable[Any], handed_on: date, form: str, language: str, by: Scope,
    at: datetime,
) -> Done:  # fmt: skip
    """Note that the sheet was handed to several people on one day; others are left and told.

    :raises UnableToFollowUp: a day to come
    :raises NotAllowed: `by` may not edit residents
    """
    require(by, Capability.EDIT_RESIDENTS)
    _check_day(handed_on, at)
    rows = Residence.objects.in_scope(by).open().filter(pk__in=list(residence_ids))
    told: dict[str, Any] = {
        "handed_on": handed_on,
        "form": form,
        "language": language,
        "by": by,
        "at": at,
    }
    return for_each(
        list(rows.order_by("resident_id").values_list("resident_id", flat=True).distinct()),
        lambda key: welcome_newcomer(resident_id=key, **told),
        (UnableToFollowUp,),
    )


def _check_day(handed_on: date, at: datetime) -> None:
    if handed_on > today_of(at):
        raise UnableToFollowUp("告知日期不能晚于今天", "handed_on")
