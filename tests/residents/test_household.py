"""Saving a whole household: one act, all of it or nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from housing.models import DwellingUnit
from portal.orgs.acting import acting
from residents import services
from residents.models import Identity, Residence, Resident, Secret, Verification
from tests.residents.builders import a_day, family_of_four, home, number, register, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def dwelling(clerk):
    return home(clerk)[5]


def save(clerk, dwelling, at, rows=None, **more):
    with acting(clerk):
        return services.save_household(
            dwelling_id=dwelling.pk, rows=family_of_four() if rows is None else rows, by=clerk,
            at=at, dwelling_changes=more.pop("dwelling_changes", {"occupancy": "2"}),
            dwelling_version=dwelling.version, **more,
        )  # fmt: skip


def test_four_new_people_are_one_act_of_few_statements(clerk, dwelling, at):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        saved = save(clerk, dwelling, at)
    assert len(saved.added) == 4
    assert len(queries) <= 40, "\n".join(query["sql"][:120] for query in queries)
    with acting(clerk):
        dwelling.refresh_from_db()
        assert (dwelling.occupants, dwelling.households, dwelling.occupancy) == (4, 1, "2")
        assert Resident.objects.count() == Identity.objects.count() == 4
        assert Secret.objects.filter(kind="identity").values("id").count() == 4
        assert Verification.objects.count() == 4
        mother = Residence.objects.get(name="王巧云")
    assert mother.id_mask.startswith("3199**********")
    assert mother.sex == "2"
    assert mother.birth_date == a_day("1986-07-18")
    assert mother.name_key.startswith("wangqiaoyun ")
    assert mother.initials == "wqy"
    assert (mother.due_on - mother.verified_on).days == 90


def test_a_second_press_after_saving_changes_nothing_more(clerk, dwelling, at):
    save(clerk, dwelling, at)
    with acting(clerk):
        dwelling.refresh_from_db()
    with pytest.raises(services.UnableToRegister, match="已登记在这一户"):
        save(clerk, dwelling, at)
    with acting(clerk):
        assert Resident.objects.count() == 4


def test_bad_rows_are_told_together_and_nothing_is_written(clerk, dwelling, at):
    good, bad, *_ = family_of_four()
    wrong = number("19860718", 12)[:-1] + ("0" if number("19860718", 12)[-1] != "0" else "1")
    rows = [
        good,
        services.Told(row="b", told=dict(bad.told) | {"document_number": wrong}),
        services.Told(row="c", told=told("", document_number="", category="外星人")),
    ]
    with pytest.raises(services.UnableToSave) as refusal:
        save(clerk, dwelling, at, rows)
    found = {(each.row, each.problem.field) for each in refusal.value.problems}
    assert {("b", "document_number"), ("c", "name"), ("c", "category")} <= found
    assert "末位校验码不符" in str(refusal.value)
    with acting(clerk):
        assert not Resident.objects.exists()
        assert not Residence.objects.exists()


def test_the_same_number_twice_in_the_grid_is_refused_at_the_second(clerk, dwelling, at):
    rows = [
        services.Told(row="a", told=told("甲一")),
        services.Told(row="b", told=told("甲二")),
    ]
    with pytest.raises(services.UnableToSave) as refusal:
        save(clerk, dwelling, at, rows)
    assert [(p.row, p.problem.field) for p in refusal.value.problems] == [("b", "document_number")]


def test_a_dwelling_called_empty_may_not_hold_people(clerk, dwelling, at):
    with pytest.raises(services.UnableToSave, match="居住类型为空置，但还有 4 名在住成员"):
        save(clerk, dwelling, at, dwelling_changes={"occupancy": "4"})
    with acting(clerk):
        assert not Resident.objects.exists()
        assert DwellingUnit.objects.get(pk=dwelling.pk).occupancy == "9"


def known_row(residence, **changes):
    return services.Told(
        row=str(residence.pk), told=changes, residence_id=residence.pk,
        version=services.version_of(residence.resident, residence),
    )  # fmt: skip


def test_new_changed_and_left_members_are_saved_together(clerk, dwelling, at, today):
    saved = save(clerk, dwelling, at)
    father, mother, son, lodger = saved.added
    with acting(clerk):
        dwelling.refresh_from_db()
    left = services.Leaving(
        str(lodger.pk), lodger.pk, services.version_of(lodger.resident, lodger), today
    )
    rows = [
        known_row(father, phone="13912340853"),
        known_row(mother),
        services.Told(row="n", told=told("万新来", document_number=number("20200101", 40, "1"))),
    ]
    result = save(clerk, dwelling, at, rows, left=[left], dwelling_changes={})
    assert [len(x) for x in (result.added, result.changed, result.left)] == [1, 1, 1]
    with acting(clerk):
        father.refresh_from_db()
        lodger.refresh_from_db()
        dwelling.refresh_from_db()
        assert father.phone_mask == "139****0853"
        assert (lodger.status, lodger.end_on, lodger.end_reason) == ("ended", today, "01")
        assert dwelling.occupants == 4
        outcomes = Verification.objects.filter(residence=father).order_by("id")
        assert [row.outcome for row in outcomes] == ["changed", "changed"]
        last = Verification.objects.filter(residence=mother).order_by("-id")[0]
        assert last.outcome == "unchanged"
    assert son


def test_a_child_gets_its_guardian_from_the_same_grid(clerk, dwelling, at):
    rows = family_of_four()
    rows[2] = services.Told(row="child", told=rows[2].told, guardian="new-1")
    save(clerk, dwelling, at, rows)
    with acting(clerk):
        assert Resident.objects.get(name="万子轩").guardian.name == "王巧云"


def test_another_guardian_is_a_change_of_the_record_and_told_by_name(clerk, dwelling, at, written):
    rows = family_of_four()
    rows[2] = services.Told(row="child", told=rows[2].told, guardian="new-1")
    father, _mother, son, _lodger = save(clerk, dwelling, at, rows).added
    with acting(clerk):
        son.resident.refresh_from_db()
        dwelling.refresh_from_db()
        before = services.version_of(son.resident, Residence.objects.get(pk=son.pk))
    row = services.Told(row=str(son.pk), told={}, residence_id=son.pk, version=before,
                        guardian=str(father.resident_id))  # fmt: skip
    written.clear()
    save(clerk, dwelling, at, [row], dwelling_changes={})
    with acting(clerk):
        child = Resident.objects.get(pk=son.resident_id)
        now = services.version_of(child, Residence.objects.get(pk=son.pk))
    assert child.guardian_id == father.resident_id
    assert now != before
    (event,) = [each for each in written if each["action"] == "residents.updated"]
    assert event["changes"] == {"监护人": ["王巧云", "万志强"]}
    assert set(event["subjects"]) == {son.resident_id, father.resident_id}


def test_a_colleague_who_named_another_guardian_first_is_not_overwritten(clerk, dwelling, at):
    rows = family_of_four()
    rows[2] = services.Told(row="child", told=rows[2].told, guardian="new-1")
    father, mother, son, _lodger = save(clerk, dwelling, at, rows).added
    with acting(clerk):
        son.resident.refresh_from_db()
        dwelling.refresh_from_db()
        seen = services.version_of(son.resident, Residence.objects.get(pk=son.pk))
        services.name_guardian(
            ward_id=son.resident_id, guardian_id=father.resident_id, version=seen, by=clerk, at=at
        )
    row = services.Told(row=str(son.pk), told={}, residence_id=son.pk, version=seen, guardian="")
    with pytest.raises(services.StaleVersion) as lost:
        save(clerk, dwelling, at, [row], dwelling_changes={})
    assert [(each.mine, each.theirs) for each in lost.value.conflicts] == [("—", "万志强")]


def test_a_child_cannot_be_a_guardian(clerk, dwelling, at):
    rows = family_of_four()
    rows[3] = services.Told(row="new-3", told=rows[3].told, guardian="new-2")
    with pytest.raises(services.UnableToUpdate, match="未满 18 周岁"):
        save(clerk, dwelling, at, rows)
    with acting(clerk):
        assert not Resident.objects.exists()


def test_somebody_else_saved_first_and_both_versions_are_told(clerk, cast, dwelling, at):
    father, *_ = save(clerk, dwelling, at).added
    stale = known_row(father, phone="13900000001")
    colleague = cast.scope("colleague")
    with acting(colleague):
        services.update_resident(
            resident_id=father.resident_id, version="1.1", told={"phone": "13900000002"},
            by=colleague, at=at,
        )  # fmt: skip
        dwelling.refresh_from_db()
    with pytest.raises(services.StaleVersion) as lost:
        save(clerk, dwelling, at, [stale], dwelling_changes={})
    (conflict,) = lost.value.conflicts
    assert (conflict.field, conflict.mine, conflict.theirs) == (
        "phone_mask", "139****0001", "139****0002",
    )  # fmt: skip
    assert lost.value.changed_by == "许婉清"
    with acting(clerk):
        assert Resident.objects.get(pk=father.resident_id).phone_mask == "139****0002"


def test_the_dwelling_saved_by_somebody_else_is_a_conflict_too(clerk, dwelling, at):
    save(clerk, dwelling, at)  # occupancy is 出租 now, the form still shows the old version
    with pytest.raises(services.StaleVersion) as lost:
        save(clerk, dwelling, at, [], dwelling_changes={"occupancy": "1"})
    assert [(c.label, c.mine, c.theirs) for c in lost.value.conflicts] == [
        ("居住类型", "自住", "出租")
    ]


def test_somebody_of_this_committee_may_move_in_or_stay_over(clerk, dwelling, at):
    other = home(clerk, "棠浦路988弄7号")[0]
    before = register(clerk, other)
    with pytest.raises(services.UnableToSave) as refusal:
        save(clerk, dwelling, at, [services.Told(row="a", told=told())])
    (problem,) = refusal.value.problems
    assert problem.problem.field == "arrival"
    assert "已登记在 7号 101室（王巧云" in problem.problem.message
    save(clerk, dwelling, at, [services.Told(row="a", told=told(), arrival="move")])
    with acting(clerk):
        before.refresh_from_db()
        other.refresh_from_db()
        assert (before.status, other.occupants) == ("ended", 0)
        assert Resident.objects.count() == 1


def test_a_lodger_keeps_the_primary_home(clerk, dwelling, at):
    before = register(clerk, home(clerk, "棠浦路988弄7号")[0])
    save(clerk, dwelling, at, [services.Told(row="a", told=told(), arrival="stay")])
    with acting(clerk):
        before.refresh_from_db()
        assert before.status == "active"
        here = Residence.objects.get(dwelling=dwelling)
        assert not here.is_primary
