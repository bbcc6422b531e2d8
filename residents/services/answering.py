"""An answer given at a door and told later: one act, whatever was answered (ui.md 8.13).

It is told against the household as the phone showed it. What somebody else has changed meanwhile
is never written over unseen: whoever visited decides, with both before their eyes.

Paper: S-21, S-67.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from housing.models import DwellingUnit
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from residents.answers import CHANGED, HERE, LEFT, MET, VACANT, Answer
from residents.categories import DELETION_REASONS
from residents.intake import FieldProblem
from residents.models import Residence
from residents.services import visiting
from residents.services.errors import Conflict, RowProblem, StaleVersion, UnableToSave
from residents.services.household import DWELLING, Leaving, Told, save_household


@transaction.atomic
def take_answer(*, dwelling_id: Any, answer: Answer, by: Scope, at: datetime) -> None:
    """Record what a visit came to: who is still there, what changed, who left, or nobody met.

    :raises UnableToSave: a member or field cannot be taken as told
    :raises UnableToVerify: the dwelling does not allow this outcome
    :raises StaleVersion: somebody changed the household meanwhile, and `answer` does not know it
    :raises NotAllowed: `by` may not verify there
    """
    dwelling = DwellingUnit.objects.in_scope(by).select_for_update().get(pk=dwelling_id)
    require(by, Capability.VERIFY, dwelling.committee_id)
    visited_on = timezone.localdate(at - answer.age)
    told: dict[str, Any] = {"dwelling_id": dwelling.pk, "note": answer.note, "by": by, "at": at}
    if answer.outcome != MET and not (answer.outcome == VACANT and answer.members):
        visiting.record_visit(outcome=answer.outcome, visited_on=visited_on, **told)
        return
    living = list(visiting.open_episodes(dwelling, by).select_related("resident"))
    newcomers = _check_members(dwelling, living, answer)
    if not newcomers and all(member.state == HERE for member in answer.members):
        visiting.verify_dwelling(verified_on=visited_on, **told)
        return
    save_household(
        rows=[
            Told(str(member.residence_id), member.told, member.residence_id, member.version)
            for member in answer.members if member.state == CHANGED
        ],
        left=[
            Leaving(str(member.residence_id), member.residence_id, member.version,
                    member.left_on or visited_on, member.reason)
            for member in answer.members if member.state == LEFT
        ],
        dwelling_changes={"occupancy": visiting.VACANT} if answer.outcome == VACANT else None,
        visited_on=visited_on,
        seen={member.residence_id for member in answer.members}, **told,
    )  # fmt: skip


def _check_members(
    dwelling: DwellingUnit, living: list[Residence], answer: Answer
) -> list[Residence]:
    """Hold the members that were answered for against those on record now.

    Whoever was taken off meanwhile and is said to have left has left; nobody need be asked.

    :returns: who has come onto the register since, known to the answer if it is told again
    """
    on_record = {row.pk for row in living}
    stays = [each for each in answer.members if each.state != LEFT]
    if gone := [each for each in stays if each.residence_id not in on_record]:
        text = (
            f"有 {len(gone)} 名成员已不在这一户的登记里（同事刚办理了搬离或移交）。"
            "请重新打开这一户填写；确实仍在住的，到入户登记里重新登记"
        )
        raise UnableToSave([RowProblem(DWELLING, FieldProblem("members", text))])
    if any(each.reason not in DELETION_REASONS for each in answer.members):
        raise UnableToSave([RowProblem(DWELLING, FieldProblem("reason", "请选择离开原因"))])
    known = {each.residence_id for each in answer.members}
    newcomers = [row for row in living if row.pk not in known]
    if newcomers and not answer.is_mine:
        latest = max((row.resident for row in newcomers), key=lambda person: person.updated_at)
        conflict = Conflict(
            DWELLING, dwelling.short_address, "members", "在住成员", f"{len(known)} 人",
            f"{len(living)} 人，新登记 " + "、".join(row.name for row in newcomers),
        )  # fmt: skip
        raise StaleVersion([conflict], latest.updated_by, latest.updated_at)
    return newcomers
