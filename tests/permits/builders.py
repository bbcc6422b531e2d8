"""Permit cases for the tests, made through the services by the people who make them."""

from datetime import timedelta

from django.utils import timezone

from permits import eligibility, materials, services
from permits.models import EligibilityCheck
from portal.orgs.acting import acting
from residents.models import Residence
from tests.residents.builders import home, number, register

LONG_AGO = timedelta(days=300)


def an_incomer(cast, key="clerk", *, name="廖春燕", sequence=31, address="棠浦路988弄6号", at=None):
    """Somebody from elsewhere who has been registered for a good half year."""
    scope = cast.scope(key)
    dwelling = home(scope, address)[0]
    then = at or timezone.now() - LONG_AGO
    residence = register(
        scope, dwelling, at=then, name=name, document_number=number("19950614", sequence),
        begin_date=f"{timezone.localdate(then)}", phone=f"150{sequence:08d}",
    )  # fmt: skip
    with acting(scope):
        return Residence.objects.get(pk=residence.pk)


def everything(reason="employment"):
    return [material.key for material in materials.needed_for(reason)]


def received(cast, residence, *, reason="employment", at=None, handed_in=None):
    """The case as the window took it."""
    window = cast.scope("window")
    with acting(window):
        return services.receive(
            residence_id=residence.pk, kind="first", reason=reason,
            received=everything(reason) if handed_in is None else handed_in, by=window,
            at=at or timezone.now(),
        )  # fmt: skip


def under_review(cast, residence):
    case = received(cast, residence)
    window = cast.scope("window")
    with acting(window):
        services.transfer(case_id=case.pk, by=window, at=timezone.now())
    return case


def reviewed(cast, residence):
    """Examined by the street's staff, every condition met, sent to the manager."""
    case, staff = under_review(cast, residence), cast.scope("staff")
    with acting(staff):
        asked = EligibilityCheck.objects.filter(case=case).values_list("condition", flat=True)
        services.examine(
            case_id=case.pk, by=staff, at=timezone.now(),
            findings={key: (eligibility.Met.YES, "材料原件相符") for key in asked},
        )  # fmt: skip
        services.review(
            case_id=case.pk, result="pass", opinion="符合条件，建议批准", by=staff,
            at=timezone.now(),
        )  # fmt: skip
    return case


def approved(cast, residence):
    case, manager = reviewed(cast, residence), cast.scope("street")
    with acting(manager):
        services.decide(case_id=case.pk, approve=True, by=manager, at=timezone.now())
    return case


def issued(cast, residence, *, card="JZ31010720260001"):
    """A card with its number, waiting at the window."""
    case, window = approved(cast, residence), cast.scope("window")
    with acting(window):
        services.make(case_id=case.pk, by=window, at=timezone.now())
        return services.issue(
            case_id=case.pk, number=card, issued_on=timezone.localdate(), by=window,
            at=timezone.now(),
        )  # fmt: skip
