"""Issues for the tests: found by the rules in rows that the services made."""

from django.utils import timezone

from portal.orgs.acting import acting
from portal.quality import services
from portal.quality.models import DataQualityIssue
from tests.metrics.builders import CLOCK, altered, people

PHONES, GUARDIANS, SEXES = "R-190", "R-150", "R-196"


def checked(scope=CLOCK, *, at=None, **more):
    """The rules asked of a unit, as a run does."""
    with acting(scope):
        return services.check_unit(unit=scope.unit, by=scope, at=at or timezone.now(), **more)


def missing_phones(cast, count=1, *, key="clerk", at=None, **where):
    """So many people of a committee without a telephone, and the issues of it."""
    scope = cast.scope(key)
    for episode in people(scope, count, **where):
        altered(scope, episode, phone_mask="")
    checked(at=at, only=[PHONES])
    with acting(scope):
        issues = DataQualityIssue.objects.in_scope(scope).filter(rule=PHONES)
        return list(issues.order_by("subject"))


def born(cast, birth_date, key="clerk"):
    """Somebody of that birth date without a guardian, and the issue of it: it must be mended."""
    scope = cast.scope(key)
    (episode,) = people(scope, 1)
    altered(scope, episode, birth_date=birth_date, phone_mask="150****0001")
    checked(only=[GUARDIANS])
    with acting(scope):
        return episode, DataQualityIssue.objects.get(rule=GUARDIANS)


def again(issue, scope=CLOCK):
    """The issue as it is now."""
    with acting(scope):
        return DataQualityIssue.objects.get(pk=issue.pk)


def given(cast, issue, *, by="lead", to="collector", at=None):
    scope = cast.scope(by)
    with acting(scope):
        return services.assign_issue(
            issue_id=issue.pk, mender_id=cast.users[to].pk, by=scope, at=at or timezone.now()
        )


def asked(cast, issue, *, by="clerk", reason="本人没有手机，由女儿代接", at=None):
    scope = cast.scope(by)
    with acting(scope):
        return services.ask_exception(
            issue_id=issue.pk, reason=reason, by=scope, at=at or timezone.now()
        )


def approved(cast, issue, until, *, by="street", at=None):
    scope = cast.scope(by)
    with acting(scope):
        return services.approve_exception(
            issue_id=issue.pk, until=until, by=scope, at=at or timezone.now()
        )


def with_phone(cast, issue, key="clerk", mask="150****0001"):
    """As if somebody had entered the telephone, without asking the rules again."""
    from residents.models import Residence

    scope = cast.scope(key)
    with acting(scope):
        episode = Residence.objects.get(pk=issue.residence_id)
    altered(scope, episode, phone_mask=mask)


def saved(cast, issue, key="clerk", *, at=None):
    """The rules asked of the issue's dwelling, as every save does."""
    scope = cast.scope(key)
    with acting(scope):
        services.check_dwellings(
            dwelling_ids=[issue.dwelling_id], unit=scope.unit, by=scope, at=at or timezone.now()
        )
