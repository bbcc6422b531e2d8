"""The whole district's trail, for the clock and for whoever verifies it from a command line."""

from dataclasses import replace
from datetime import datetime

from portal.audit import reads, seals, verifying
from portal.audit.verifying import Verdict
from portal.orgs import tokens
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope


def reader() -> Scope:
    """A scope that reads the trail of the whole district and nothing else."""
    district = OrgUnit.objects.get(parent=None)
    return Scope(
        unit=district.code, unit_name=district.name, role="system", role_title="留痕校验",
        capabilities=frozenset({str(Capability.VIEW_AUDIT)}), user_name="留痕校验",
    )  # fmt: skip


def reporter() -> Scope:
    """A scope for the reports that are made from a command line: register and trail, read only."""
    given = {str(Capability.VIEW_AUDIT), str(Capability.VIEW_REGISTER)}
    return replace(
        reader(), role_title="信息报告", user_name="信息报告", capabilities=frozenset(given)
    )


def verify(*, at: datetime, since: datetime | None = None) -> Verdict:
    """Verify the trail as its reader, and keep what was found for the pages that show it.

    :param since: leaves out the events that were sealed before it
    """
    token = tokens.enter(reader())
    try:
        verdict = verifying.verify(using=reads.ALIAS, since=since)
    finally:
        tokens.leave(token)
    seals.remember_verification(found="；".join(verdict.faults), at=at)
    return verdict
