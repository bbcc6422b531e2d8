"""A difference to a partner's list becomes a lead of the committee concerned. Paper: S-116."""

import uuid
from datetime import datetime

from housing.models import DwellingUnit
from portal.exchange.comparisons.kinds import Difference, UnableToTell
from portal.exchange.comparisons.models import Result
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from residents.models import Lead
from residents.services.errors import UnableToFollowUp
from residents.services.leading import LeadTold, new_lead, store_lead

#: Comparison between departments (domain §3.25).
CHANNEL = "11"
#: Many lists name people only; the committee asks for them by name.
NOWHERE = "名单没有写地址"
KINDS = {
    Result.ONLY_THERE: Lead.Kind.NEW, Result.ONLY_HERE: Lead.Kind.CANCEL,
    Result.DIFFERS: Lead.Kind.CHANGE,
}  # fmt: skip


def tell_of_difference(
    *, difference: Difference, subject: str, by: Scope, at: datetime
) -> uuid.UUID:
    """A lead in the committee that the difference concerns; its key.

    :raises UnableToTell: words that a lead may not hold
    :raises NotAllowed: the post may not compare, or not there
    """
    require(by, Capability.COMPARE_LISTS, difference.committee)
    homes = DwellingUnit.objects.in_scope(by).filter(committee_id=difference.committee)
    home = homes.filter(pk=difference.place_id).first() if difference.place_id else None
    place = home.short_address if home else difference.place[:80] or NOWHERE
    told = LeadTold(
        kind=KINDS[Result(difference.result)].value, place=place, text=_words(difference),
        channel=CHANNEL, subject=subject,
    )  # fmt: skip
    try:
        lead = new_lead(told, difference.committee, at)
        return store_lead(lead=lead, dwelling=home, by=by, at=at).pk
    except UnableToFollowUp as why:
        raise UnableToTell(str(why)) from why


def _words(difference: Difference) -> str:
    """What was found, without the partner's values: whoever goes there asks."""
    found = {
        Result.ONLY_THERE: "对方名单有、本册没有",
        Result.ONLY_HERE: "本册有、对方名单没有",
        Result.DIFFERS: f"{'、'.join(difference.fields)}不一致",
    }[Result(difference.result)]
    text = f"{difference.title}：与{difference.partner}名单比对，{found}，请核实"
    return text[:200]
