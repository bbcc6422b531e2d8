"""The municipal system's table: one file for a whole unit, line by line, and back again."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from portal.exchange.kinds import RawCell, RawRow
from portal.jobs import services as jobs
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from portal.orgs.models import OrgUnit
from portal.rules.working_days import is_working_day
from portal.usage import services
from portal.usage.exchange import UsageImport
from portal.usage.models import SystemUsage
from portal.usage.services import Told
from portal.usage.window import window_of
from tests.cast import DISTRICT, HOME, NEXT_DOOR, STREET
from tests.exchange.builders import Wizard, workbook
from tests.exports.builders import rows_of
from tests.metrics.builders import SYSTEM

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-111")]
HEADERS = ["居（村）委", "区划代码", "日期", "有目的使用次数"]
KIND = UsageImport()


@pytest.fixture(autouse=True)
def _files_of_this_test(settings, tmp_path):
    """Uploaded files lie where the test ends."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        },
    }


@pytest.fixture
def days():
    return window_of(timezone.localdate())


def name_of(code):
    return OrgUnit.objects.get(pk=code).name


def line(code, day, sessions, *, name=None, with_code=False):
    return [name or name_of(code), str(code) if with_code else "", str(day), str(sessions)]


def known():
    with acting(SYSTEM):
        return {
            (row.committee_id, row.day): (row.sessions, row.source, row.version)
            for row in SystemUsage.objects.all()
        }


def judged(scope, *rows):
    """What the kind says of lines of field and text."""
    raw = [
        RawRow(
            number, {key: RawCell(str(each), isinstance(each, int)) for key, each in row.items()}
        )
        for number, row in enumerate(rows, 2)
    ]
    with acting(scope):
        return KIND.check(raw, committee=scope.unit, by=scope, today=timezone.localdate())


def whole_way(cast, who, rows):
    """A file of these lines up to its result."""
    wizard = Wizard(cast, who)
    return wizard, wizard.imports(workbook(rows, HEADERS), "市系统.xlsx", kind="usage")


def test_the_district_takes_in_the_administrators_table_of_all_its_committees(cast, days):
    far = cast.far_committee
    rows = [line(HOME, days[0], 3), line(NEXT_DOOR, days[0], 0), line(far, days[1], 12)]
    _wizard, batch = whole_way(cast, "district", rows)
    assert batch.committee_id == DISTRICT
    assert batch.outcomes == {"create": 3}
    assert known() == {
        (HOME, days[0]): (3, "file", 1), (NEXT_DOOR, days[0]): (0, "file", 1),
        (far, days[1]): (12, "file", 1),
    }  # fmt: skip


def test_the_same_file_again_changes_nothing(cast, days):
    rows = [line(HOME, days[0], 3), line(HOME, days[1], 4)]
    whole_way(cast, "staff", rows)
    before = known()
    _wizard, batch = whole_way(cast, "staff", rows)
    assert batch.outcomes == {"unchanged": 2}
    assert known() == before


def test_wrong_lines_are_told_and_the_others_go_in(cast, days):
    rows = [
        line(HOME, days[0], 3), line(HOME, days[1], "几次"), line(HOME, "昨天前", 1),
        line(cast.far_committee, days[0], 1), line(HOME, days[0], 5),
    ]  # fmt: skip
    wizard, batch = whole_way(cast, "staff", rows)
    assert batch.outcomes == {"create": 1, "error": 3, "duplicate_in_file": 1}
    assert known() == {(HOME, days[0]): (3, "file", 1)}
    page = wizard.opens(batch)
    assert "次数应为不小于 0 的整数" in page
    assert "本单位没有叫这个名称的居（村）委" in page
    assert b"PK" in wizard.downloads_errors(batch)


def test_a_file_is_taken_back_where_nobody_came_after(cast, days):
    with acting(cast.scope("lead")):
        services.tell_days(
            committee=HOME, told={days[0]: Told(None, 9)}, by=cast.scope("lead"),
            at=timezone.now(),
        )  # fmt: skip
    rows = [line(HOME, days[0], 3), line(HOME, days[1], 4), line(HOME, days[2], 5)]
    wizard, batch = whole_way(cast, "staff", rows)
    assert batch.outcomes == {"create": 2, "update": 1}
    with acting(cast.scope("lead")):
        services.tell_days(
            committee=HOME, told={days[2]: Told(5, 6)}, by=cast.scope("lead"), at=timezone.now()
        )
    batch = wizard.posts(batch, "undo", reason="发错了月份")
    jobs.work(batch.undo_job_id)
    batch = wizard.batch(batch.pk)
    assert batch.outcomes == {"undone": 2, "kept": 1}
    assert known() == {(HOME, days[0]): (9, "hand", 3), (HOME, days[2]): (6, "hand", 2)}


def test_each_committee_has_the_import_in_its_trail(cast, days, told):
    whole_way(cast, "staff", [line(HOME, day, 1) for day in days[:3]])
    (event,) = told("usage.taken")
    assert (event["scope_code"], event["actor_name"]) == (HOME, "何静")
    assert event["changes"] == {
        "count": 3, "first_day": str(days[0]), "last_day": str(days[2]),
    }  # fmt: skip


def test_nothing_is_taken_when_the_trail_cannot_be_written(cast, days, monkeypatch):
    def broken(*_args, **_told):
        raise RuntimeError("no room")

    monkeypatch.setattr(services, "record_many", broken)
    by = cast.scope("staff")
    with pytest.raises(RuntimeError), acting(by):
        services.take_days(days=[services.FileDay(HOME, days[0], 1)], by=by, at=timezone.now())
    assert known() == {}


@pytest.mark.parametrize("who", ["analyst", "collector", "far_street"])
def test_who_may_not_tell_takes_no_file(cast, days, who):
    by = cast.scope(who)
    with pytest.raises(NotAllowed), acting(by):
        services.take_days(days=[services.FileDay(HOME, days[0], 1)], by=by, at=timezone.now())


def test_a_unit_takes_in_no_file_for_another_one(cast, days):
    content = workbook([line(HOME, days[0], 1)], HEADERS)
    wizard = Wizard(cast, "staff")
    batch = wizard.sent(content, kind="usage", committee=str(cast.far_committee))
    assert batch.committee_id == STREET  # what the post acts for, whatever was sent along


def test_other_ledgers_still_go_into_one_committee(cast, days):
    page = Wizard(cast, "staff").sends(
        workbook([line(HOME, days[0], 1)], HEADERS), kind="dwellings"
    )
    assert page.status_code == 422
    assert "请选择居（村）委" in page.content.decode()


def test_the_district_imports_nothing_else(cast):
    page = Wizard(cast, "district").client.get("/imports/").content.decode()
    assert 'value="usage"' in page
    assert 'value="residents"' not in page
    assert 'value="dwellings"' not in page
    assert Wizard(cast, "district").sends(b"x", kind="residents").status_code == 422


def test_the_district_opens_no_file_of_a_committees_register(cast, days):
    ledger = Wizard(cast, "clerk").sent(
        workbook([["梅川路", "1"]], ["路名", "号"]), kind="dwellings"
    )
    own = Wizard(cast, "staff").sent(workbook([line(HOME, days[0], 1)], HEADERS), kind="usage")
    client = cast.client("district")
    assert client.get(f"/imports/{ledger.pk}/").status_code == 404
    assert client.get(f"/imports/{own.pk}/").status_code == 200
    for page in ("/imports/", "/imports/history/"):
        shown = client.get(page).content.decode()
        assert str(own.pk) in shown
        assert str(ledger.pk) not in shown


def test_the_template_has_the_columns_and_says_what_counts(cast):
    response = cast.client("district").get(reverse("exchange:template", args=["usage"]))
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert [cell.value for cell in book.worksheets[0][1]] == HEADERS
    explained = "".join(str(cell.value) for row in book.worksheets[1].iter_rows() for cell in row)
    assert "没有使用填 0" in explained


@pytest.mark.parametrize(("cells", "field", "says"), [
    ({"committee": ""}, "committee", "没有填居（村）委"),
    ({"committee": "不存在居委会"}, "committee", "本单位没有叫这个名称的居（村）委"),
    ({"code": "310107999999"}, "code", "本单位没有这个代码的居（村）委"),
    ({"code": str(NEXT_DOOR)}, "committee", "名称与区划代码不是同一个居（村）委"),
    ({"day": "2026-13-01"}, "day", None),
    ({"day": "2999-01-01"}, "day", "日期 2999-01-01 晚于今天，请核对"),
    ({"day": "1999-01-01"}, "day", None),
    ({"sessions": ""}, "sessions", "没有填次数"),
    ({"sessions": "-3"}, "sessions", "次数应为不小于 0 的整数"),
    ({"sessions": "2.5"}, "sessions", "次数应为不小于 0 的整数"),
    ({"sessions": "10000"}, "sessions", "一天的次数不会这么多"),
], ids=[
    "no-name", "unknown-name", "unknown-code", "two-committees", "no-day", "future", "too-early",
    "no-count", "negative", "fraction", "too-many",
])  # fmt: skip
def test_a_wrong_cell_is_told_at_the_cell(cast, days, cells, field, says):
    right = {"committee": name_of(HOME), "day": str(days[0]), "sessions": "3"}
    (row,) = judged(cast.scope("staff"), right | cells)
    assert row.action == "error"
    (problem,) = row.problems
    assert problem.field == field
    assert says is None or problem.message == says
    assert problem.how


@pytest.mark.parametrize(("cells", "sessions"), [
    ({"sessions": "３次"}, 3), ({"sessions": "1,204"}, 1204), ({"sessions": 7}, 7),
    ({"sessions": "0"}, 0), ({"committee": "源园", "sessions": "1"}, 1),
    ({"committee": "", "code": str(HOME), "sessions": "1"}, 1),
], ids=["full-width", "thousands", "number", "zero", "short-name", "code-alone"])  # fmt: skip
def test_cells_are_read_as_people_write_them(cast, days, cells, sessions):
    right = {"committee": name_of(HOME), "day": str(days[0]), "sessions": "3"}
    (row,) = judged(cast.scope("staff"), right | cells)
    assert (row.action, row.problems) == ("create", ())
    assert row.clean["told"] == services.FileDay(HOME, days[0], sessions)


def test_a_rest_day_goes_in_with_a_word(cast, today):
    rest = next(day for n in range(1, 9) if not is_working_day(day := today - timedelta(days=n)))
    (row,) = judged(
        cast.scope("staff"), {"committee": name_of(HOME), "day": str(rest), "sessions": "2"}
    )
    assert row.action == "create"
    assert [(each.severity, each.message) for each in row.problems] == [
        ("warning", "这一天休息，记下但不计入使用率")
    ]


def test_a_name_of_two_committees_asks_for_the_code(cast, days):
    with acting(SYSTEM):
        OrgUnit.objects.filter(pk=NEXT_DOOR).update(name=name_of(HOME), short_name="源园")
    told = {"committee": name_of(HOME), "day": str(days[0]), "sessions": "1"}
    without, by_code = judged(cast.scope("staff"), told, told | {"code": str(NEXT_DOOR)})
    assert without.problems[0].message == "本单位有几个居（村）委叫这个名称"
    assert by_code.clean["told"].committee == NEXT_DOOR


def test_the_list_goes_out_as_a_file(cast, days):
    whole_way(cast, "staff", [line(HOME, day, 1) for day in days[:9]])
    made = cast.client("staff").post(
        reverse("exports:quick", args=["system_usage"]) + "?state=reached",
        {"purpose": "月度核对", "format": "csv"}, follow=True,
    )  # fmt: skip
    rows = rows_of(b"".join(made.streaming_content) if made.streaming else made.content)
    found = [row for row in rows if name_of(HOME) in row]
    assert [row[2:6] for row in found] == [["达到 8 天", "9", "9", "9"]]
    assert not [row for row in rows if name_of(NEXT_DOOR) in row]
