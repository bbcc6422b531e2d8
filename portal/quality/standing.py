"""What somebody may do with an issue now: the buttons and forms of its page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.quality import transitions
from portal.quality.fixing import may_fix
from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules
from portal.quality.services import LONGEST, menders_of, place_of


@dataclass(frozen=True)
class Standing:
    """How an issue stands to one reader."""

    issue: DataQualityIssue
    by: Scope

    def may(self, act: str) -> bool:
        """Whether this reader may take the step; the services judge again."""
        if transitions.why_not(self.issue.state, act) or self.issue.rule not in quality_rules():
            return False
        return {
            "assign": self._manages,
            "ask": self._fixes and quality_rules()[self.issue.rule].excusable,
            "report": self._fixes,
            "withdraw": self.issue.asked_by_id == self.by.user_id,
            "approve": self._decides,
            "refuse": self._decides,
            "check": self._checks,
            "send_back": self._checks,
        }.get(act, False)

    @property
    def _manages(self) -> bool:
        return self.by.may(Capability.MANAGE_ISSUES)

    @property
    def _fixes(self) -> bool:
        return may_fix(self.issue, self.by)

    @property
    def _decides(self) -> bool:
        return self.by.may(Capability.EXCEPT_ISSUES) and self.issue.asked_by_id != self.by.user_id

    @property
    def _checks(self) -> bool:
        own = (self.issue.fixed_by_id, self.issue.assigned_id)
        return self._manages and self.issue.to_check and self.by.user_id not in own

    def menders(self, day: date) -> Mapping[int, str]:
        """To whom it may be given, besides who has it."""
        found = menders_of([place_of(self.issue)], day, self.by)
        return {key: name for key, name in found.items() if key != self.issue.assigned_id}

    def longest(self, day: date) -> date:
        return day + LONGEST
