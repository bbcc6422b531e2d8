"""Acts on households: who is what afterwards, what was before, and one head at every moment."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal.orgs.acting import acting
from residents import services
from residents.households import places_on
from residents.models import Household, PastMembership, Residence
from residents.succession import proposed_relation
from tests.residents.builders import family_of_four, home, number, told
from tests.residents.test_pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-09")]


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


def family(clerk, dwelling, at):
    """万志强 with wife, son and a lodger: one household, the father its head."""
    rows = family_of_four()
    rows[0] = services.Told(row="new-0", told=dict(rows[0].told) | {"relation": "户主"})
    rows[3] = services.Told(row="new-3", told=dict(rows[3].told) | {"relation": "非亲属"})
    with acting(clerk):
        saved = services.save_household(
            dwelling_id=dwelling.pk, rows=rows, by=clerk, at=at,
            dwelling_changes={"occupancy": "2"}, dwelling_version=dwelling.version,
        )  # fmt: skip
    return saved.added


@pytest.fixture
def dwellings(clerk):
    return home(clerk)


@pytest.fixture
def four(clerk, dwellings, at):
    return family(clerk, dwellings[5], at)


def asked(clerk, rows, at, state=None, **relations):
    """What the act is told: relations by the place of the row (`r0`, `r1`, …)."""
    with acting(clerk):
        now = services.state_of(services.members_at(rows[0].dwelling_id, clerk))
    by_key = {rows[int(place[1:])].pk: code for place, code in relations.items()}
    return services.Regrouped(by_key, state or now, at.date(), "户口簿已分立")


def relations_now(clerk, dwelling):
    with acting(clerk):
        return {
            row.name: row.relation for row in services.members_at(dwelling.pk, clerk)
        }  # fmt: skip


def split_son_and_lodger(clerk, four, at, **more):
    with acting(clerk):
        return services.split_household(
            household_id=four[0].household_id, members=[four[2].pk, four[3].pk],
            asked=asked(clerk, four, at, r2="02", r3="99"), by=clerk, at=at, **more,
        )  # fmt: skip


def test_the_wife_becomes_head_and_the_husband_her_husband(clerk, dwellings, four, at, written):
    with acting(clerk):
        services.change_head(
            household_id=four[0].household_id, asked=asked(clerk, four, at, r0="11", r1="02"),
            by=clerk, at=at,
        )  # fmt: skip
    now = relations_now(clerk, dwellings[5])
    assert (now["万志强"], now["王巧云"], now["万子轩"]) == ("11", "02", "20")
    with acting(clerk):
        past = PastMembership.objects.get(residence=four[0].pk)
    event = next(each for each in written if each["action"] == "residents.household_head")
    assert event["changes"]["王巧云"] == ["配偶", "户主"]
    assert set(event["subjects"]) == {four[0].resident_id, four[1].resident_id}
    assert (past.relation, past.valid_from, past.valid_to) == (
        "02", four[0].begin_on, at.date(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("relations", "says"), [({"r0": "10"}, "没有户主|选择新的户主"), ({"r1": "02"}, "2 名户主")]
)
def test_no_head_and_two_heads_are_refused_and_nothing_changes(
    clerk, dwellings, four, at, relations, says
):
    before = relations_now(clerk, dwellings[5])
    with pytest.raises(services.UnableToRegroup, match=says), acting(clerk):
        services.change_head(
            household_id=four[0].household_id, asked=asked(clerk, four, at, **relations),
            by=clerk, at=at,
        )  # fmt: skip
    assert relations_now(clerk, dwellings[5]) == before
    with acting(clerk):
        assert not PastMembership.objects.exists()


def test_a_household_is_split_in_its_dwelling_and_merged_again(clerk, dwellings, four, at):
    fresh = split_son_and_lodger(clerk, four, at)
    with acting(clerk):
        dwellings[5].refresh_from_db()
        assert (dwellings[5].occupants, dwellings[5].households) == (4, 2)
        assert set(fresh.members.values_list("name", flat=True)) == {"万子轩", "石思源"}
        services.merge_households(
            household_id=four[0].household_id, other_id=fresh.pk,
            asked=asked(clerk, four, at, r2="20", r3="99"), by=clerk, at=at,
        )  # fmt: skip
        dwellings[5].refresh_from_db()
        fresh.refresh_from_db()
        assert dwellings[5].households == 1
        assert fresh.closed_on == at.date()
        assert PastMembership.objects.filter(residence=four[2].pk).count() == 2
    assert relations_now(clerk, dwellings[5])["万子轩"] == "20"


def test_those_who_go_to_another_dwelling_begin_a_household_there(clerk, dwellings, four, at):
    fresh = split_son_and_lodger(clerk, four, at, dwelling_id=dwellings[6].pk)
    with acting(clerk):
        there = services.members_at(dwellings[6].pk, clerk)
        assert [(row.name, row.relation) for row in there] == [("万子轩", "02"), ("石思源", "99")]
        assert {row.household_id for row in there} == {fresh.pk}
        old = Residence.objects.get(pk=four[2].pk)
        assert (old.status, old.end_on) == ("ended", at.date())
        dwellings[5].refresh_from_db()
        dwellings[6].refresh_from_db()
    assert (dwellings[5].occupants, dwellings[6].occupants) == (2, 2)


def test_when_the_head_goes_the_rest_need_another_one(clerk, four, at):
    with pytest.raises(services.UnableToRegroup, match="原户没有户主"), acting(clerk):
        services.split_household(
            household_id=four[0].household_id, members=[four[0].pk],
            asked=asked(clerk, four, at, r0="02"), by=clerk, at=at,
        )  # fmt: skip
    with acting(clerk):
        assert Household.objects.count() == 1


def test_one_member_moves_to_the_other_household(clerk, four, at):
    fresh = split_son_and_lodger(clerk, four, at)
    with acting(clerk):
        services.move_member(
            residence_id=four[1].pk, household_id=fresh.pk,
            asked=asked(clerk, four, at, r1="52"), by=clerk, at=at,
        )  # fmt: skip
        assert Residence.objects.get(pk=four[1].pk).household_id == fresh.pk


def test_a_second_act_on_what_was_seen_before_is_told_who_was_first(clerk, cast, four, at):
    seen = asked(clerk, four, at, r2="02", r3="99")
    split_son_and_lodger(clerk, four, at)
    colleague = cast.scope("colleague")
    with pytest.raises(services.UnableToRegroup, match="刚改过这套房屋的户"), acting(colleague):
        services.split_household(
            household_id=four[0].household_id, members=[four[2].pk, four[3].pk], asked=seen,
            by=colleague, at=at,
        )  # fmt: skip


def test_another_committee_sees_no_such_household(cast, four):
    for act in ("", "head/"):
        url = reverse("residents:household", args=[four[0].household_id]) + act
        assert cast.client("neighbour").get(url).status_code == 404


def test_a_second_head_of_a_family_begins_a_household_and_the_next_row_joins_it(
    clerk, dwellings, at
):
    rows = [
        services.Told(row=f"new-{n}", told=told(name, relation=relation,
                      document_number=number(birth, n + 40), phone=""))
        for n, (name, relation, birth) in enumerate([
            ("石思源", "户主", "19700101"), ("潘玉", "妻", "19710101"),
            ("郑向东", "户主", "19720101"), ("尹小梅", "妻", "19730101"),
        ])
    ]  # fmt: skip
    with acting(clerk):
        services.save_household(
            dwelling_id=dwellings[7].pk, rows=rows, by=clerk, at=at,
            dwelling_changes={"occupancy": "1"}, dwelling_version=dwellings[7].version,
        )  # fmt: skip
        homes = {}
        for row in services.members_at(dwellings[7].pk, clerk):
            homes.setdefault(row.household_id, []).append(row.name)
    assert sorted(homes.values()) == [["石思源", "潘玉"], ["郑向东", "尹小梅"]]


def test_correcting_a_relation_cannot_take_the_head_away(clerk, four, at):
    with pytest.raises(services.UnableToUpdate, match="没有户主"), acting(clerk):
        services.update_resident(
            resident_id=four[0].resident_id, told={"relation": "夫"}, by=clerk, at=at,
            version=services.version_of(four[0].resident, four[0]),
        )  # fmt: skip


def test_on_a_past_day_everybody_is_what_they_were(clerk, four, at):
    split_son_and_lodger(clerk, four, at)
    with acting(clerk):
        rows = list(Residence.objects.filter(pk__in=[row.pk for row in four]))
        then = places_on(rows, at.date() - timedelta(days=1))
        now = places_on(rows, at.date())
    assert {place[0] for place in then.values()} == {four[0].household_id}
    assert then[four[2].pk][1] == "20"
    assert now[four[2].pk][1] == "02"
    assert now[four[2].pk][0] != four[0].household_id


def test_the_page_proposes_relations_and_does_the_act(cast, clerk, dwellings, four):
    client = cast.client("clerk")
    url = reverse("residents:household_act", args=[four[0].household_id, "head"])
    assert "谁做户主" in text_of(client.get(url))
    shown = client.get(url, {"head": four[1].pk})
    relations = {
        line.field: line.relation for line in shown.context["groups"][0].lines
    }  # fmt: skip
    assert relations[f"relation-{four[0].pk}"] == "11"
    assert relations[f"relation-{four[2].pk}"] == "20"
    answer = client.post(f"{url}?head={four[1].pk}", {
        "state": shown.context["state"], "on": shown.context["form"].initial["on"].isoformat(),
        "note": "户口簿变更", "idempotency_key": "0" * 32, **relations,
    })  # fmt: skip
    assert answer.status_code == 302, text_of(answer)
    assert relations_now(clerk, dwellings[5])["王巧云"] == "02"
    page = text_of(client.get(reverse("residents:household", args=[four[0].household_id])))
    assert "王巧云 户" in page
    assert "更换户主" in page


def test_the_page_tells_what_is_missing_and_keeps_what_was_chosen(cast, four):
    client = cast.client("clerk")
    url = reverse("residents:household_act", args=[four[0].household_id, "split"])
    shown = client.get(url, {"members": [four[2].pk], "head": four[2].pk})
    answer = client.post(f"{url}?members={four[2].pk}", {
        "state": shown.context["state"], "on": "2026-01-01", "note": "",
        f"relation-{four[2].pk}": "20",
    })  # fmt: skip
    assert answer.status_code == 422
    assert "新户没有户主" in text_of(answer)


@pytest.mark.parametrize(
    ("head_was", "head_sex", "was", "sex", "becomes"),
    [
        ("12", "2", "02", "1", "11"),  # the wife leads: the husband
        ("12", "2", "20", "1", "20"),  # her son too
        ("12", "2", "52", "2", "54"),  # his mother is her mother-in-law
        ("20", "1", "02", "1", "51"),  # the son leads: the father
        ("20", "1", "30", "2", "70"),
        ("20", "1", "38", "2", ""),  # whose wife? the clerk asks
        ("51", "1", "02", "2", "30"),
        ("51", "1", "20", "1", "40"),
        ("70", "1", "99", "1", "99"),
        ("99", "1", "02", "1", "99"),
        ("", "1", "02", "1", ""),
    ],
)
def test_relations_follow_the_new_head(head_was, head_sex, was, sex, becomes):
    told_relation = {"head_was": head_was, "head_sex": head_sex, "was": was, "sex": sex}
    assert proposed_relation(**told_relation) == becomes


def test_the_trail_names_a_household_by_its_address(cast, dwellings, four, written):
    home = four[0].household_id
    cast.client("clerk").get(reverse("residents:household", args=[home]))
    (event,) = [each for each in written if each["action"] == "residents.household_viewed"]
    assert event["target_text"] == f"家庭户 {dwellings[5].short_address}"
