"""The preview of a block of rooms: seen as a grid first, built only as it was seen."""

from collections.abc import Collection

from housing.forms import BlockFields
from housing.rooms import BlockError, Plan, plan_of
from portal.orgs.access import PortalRequest

MOST_LEFT_OUT = 500


def left_out(request: PortalRequest) -> frozenset[str]:
    """Rooms that were struck out in the grid."""
    return frozenset(request.POST.getlist("left_out")[:MOST_LEFT_OUT])


def planned(request: PortalRequest, form: BlockFields, known: Collection[str]) -> Plan | None:
    """What the form's block would do; None without a block, or with one that cannot be built,
    which is said at the form's field."""
    block = form.block(left_out(request))
    if block is None:
        return None
    try:
        return plan_of(block, known)
    except BlockError as wrong:
        form.add_error(wrong.field, wrong.message_zh)
        return None


def is_agreed(request: PortalRequest, plan: Plan) -> bool:
    """Whether the user has seen this very plan and wants it built."""
    return request.POST.get("agreed") == plan.mark
