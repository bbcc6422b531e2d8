"""Estates as records: named with a building, corrected for all of them, joined when two are one."""

import re
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connections
from django.urls import reverse

from housing import services
from housing.models import Building, Estate
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from tests.housing.builders import a_building

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-80")]
NAME, SECOND = "棠浦花园", "棠浦小区"


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


def text(response):
    return response.content.decode()


def the_estate(by, name=NAME):
    with acting(by):
        return Estate.objects.get(name=name)


def names(by):
    with acting(by):
        return set(Estate.objects.standing().values_list("name", flat=True))


def again(building, by):
    with acting(by):
        return Building.objects.select_related("estate").get(pk=building.pk)


def changed(by, estate, at, version=None, **changes):
    with acting(by):
        return services.change_estate(
            estate_id=estate.pk, changes=changes, version=version or estate.version, by=by, at=at
        )


def joined(by, estate, into, at, version=None):
    with acting(by):
        return services.join_estates(
            estate_id=estate.pk, into_id=into.pk, version=version or estate.version, by=by, at=at
        )


def placed(by, building, at, **changes):
    with acting(by):
        return services.update_building(
            building_id=building.pk, changes=changes, version=again(building, by).version, by=by,
            at=at,
        )  # fmt: skip


# --- named with a building ------------------------------------------------------------------


def test_an_estate_is_registered_with_its_first_building_and_found_by_the_next(clerk, told):
    first = a_building(clerk, estate=NAME)
    second = a_building(clerk, "棠浦路988弄8号", estate=" 棠浦 花园 ")
    assert first.estate_id == second.estate_id == the_estate(clerk).pk
    assert (second.estate_name, names(clerk)) == (NAME, {NAME})
    (event,) = told("housing.estate_registered")
    assert event["target_id"] == str(first.estate_id)


def test_a_building_is_put_into_another_estate_or_into_none(clerk, at):
    building = a_building(clerk, estate=NAME)
    assert placed(clerk, building, at, estate=SECOND).estate == the_estate(clerk, SECOND)
    bare = placed(clerk, building, at, estate="")
    assert (bare.estate, bare.estate_name) == (None, "")


def test_saving_a_building_that_carries_a_name_alone_gives_it_its_estate(clerk, at):
    """As the release before writes it."""
    building = a_building(clerk)
    with acting(clerk):
        Building.objects.filter(pk=building.pk).update(estate_name=NAME)
    assert placed(clerk, building, at, estate=NAME).estate == the_estate(clerk)


def test_committees_have_estates_of_their_own(cast, clerk):
    mine = a_building(clerk, estate=NAME)
    theirs = a_building(cast.scope("neighbour"), "桂巷路12弄3号", estate=NAME)
    assert mine.estate_id != theirs.estate_id
    page = cast.client("clerk").get(reverse("housing:estate", args=[theirs.estate_id]))
    assert page.status_code == 404


def test_a_building_cannot_be_in_an_estate_of_another_committee(cast, clerk):
    """The database holds it, whoever writes."""
    theirs = a_building(cast.scope("neighbour"), "桂巷路12弄3号", estate=NAME)
    mine = a_building(clerk)
    with pytest.raises(Exception, match="housing_building_in_estate"), acting(clerk):
        Building.objects.filter(pk=mine.pk).update(estate_id=theirs.estate_id)


# --- what holds for all of its buildings ----------------------------------------------------


def test_what_an_estate_tells_is_told_in_one_place(clerk, at, told):
    building = a_building(clerk, estate=NAME)
    placed(clerk, building, at, property_company="新惠物业", contact="顾阿婆")
    assert again(building, clerk).manager == "新惠物业"
    changed(clerk, the_estate(clerk), at, property_company="沪西物业", owners_committee="1")
    now = again(building, clerk)
    assert (now.manager, now.property_company) == ("沪西物业", "")
    assert (now.get_owners_display(), now.contact) == ("已成立", "顾阿婆")
    (event,) = told("housing.estate_changed")
    assert event["changes"]["property_company"] == ["", "沪西物业"]


def test_a_building_does_not_contradict_its_estate(cast, clerk, at):
    building = a_building(clerk, estate=NAME)
    changed(clerk, the_estate(clerk), at, property_company="沪西物业")
    with pytest.raises(services.UnableToUpdate, match="统一登记") as refused:
        placed(clerk, building, at, property_company="新惠物业")
    assert refused.value.field == "property_company"
    assert placed(clerk, building, at, property_company="沪西物业").property_company == ""
    page = text(cast.client("clerk").get(reverse("housing:edit_building", args=[building.pk])))
    assert 'name="property_company"' not in page
    assert "物业公司由小区“棠浦花园”统一登记" in page


def test_a_building_that_comes_into_an_estate_leaves_it_the_word(clerk, at):
    a_building(clerk, "棠浦路988弄8号", estate=NAME)
    changed(clerk, the_estate(clerk), at, property_company="沪西物业")
    own = a_building(clerk)
    placed(clerk, own, at, property_company="新惠物业")
    now = placed(clerk, own, at, estate=NAME)
    assert (now.property_company, now.manager) == ("", "沪西物业")
    with acting(clerk):
        blank = Building.objects.filter(property_company="", estate__property_company="")
        assert not blank.exists()


def test_a_new_name_is_the_buildings_too_and_makes_open_forms_stale(clerk, at):
    building = a_building(clerk, estate=NAME)
    changed(clerk, the_estate(clerk), at, name="棠浦花苑")
    now = again(building, clerk)
    assert (now.estate_name, now.version) == ("棠浦花苑", building.version + 1)


def test_the_second_of_two_clerks_is_told_what_the_first_wrote(clerk, at):
    a_building(clerk, estate=NAME)
    estate = the_estate(clerk)
    changed(clerk, estate, at, property_company="沪西物业")
    with pytest.raises(services.UnableToUpdate, match="物业公司现为“沪西物业”"):
        changed(clerk, estate, at, version=estate.version, property_company="新惠物业")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": SECOND}, "name"),
        ({"owners_committee": "x"}, "owners_committee"),
        ({"built_from": 1700}, "built_from"),
        ({"built_from": 1996, "built_to": 1990}, "built_to"),
        ({"built_to": 1990}, "built_to"),
    ],
    ids=["no_name", "taken_name", "owners", "year", "years_turned_round", "only_the_last_year"],
)
def test_what_cannot_be_is_refused_at_its_field(clerk, at, changes, field):
    for address, estate in (("棠浦路988弄6号", NAME), ("棠浦路988弄8号", SECOND)):
        a_building(clerk, address, estate=estate)
    with pytest.raises(services.UnableToUpdate) as refused:
        changed(clerk, the_estate(clerk), at, **changes)
    assert refused.value.field == field
    assert names(clerk) == {NAME, SECOND}


# --- two that are one -----------------------------------------------------------------------


def test_two_that_are_one_become_one(cast, clerk, at, told):
    kept, moved = a_building(clerk, estate=NAME), a_building(clerk, "棠浦路988弄8号", estate=SECOND)
    changed(clerk, the_estate(clerk), at, built_from=1996)
    changed(clerk, the_estate(clerk, SECOND), at, property_company="沪西物业", built_from=2001)
    into = joined(clerk, the_estate(clerk, SECOND), the_estate(clerk), at)
    assert (into.property_company, into.built) == ("沪西物业", "1996—2001")
    assert again(moved, clerk).estate == again(kept, clerk).estate == into
    assert again(moved, clerk).estate_name == NAME
    ended = the_estate(clerk, SECOND)
    assert (ended.is_standing, ended.joined_to_id) == (False, into.pk)
    (event,) = told("housing.estate_joined")
    assert event["changes"]["buildings"] == 1
    page = text(cast.client("clerk").get(reverse("housing:estate", args=[into.pk])))
    assert SECOND in page  # its old name


def test_an_old_name_leads_to_the_estate_that_stayed(clerk, at):
    for number, estate in (("6", NAME), ("8", SECOND), ("10", "棠浦苑")):
        a_building(clerk, f"棠浦路988弄{number}号", estate=estate)
    joined(clerk, the_estate(clerk, SECOND), the_estate(clerk), at)
    joined(clerk, the_estate(clerk), the_estate(clerk, "棠浦苑"), at)
    fresh = a_building(clerk, "棠浦路988弄12号", estate=SECOND)
    assert fresh.estate_name == "棠浦苑"
    assert names(clerk) == {"棠浦苑"}


def test_an_estate_is_neither_joined_with_itself_nor_with_a_stranger_nor_twice(cast, clerk, at):
    for number, estate in (("6", NAME), ("8", SECOND)):
        a_building(clerk, f"棠浦路988弄{number}号", estate=estate)
    neighbour = cast.scope("neighbour")
    a_building(neighbour, "桂巷路12弄3号", estate=NAME)
    theirs = the_estate(neighbour)
    mine = the_estate(clerk)
    for other in (mine, theirs):
        with pytest.raises(services.UnableToUpdate, match="另一个") as refused:
            joined(clerk, mine, other, at)
        assert refused.value.field == "into"
    joined(clerk, the_estate(clerk, SECOND), mine, at)
    with pytest.raises(services.UnableToUpdate, match="已并入"):
        joined(clerk, the_estate(clerk, SECOND), mine, at)


@pytest.mark.parametrize("key", ["lead", "collector", "street", "district"])
def test_only_posts_that_edit_housing_change_estates(cast, clerk, at, key):
    a_building(clerk, estate=NAME)
    estate = the_estate(clerk)
    with pytest.raises(NotAllowed):
        changed(cast.scope(key), estate, at, property_company="沪西物业")
    for page in ("edit_estate", "join_estate"):
        found = cast.client(key).get(reverse(f"housing:{page}", args=[estate.pk]))
        assert found.status_code == 403


# --- pages ----------------------------------------------------------------------------------


def test_the_list_and_the_page_count_what_stands_there(cast, clerk):
    a_building(clerk, floors=3, per_floor=2, estate=NAME)
    a_building(clerk, "棠浦路988弄8号", floors=0, estate=NAME)
    for key in ("clerk", "street", "district"):
        client = cast.client(key)
        listed = text(client.get(reverse("housing:estates")))
        row = re.search(rf"<tr[^>]*>(?:(?!</tr>).)*{NAME}.*?</tr>", listed, re.S)[0]
        assert re.findall(r"<td[^>]*>([0-9]+)</td>", row)[:2] == ["2", "6"]
        page = text(client.get(reverse("housing:estate", args=[the_estate(clerk).pk])))
        assert "2 栋" in page
        assert "6 套" in page
        assert page.count('class="pp-rowlink"') == 2


def test_the_pages_take_few_queries_however_many_estates(
    cast, clerk, django_assert_max_num_queries
):
    for number in range(1, 7):
        a_building(
            clerk, f"棠浦路988弄{number}号", floors=1, per_floor=1, estate=f"{NAME}{number}期"
        )
    clients = [cast.client("clerk"), cast.client("street")]
    pages = [
        reverse("housing:estates"),
        reverse("housing:estate", args=[the_estate(clerk, f"{NAME}1期").pk]),
    ]
    for client in clients:
        for page in pages:
            client.get(page)
            with django_assert_max_num_queries(24):
                assert client.get(page).status_code == 200


def test_a_committee_is_not_told_its_own_name_in_every_row(cast, clerk):
    a_building(clerk, estate=NAME)
    pages = [cast.client(key).get(reverse("housing:estates")) for key in ("clerk", "street")]
    shown = [{column.key for column in page.context["list"].shown} for page in pages]
    assert ["committee" in keys for keys in shown] == [False, True]


def test_an_estate_is_found_by_the_beginning_of_its_name(cast, clerk):
    a_building(clerk, estate=NAME)
    where = reverse("housing:estate", args=[the_estate(clerk).pk])
    for key, sees in (("clerk", True), ("street", True), ("neighbour", False)):
        found = text(cast.client(key).post(reverse("desk:search"), {"q": "棠浦"}))
        assert (where in found) is sees


def test_estates_stand_in_the_order_people_count_them(cast, clerk, at):
    counted = ["棠浦一村", "棠浦二村", "棠浦十村", "棠浦十二村"]
    for number, name in enumerate(reversed(counted), 1):
        a_building(clerk, f"棠浦路988弄{number}号", estate=name)
    changed(clerk, the_estate(clerk, "棠浦二村"), at, name="棠浦三村")
    counted[1] = "棠浦三村"
    client = cast.client("clerk")

    def order(url):
        return list(dict.fromkeys(re.findall("棠浦[一二三十]+村", text(client.get(url)))))

    for url in (reverse("housing:estates"), reverse("housing:add_building")):
        assert order(url) == counted, url
    assert order(f"{reverse('housing:estates')}?sort=-name") == counted[::-1]
    join = reverse("housing:join_estate", args=[the_estate(clerk, "棠浦一村").pk])
    offered = re.search("<select.*?</select>|<fieldset.*?</fieldset>", text(client.get(join)), re.S)
    assert re.findall("棠浦[一二三十]+村", offered[0] if offered else "") == counted[1:]


def test_the_list_of_buildings_is_narrowed_to_an_estate(cast, clerk):
    a_building(clerk, estate=NAME)
    a_building(clerk, "棠浦路988弄8号", estate=SECOND)
    url = f"{reverse('housing:buildings')}?estate={the_estate(clerk).pk}"
    page = text(cast.client("clerk").get(url))
    assert ">棠浦路988弄 6号<" in page
    assert ">棠浦路988弄 8号<" not in page
    assert reverse("housing:estate", args=[the_estate(clerk).pk]) in page
    street = text(cast.client("street").get(f"{url}&unit={clerk.unit}"))
    assert ">棠浦路988弄 8号<" not in street


def test_a_clerk_registers_changes_and_joins_on_pages(cast, clerk):
    client = cast.client("clerk")
    made = client.post(reverse("housing:add_estate"), {"name": NAME, "built_from": "1996"})
    assert made.status_code == 302
    refused = client.post(reverse("housing:add_estate"), {"name": NAME})
    assert refused.status_code == 422
    assert "本居（村）委已有小区“棠浦花园”" in text(refused)
    edit = reverse("housing:edit_estate", args=[the_estate(clerk).pk])
    sent_form = {"name": NAME, "property_company": "沪西物业", "version": "1"}
    assert client.post(edit, sent_form).status_code == 302
    stale = client.post(edit, sent_form | {"property_company": "新惠物业"})
    assert stale.status_code == 422
    assert "物业公司现为“沪西物业”" in text(stale)
    assert "新惠物业" in text(stale)  # nothing that was typed is lost
    client.post(reverse("housing:add_estate"), {"name": SECOND})
    join = reverse("housing:join_estate", args=[the_estate(clerk, SECOND).pk])
    assert client.post(join, {"version": "1"}).status_code == 422
    done = client.post(join, {"into": str(the_estate(clerk).pk), "version": "1"})
    assert done.status_code == 302
    assert names(clerk) == {NAME}


def test_a_new_building_offers_the_committees_estates(cast, clerk):
    a_building(clerk, estate=NAME)
    a_building(cast.scope("neighbour"), "桂巷路12弄3号", estate="桂巷新村")
    page = text(cast.client("clerk").get(reverse("housing:add_building")))
    assert f'<option value="{NAME}"></option>' in page
    assert "桂巷新村" not in page


# --- the names that were there before -------------------------------------------------------


def test_names_on_buildings_become_records_and_go_back(clerk):
    """What the migration makes of a register whose buildings carry names only."""
    a_building(clerk), a_building(clerk, "棠浦路988弄8号"), a_building(clerk, "棠浦路988弄10号")
    with acting(clerk):
        rows = Building.objects.order_by("sort_key")
        first, second, other = rows
        Building.objects.filter(pk=first.pk).update(
            estate_name="棠浦 花园", property_company="沪西物业", owners_committee="1"
        )
        Building.objects.filter(pk=second.pk).update(
            estate_name=NAME, property_company="沪西物业", owners_committee="0"
        )
    step = import_module("housing.migrations.0017_estates_named")
    editor = SimpleNamespace(connection=connections["default"])
    with acting(clerk):
        step.name_estates(apps, editor)
        first, second, other = rows.select_related("estate").all()
        assert first.estate == second.estate
        assert other.estate is None
        assert (first.manager, first.property_company) == ("沪西物业", "")
        # where they differ, each keeps its own
        assert (first.estate.owners_committee, first.owners, second.owners) == ("", "1", "0")
        step.forget_estates(apps, editor)
        first, second, other = rows.select_related("estate").all()
        assert (first.estate, first.estate_name, first.property_company) == (None, NAME, "沪西物业")
        assert not Estate.objects.exists()


def test_estates_that_were_there_get_their_place_in_the_order(clerk):
    for number, name in enumerate(("棠浦十村", "棠浦二村", "第3小区"), 1):
        a_building(clerk, f"棠浦路988弄{number}号", estate=name)
    with acting(clerk):
        keys = dict(Estate.objects.values_list("name", "sort_key"))
        Estate.objects.update(sort_key="")
    step = import_module("housing.migrations.0022_estates_in_order")
    editor = SimpleNamespace(connection=connections["default"])
    with acting(clerk):
        step.give_keys(apps, editor)
        assert dict(Estate.objects.values_list("name", "sort_key")) == keys
        step.forget_keys(apps, editor)
        assert set(Estate.objects.values_list("sort_key", flat=True)) == {""}
