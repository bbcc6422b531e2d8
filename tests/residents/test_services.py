"""One person: registered, corrected, moved, deregistered, verified, revealed."""

from datetime import timedelta

import pytest

from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from residents import services
from residents.models import Identity, Residence, Resident, Reveal, Verification
from tests.residents.builders import a_day, backdated, home, number, register, told

pytestmark = pytest.mark.django_db(databases=["default"])


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def homes(clerk):
    return home(clerk)


def test_an_infant_without_a_number_is_known_by_name_sex_and_birth(clerk, homes):
    baby = register(
        clerk, homes[0], name="张芳建", document_number="", sex="男", birth_date="2024-10-01",
        begin_date="2026-09-01", category="人户一致", phone="",
    )  # fmt: skip
    assert (baby.id_mask, baby.id_tail, baby.phone_mask) == ("", "", "")
    with acting(clerk):
        assert not Identity.objects.exists()


def test_an_adult_without_a_number_is_refused_with_how_to_mend(clerk, homes):
    with pytest.raises(services.UnableToRegister) as refusal:
        register(clerk, homes[0], document_number="", sex="女", birth_date="1986-07-18")
    (problem,) = refusal.value.problems
    assert problem.problem.message == "证件号未填写"
    assert "尚未办证的" in problem.problem.how


@pytest.mark.paper("S-09")
def test_a_number_of_another_committee_tells_unit_and_last_check_only(cast, clerk, homes):
    neighbour = cast.scope("neighbour")
    theirs = register(neighbour, home(neighbour, "兰溪路100弄1号")[0], name="王别处")
    with pytest.raises(services.FoundElsewhere) as refusal:
        register(clerk, homes[0])
    text = str(refusal.value)
    assert text == (f"该证件号已登记在 曹杨新村街道 · 花溪园居委会，最近核实 {theirs.verified_on}")
    assert "王别处" not in text
    with acting(clerk):
        assert not Resident.objects.exists()


@pytest.mark.paper("S-09")
def test_a_street_may_move_somebody_between_its_committees(cast, clerk, homes, at):
    staff, neighbour = cast.scope("staff"), cast.scope("neighbour")
    target = home(neighbour, "兰溪路100弄1号")[0]
    before = register(clerk, homes[0])
    with acting(staff):
        resident = Resident.objects.get(pk=before.resident_id)
        after = services.move_resident(
            residence_id=before.pk, dwelling_id=target.pk, moved_on=at.date() - timedelta(days=1),
            version=services.version_of(resident, before), by=staff, at=at,
        )  # fmt: skip
    assert after.committee_id == neighbour.unit
    with acting(clerk):
        assert not Resident.objects.exists()
        assert Residence.objects.get(pk=before.pk).status == "ended"
    with acting(neighbour):
        assert Identity.objects.get().committee_id == neighbour.unit
        target.refresh_from_db()
        assert target.occupants == 1


def test_a_move_that_fails_leaves_the_old_home_as_it_was(clerk, homes, at, today):
    before = register(clerk, homes[0])
    with acting(clerk), pytest.raises(services.UnableToMove, match="搬迁日期应在"):
        services.move_resident(
            residence_id=before.pk, dwelling_id=homes[1].pk, moved_on=today + timedelta(days=1),
            version="1.1", by=clerk, at=at,
        )  # fmt: skip
    with acting(clerk):
        assert Residence.objects.get().status == "active"


@pytest.mark.paper("S-107", "S-108")
def test_a_correction_keeps_every_copy_in_step(clerk, homes, at):
    residence = register(clerk, homes[0])
    with acting(clerk):
        services.update_resident(
            resident_id=residence.resident_id, version="1.1", by=clerk, at=at,
            told={"name": "单立群", "category": "人户分离", "phone": "",
                  "document_number": number("19790101", 7, "1")},
        )  # fmt: skip
        residence.refresh_from_db()
        resident = residence.resident
        for copy in ("name", "name_key", "initials", "sex", "birth_date", "id_mask", "id_tail"):
            assert getattr(residence, copy) == getattr(resident, copy)
        assert residence.name_key.startswith("shanliqun ")
        assert (residence.category, residence.kind, residence.sex) == ("12", "S", "1")
        assert residence.phone_mask == ""
        assert resident.phone_index is None
        assert Identity.objects.get().mask == residence.id_mask
        assert (resident.version, residence.version) == (2, 2)


def test_telling_what_is_known_already_changes_nothing(clerk, homes, at):
    residence = register(clerk, homes[0])
    with acting(clerk):
        services.update_resident(
            resident_id=residence.resident_id, version="1.1", by=clerk, at=at,
            told={"name": "王巧云", "phone": "150 1234 6620", "document_number": number()},
        )  # fmt: skip
        assert Resident.objects.get().version == 1


def test_sex_and_birth_follow_the_number_and_no_other_is_taken(clerk, homes, at):
    residence = register(clerk, homes[0])
    with acting(clerk), pytest.raises(services.UnableToUpdate) as refusal:
        services.update_resident(
            resident_id=residence.resident_id, version="1.1", by=clerk, at=at,
            told={"sex": "男", "birth_date": "1990-01-01"},
        )  # fmt: skip
    assert {each.problem.field for each in refusal.value.problems} == {"sex", "birth_date"}


def test_a_death_ends_all_episodes_and_the_number_is_not_taken_again(clerk, homes, at, today):
    residence = register(clerk, homes[0])
    with acting(clerk):
        services.deregister(
            residence_id=residence.pk, ended_on=today, reason="02", version="1.1", by=clerk, at=at
        )
        assert Resident.objects.get().vital_status == "2"
        homes[0].refresh_from_db()
        assert homes[0].occupants == 0
    with pytest.raises(services.UnableToRegister, match="已登记死亡"):
        register(clerk, homes[1])


def test_who_left_may_come_back_as_the_same_person(clerk, homes, at, today):
    residence = register(clerk, homes[0])
    with acting(clerk):
        services.deregister(
            residence_id=residence.pk, ended_on=a_day("2026-10-01"), reason="01", version="1.1",
            by=clerk, at=at,
        )  # fmt: skip
    back = register(clerk, homes[1], begin_date="2026-11-01")
    assert back.resident_id == residence.resident_id
    with acting(clerk):
        assert Resident.objects.count() == 1


@pytest.mark.paper("S-21")
def test_nothing_changed_is_an_event_for_everybody_at_home(clerk, homes, at, today):
    first = register(clerk, homes[0])
    backdated(clerk, first, 120)
    with acting(clerk):
        services.verify_dwelling(dwelling_id=homes[0].pk, by=clerk, at=at, method="V2")
        first.refresh_from_db()
        homes[0].refresh_from_db()
        found = Verification.objects.filter(residence=first).order_by("-id")[0]
    assert (first.verified_on, first.verified_method, first.verified_by) == (today, "V2", "周敏")
    assert (first.due_on - today).days == 180  # 未核实 counts among the others
    assert (found.outcome, found.method) == ("unchanged", "V2")
    assert (homes[0].verified_on, homes[0].verified_by) == (today, "周敏")


def test_nobody_at_the_door_verifies_nothing(clerk, homes, at):
    residence = register(clerk, homes[0])
    day = backdated(clerk, residence, 120)
    with acting(clerk):
        services.record_visit(dwelling_id=homes[0].pk, outcome="no_answer", by=clerk, at=at)
        residence.refresh_from_db()
    assert residence.verified_on == day


def test_a_dwelling_with_people_is_not_empty(clerk, homes, at):
    register(clerk, homes[0])
    with acting(clerk), pytest.raises(services.UnableToVerify, match="还有 1 名在住成员"):
        services.record_visit(dwelling_id=homes[0].pk, outcome="vacant", by=clerk, at=at)
    with acting(clerk):
        services.record_visit(dwelling_id=homes[1].pk, outcome="vacant", by=clerk, at=at)
        homes[1].refresh_from_db()
    assert homes[1].occupancy == "4"


@pytest.mark.parametrize("reason", ["", "看", "啊啊啊啊啊"])
def test_another_purpose_needs_words_that_say_something(clerk, homes, at, reason):
    residence = register(clerk, homes[0])
    with acting(clerk), pytest.raises(services.UnableToReveal, match="写明查看的具体原因"):
        services.reveal(
            resident_id=residence.resident_id, purpose="other", reason=reason, by=clerk, at=at
        )
    with acting(clerk):
        assert not Reveal.objects.exists()


def test_a_phone_is_revealed_like_a_number(clerk, homes, at):
    residence = register(clerk, homes[0])
    with acting(clerk):
        shown = services.reveal(
            resident_id=residence.resident_id, purpose="quality", kind="phone", by=clerk, at=at
        )
    assert shown.value == "15012346620"


@pytest.mark.parametrize("who", ["lead", "street", "district", "analyst", "window"])
def test_who_may_only_look_registers_nobody(cast, clerk, homes, who):
    with pytest.raises(NotAllowed):
        register(cast.scope(who), homes[0])


def test_another_committee_sees_no_dwelling_to_register_at(cast, clerk, homes, at):
    neighbour = cast.scope("neighbour")
    with acting(neighbour), pytest.raises(type(homes[0]).DoesNotExist):
        services.register_resident(dwelling_id=homes[0].pk, told=told(), by=neighbour, at=at)


@pytest.mark.parametrize("who", ["auditor", "secadmin"])
def test_who_has_no_business_with_the_register_does_not_even_see_the_dwelling(
    cast, clerk, homes, at, who
):
    by = cast.scope(who)
    with acting(by), pytest.raises(type(homes[0]).DoesNotExist):
        services.register_resident(dwelling_id=homes[0].pk, told=told(), by=by, at=at)


def test_the_number_is_plain_nowhere_in_the_database(clerk, homes):
    register(clerk, homes[0])
    with acting(clerk):
        for model in (Resident, Residence, Identity, Verification):
            for row in model.objects.values():
                assert number() not in str(row)
                assert "15012346620" not in str(row)
