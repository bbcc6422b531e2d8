"""Two people at once, on two connections that really commit."""

import pytest
from django.utils import timezone

from portal.orgs.acting import acting
from residents import services
from residents.models import Household, Identity, Lead, Residence, Resident, Transfer
from tests.cast import Cast
from tests.races import both
from tests.residents.builders import home, register, told
from tests.residents.test_households import asked, family
from tests.residents.test_leads import a_lead, triage


@pytest.fixture
def cast(committed):
    return Cast.assembled()


def test_one_number_is_registered_once_however_many_clerks_try(cast):
    clerk, neighbour = cast.scope("clerk"), cast.scope("neighbour")
    here = home(clerk)[0]
    there = home(neighbour, "兰溪路100弄1号")[0]
    outcomes = both(lambda: register(clerk, here), lambda: register(neighbour, there))
    refused = [each for each in outcomes if each is not None]
    assert len(refused) == 1
    assert isinstance(refused[0], services.UnableToRegister)
    assert "已登记" in str(refused[0])
    with acting(cast.scope("street")):
        assert Resident.objects.count() == Identity.objects.count() == 1


def test_of_two_corrections_the_later_one_is_told_both_versions(cast):
    clerk, colleague = cast.scope("clerk"), cast.scope("colleague")
    residence = register(clerk, home(clerk)[0])

    def correct(scope, phone):
        with acting(scope):
            services.update_resident(
                resident_id=residence.resident_id, version="1.1", told={"phone": phone},
                by=scope, at=timezone.now(),
            )  # fmt: skip

    outcomes = both(
        lambda: correct(clerk, "13900000001"), lambda: correct(colleague, "13900000002")
    )
    (lost,) = [each for each in outcomes if each is not None]
    assert isinstance(lost, services.StaleVersion)
    (conflict,) = lost.conflicts
    assert {conflict.mine, conflict.theirs} == {"139****0001", "139****0002"}
    with acting(clerk):
        assert Resident.objects.get().phone_mask == conflict.theirs


def test_two_households_saved_at_once_do_not_both_win(cast):
    clerk, colleague = cast.scope("clerk"), cast.scope("colleague")
    dwelling = home(clerk)[0]
    rows = [services.Told(row="a", told=told())]

    def save(scope, occupancy):
        with acting(scope):
            services.save_household(
                dwelling_id=dwelling.pk, rows=rows, by=scope, at=timezone.now(),
                dwelling_changes={"occupancy": occupancy}, dwelling_version=dwelling.version,
            )  # fmt: skip

    outcomes = both(lambda: save(clerk, "1"), lambda: save(colleague, "2"))
    assert len([each for each in outcomes if each is not None]) == 1
    with acting(clerk):
        assert Resident.objects.count() == 1


def _asking(by, dwelling, at):
    def ask():
        with acting(by):
            services.ask_transfer(
                dwelling_id=dwelling.pk, told=told(), reason="已搬来", by=by, at=at
            )

    return ask


@pytest.mark.paper("S-09")
def test_two_committees_at_once_end_with_one_home(cast, at):
    """Both ask, the holder agrees while the one that asked takes it back."""
    clerk, neighbour, far = (cast.scope(key) for key in ("clerk", "neighbour", "far_clerk"))
    register(neighbour, home(neighbour, "兰溪路100弄1号")[0], begin_date="2025-05-01")
    here, there = home(clerk)[0], home(far, "金沙江路28弄1号")[0]
    outcomes = both(_asking(clerk, here, at), _asking(far, there, at))
    (refused,) = [each for each in outcomes if each is not None]
    assert "已有移交申请在办理" in str(refused)
    district = cast.scope("district")
    with acting(district):
        (transfer,) = Transfer.objects.in_scope(district)
    asking = clerk if transfer.committee_id == clerk.unit else far

    def agree():
        with acting(neighbour):
            services.answer_transfer(
                transfer_id=transfer.pk, agreed=True, answer="", by=neighbour, at=at
            )

    def withdraw():
        with acting(asking):
            services.withdraw_transfer(transfer_id=transfer.pk, by=asking, at=at)

    (late,) = [each for each in both(agree, withdraw) if each is not None]
    assert isinstance(late, services.UnableToTransfer)
    with acting(district):
        transfer.refresh_from_db()
        (home_now,) = Residence.objects.open().filter(is_primary=True)
        moved = transfer.state == Transfer.State.DONE
        assert home_now.committee_id == (asking if moved else neighbour).unit
        assert Resident.objects.get().committee_id == home_now.committee_id
        assert Identity.objects.get().committee_id == home_now.committee_id


def test_two_clerks_at_once_end_a_lead_with_one_record(cast):
    at = timezone.now()
    clerk, colleague = cast.scope("clerk"), cast.scope("colleague")
    here = home(clerk)[0]
    lead = triage(clerk, a_lead(cast.scope("watchman"), at), at, dwelling=here)

    def infant(by):
        """Somebody without a number: only the lead stands between the two."""

        def act():
            told = {
                "name": "王小宝", "sex": "1", "birth_date": "2025-05-01", "relation": "子",
                "category": "来沪人员", "begin_date": "2026-03-01",
            }  # fmt: skip
            row = services.Told(row="new-0", told=told)
            saved = services.save_household(dwelling_id=here.pk, rows=[row], by=by, at=at)
            return services.Registered("new", here.pk, (saved.added[0].resident_id,))

        def run():
            with acting(by):
                services.register_for_lead(lead_id=lead.pk, act=act, by=by, at=at)

        return run

    outcomes = both(infant(clerk), infant(colleague))
    (refused,) = [each for each in outcomes if each is not None]
    assert isinstance(refused, services.UnableToFollowUp)
    assert "办结" in str(refused)
    with acting(clerk):
        assert Residence.objects.open().count() == 1
        assert Lead.objects.get().result == "new"


def test_two_clerks_split_at_once_and_one_wins(cast, at):
    clerk, colleague = cast.scope("clerk"), cast.scope("colleague")
    four = family(clerk, home(clerk)[5], at)
    seen = asked(clerk, four, at, r2="02", r3="99")

    def split(scope):
        def act():
            with acting(scope):
                services.split_household(
                    household_id=four[0].household_id, members=[four[2].pk, four[3].pk],
                    asked=seen, by=scope, at=at,
                )  # fmt: skip

        return act

    refused = [error for error in both(split(clerk), split(colleague)) if error]
    assert [type(error) for error in refused] == [services.UnableToRegroup]
    with acting(clerk):
        assert Household.objects.filter(closed_on=None).count() == 2
        heads = Residence.objects.open().filter(relation="02")
        assert heads.count() == heads.values("household").distinct().count() == 2
