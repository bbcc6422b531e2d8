"""Pages of the population register."""

from portal.orgs.access import PortalRequest
from portal.orgs.capabilities import Capability


def may_register(request: PortalRequest) -> bool:
    return request.scope.may(Capability.EDIT_RESIDENTS)
