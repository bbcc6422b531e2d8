"""Register lists over real rows: paging by key, filters in words, choices that last."""

import re
from typing import Any

import django_filters
import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from portal.accounts.models import User
from portal.orgs.models import OrgUnit
from portal.ui import keyset
from portal.ui.cells import BulkAction, Column, SavedView, Tag
from portal.ui.listing import RegisterList

pytestmark = pytest.mark.usefixtures("units")


class UnitFilter(django_filters.FilterSet):
    kind = django_filters.MultipleChoiceFilter(
        label="类别",
        choices=[("district", "区"), ("street", "街道"), ("residents_committee", "居委")],
    )
    code = django_filters.RangeFilter(label="代码")
    starts = django_filters.CharFilter(label="名称", field_name="name", lookup_expr="startswith")

    class Meta:
        model = OrgUnit
        fields: list[str] = []


class UnitList(RegisterList):
    key = "units"
    unit = "个"
    columns = (
        Column("name", "名称", kind="name", sort="name", fixed=True),
        Column("code", "代码", kind="code", sort="code"),
        Column("kind", "类别", sort="kind", cell=lambda unit: Tag(unit.kind, "info")),
        Column("parent", "上级", cell="parent.name", shown=False),
    )
    filterset_class = UnitFilter
    default_sort = "code"

    def row_url(self, row: Any) -> str:
        return f"/orgs/{row.pk}/"


def asked(address="", *, user=None, target="", method="get", **data):
    headers = {"HX-Request": "true", "HX-Target": target} if target else {}
    request = getattr(RequestFactory(), method)(f"/list/?{address}", data, headers=headers)
    request.htmx = HtmxDetails(request)
    request.session, request.user = {}, user or AnonymousUser()
    request.scope = None
    return request


def units_listed(query="", **kwargs):
    rows = OrgUnit.objects.select_related("parent")
    return UnitList(asked(query), rows, **kwargs)


def query_of(url):
    return url.partition("?")[2]


def walk(query, step):
    """Every page from here in one direction, as lists of keys."""
    pages = []
    while True:
        listing = units_listed(query)
        pages.append([row.pk for row in listing.rows])
        url = getattr(listing, step)
        if not url:
            return pages, query
        query = query_of(url)


@pytest.mark.parametrize("order", ["code", "-code", "name", "-name", "kind", "-kind"])
def test_pages_in_both_directions_show_every_row_once_and_in_order(order):
    field = order.removeprefix("-")
    sign = "-" if order.startswith("-") else ""
    whole = [
        str(pk)
        for pk in OrgUnit.objects.order_by(f"{sign}{field}", f"{sign}pk").values_list(
            "pk", flat=True
        )
    ]
    forward, last = walk(f"sort={order}&size=20", "next_url")
    assert [pk for page in forward for pk in page] == whole
    backward, first = walk(last, "previous_url")
    assert backward[-1] == whole[:20]
    assert {pk for page in backward for pk in page} == set(whole)
    assert not units_listed(first).previous_url


def test_a_page_costs_two_queries_however_deep_it_is(django_assert_num_queries):
    _forward, last = walk("sort=name&size=20", "next_url")
    listing = units_listed(last)
    with django_assert_num_queries(2):
        assert listing.rows


def test_no_page_is_reached_by_counting_rows(django_assert_num_queries):
    _forward, last = walk("sort=name&size=20", "next_url")
    listing = units_listed(last)
    with django_assert_num_queries(2) as asked_for:
        assert listing.rows
    assert not any("OFFSET" in query["sql"].upper() for query in asked_for.captured_queries)


@pytest.mark.parametrize("boundary", ["999", "not-a-key", "310107999999", "%00"])
def test_an_unknown_boundary_leads_to_the_first_page(boundary):
    first = [row.pk for row in units_listed("size=20").rows]
    assert [row.pk for row in units_listed(f"size=20&after={boundary}").rows] == first
    assert [row.pk for row in units_listed(f"size=20&before={boundary}").rows] == first


def test_a_boundary_out_of_sight_is_no_boundary():
    """A foreign key in the address must not tell where the foreign row would stand."""
    seen = OrgUnit.objects.filter(code__lt=310107002000)
    foreign = OrgUnit.objects.filter(code__gt=310107002000).first()
    listing = UnitList(asked(f"after={foreign.pk}"), seen)
    assert not listing.page.has_previous


@pytest.mark.parametrize("wish", ["nonsense", "-", "parent__password", "parent", "pk; DROP"])
def test_an_order_that_is_not_offered_is_ignored(wish):
    column, descending = units_listed(f"sort={wish}").order
    assert column is not None
    assert (column.key, descending) == ("code", False)


@pytest.mark.parametrize("wish", ["0", "7", "100000", "x"])
def test_a_page_size_that_is_not_offered_is_ignored(wish):
    assert units_listed(f"size={wish}").size == 50


def test_addresses_carry_keys_and_never_values():
    listing = units_listed("sort=name&size=20")
    assert f"after={listing.rows[-1].pk}" in listing.next_url
    assert listing.rows[-1].record.name not in listing.next_url


def test_conditions_are_told_in_words_and_can_be_dropped_one_by_one():
    listing = units_listed("kind=street&kind=residents_committee&code_min=310107001000&sort=name")
    assert [(chip.label, chip.text) for chip in listing.chips] == [
        ("类别", "街道、居委"),
        ("代码", "不少于 310107001000"),
    ]
    without_kind = units_listed(query_of(listing.chips[0].remove_url))
    assert [chip.label for chip in without_kind.chips] == ["代码"]
    assert without_kind.order[0].key == "name"
    assert not units_listed(query_of(listing.clear_url)).chips


def test_a_filter_that_cannot_be_read_shows_nothing_and_says_so():
    listing = units_listed("code_min=many")
    assert listing.filter_errors
    assert not listing.rows


def test_an_empty_result_suggests_the_condition_to_drop():
    listing = units_listed("kind=street&starts=没有这样的名字")
    assert not listing.rows
    chip, found = listing.relief
    assert chip.label == "名称"
    assert found == OrgUnit.objects.filter(kind="street").count()


def test_counting_stops_at_the_cap(monkeypatch):
    monkeypatch.setattr(UnitList, "count_cap", 10)
    listing = units_listed()
    assert listing.count == (10, False)
    assert listing.is_capped
    told = units_listed(estimate=lambda: 92_345)
    assert told.count == (92_345, False)
    assert not told.is_capped


def test_an_estimate_of_the_whole_is_not_told_for_a_part(monkeypatch):
    monkeypatch.setattr(UnitList, "count_cap", 10)
    assert units_listed("kind=residents_committee", estimate=lambda: 92_345).is_capped


def test_chosen_columns_and_row_height_last_until_they_are_changed():
    user = User.objects.create_user("lister", "a-long-word-2026", name="周敏")
    rows = OrgUnit.objects.all()
    first = UnitList(asked("col=parent&col=code&rows=roomy", user=user), rows)
    assert [column.key for column in first.shown] == ["name", "parent", "code"]
    again = UnitList(asked(user=User.objects.get(pk=user.pk)), rows)
    assert [column.key for column in again.shown] == ["name", "parent", "code"]
    assert again.is_roomy
    strange = UnitList(asked("col=password", user=user), rows)
    assert [column.key for column in strange.shown] == ["name", "code", "kind"]


def test_a_bulk_act_is_for_the_ticked_rows_in_sight_only():
    seen = OrgUnit.objects.filter(code__lt=310107002000)
    foreign = OrgUnit.objects.filter(code__gt=310107002000).first()
    own = seen.first()
    request = asked(method="post", pick=[str(own.pk), str(foreign.pk)])
    assert list(UnitList.picked(request, seen)) == [own]


def test_everything_means_the_filter_and_not_the_page():
    request = asked(method="post", all="1", query="kind=street", pick=["310107000000"])
    chosen = UnitList.picked(request, OrgUnit.objects.all())
    assert set(chosen) == set(OrgUnit.objects.filter(kind="street"))


def test_everything_under_an_unreadable_filter_is_nothing():
    request = asked(method="post", all="1", query="code_min=many")
    assert not UnitList.picked(request, OrgUnit.objects.all()).exists()


def test_the_page_holds_the_list_and_htmx_gets_the_list_alone():
    listing = units_listed(bulk=[BulkAction("合并", "/merge/")], views=[SavedView("全部", "", 5)])
    whole = listing.respond("ui/list.html").content.decode()
    assert whole.count("<tr") == len(listing.rows) + 1
    assert 'aria-sort="ascending"' in whole
    assert 'name="pick"' in whole
    alone = UnitList(asked(target="list"), OrgUnit.objects.all()).respond("404.html")
    assert 'id="list"' in alone.content.decode()
    assert "<html" not in alone.content.decode()


def test_a_row_comparison_knows_two_directions():
    with pytest.raises(ValueError, match="OR"):
        keyset.RowComparison([], "OR", [])


def test_a_list_with_conditions_offers_to_choose_them():
    page = UnitList(asked(), OrgUnit.objects.all()).respond("ui/list.html").content.decode()
    assert "data-filter" in page


def test_the_chooser_shows_the_chosen_columns_first_and_ticked():
    listing = UnitList(asked("col=code"), OrgUnit.objects.all())
    boxes = listing.column_boxes
    ticked = [tag for tag in re.findall(r"<input[^>]*>", boxes) if "checked" in tag]
    assert [column.key for column in listing.shown] == ["name", "code"]
    assert len(ticked) == 2
    assert boxes.index("disabled") < boxes.index('value="code"')
