"""Who may give which post: a lattice in which nobody grants what they do not hold.

A street's manager and staff give posts of their committees, and only roles whose every
capability they hold themselves. The security administrator, who holds none of the register's
capabilities, keeps the accounts of the whole district; what reaches over the district is given
by two people, and so are the posts of the three administrators. Nobody changes their own. Posts of
other systems are the security administrator's to give, and only to their accounts.
"""

from portal.orgs.capabilities import Capability
from portal.orgs.roles import ROLES, Role
from portal.orgs.scope import DISTRICT_SPAN, STREET_SPAN

LEVELS = ("committee", "street", "district")  # from narrow to wide
#: Never one account: security 2.7, GB/T 22239-2019 8.1.4.2.
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "district_auditor"})


def grantable(actor: Role) -> frozenset[str]:
    """The roles that a holder of `actor` gives on their own authority."""
    if Capability.APPOINT not in actor.capabilities:
        return frozenset()
    if Capability.MANAGE_ACCOUNTS in actor.capabilities:
        return frozenset(role.key for role in ROLES.values() if not needs_second(role))
    return frozenset(
        role.key
        for role in ROLES.values()
        if LEVELS.index(role.level) < LEVELS.index(actor.level)
        and role.capabilities <= actor.capabilities
        and not role.service
    )


def needs_second(role: Role) -> bool:
    """Whether one person asks for the post and another one gives it."""
    return role.level == "district"


def may_ask_for(actor: Role) -> frozenset[str]:
    """The roles that a holder of `actor` asks for, to be given by a second person."""
    if Capability.MANAGE_ACCOUNTS not in actor.capabilities:
        return frozenset()
    return frozenset(role.key for role in ROLES.values() if needs_second(role))


def rights() -> list[tuple[str, str, bool, int]]:
    """(acting role, role given, on a second person's request, span of the unit), for the database.

    The span says on which level of unit the role is held.
    """
    direct = [
        (actor.key, key, False, _span(ROLES[key]))
        for actor in ROLES.values()
        for key in grantable(actor)
    ]
    second = [
        (actor.key, role.key, True, _span(role))
        for actor in ROLES.values()
        if Capability.APPROVE_POSTS in actor.capabilities
        for role in ROLES.values()
        if needs_second(role)
    ]
    return sorted(direct + second)


def _span(role: Role) -> int:
    return {"committee": 0, "street": STREET_SPAN - 1, "district": DISTRICT_SPAN - 1}[role.level]
