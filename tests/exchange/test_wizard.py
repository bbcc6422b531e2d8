"""A file's way through the wizard, with a kind of its own: the frame's promises."""

import io
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection

from housing.models import AddressPlate
from portal.exchange.models import BatchState, ImportBatch
from portal.exchange.services import purge_closed
from portal.jobs import services as jobs
from portal.jobs.models import JobState, RowOutcome
from portal.orgs.acting import acting
from portal.orgs.posts import system_scope
from tests.exchange import plates
from tests.exchange.builders import HEADERS, Wizard, plate, refusal_of, sheet_rows, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plate_files")]


def numbers(wizard):
    with acting(wizard.scope):
        return sorted(AddressPlate.objects.values_list("number", flat=True), key=int)


def test_a_file_goes_in_and_each_row_has_its_outcome(wizard):
    batch = wizard.checked(workbook([plate(1), plate(2), plate("甲"), plate(1)]))
    assert wizard.actions(batch) == {2: "create", 3: "create", 4: "error", 5: "duplicate_in_file"}
    assert numbers(wizard) == []  # nothing is written before the fourth step
    batch = wizard.applies(batch)
    assert batch.state == BatchState.DONE
    assert batch.outcomes == {"create": 2, "error": 1, "duplicate_in_file": 1}
    assert numbers(wizard) == ["1", "2"]
    with acting(wizard.scope):
        assert RowOutcome.objects.filter(job=batch.apply_job).count() == 4
    page = wizard.opens(batch)
    assert "号“甲”不是数字" in page
    assert "与第 2 行重复" in page
    assert batch.effect == {"before": {"门弄牌": 0}, "after": {"门弄牌": 2}}


def test_the_same_file_again_changes_nothing_and_says_that_it_was_here(wizard):
    content = workbook([plate(1), plate(2)])
    wizard.imports(content)
    again = wizard.sent(content)
    assert "已导入过" in wizard.opens(again)
    assert wizard.applies(wizard.maps(again)).outcomes == {"unchanged": 2}
    assert numbers(wizard) == ["1", "2"]


def test_differences_to_the_register_are_shown_before_and_after(wizard):
    wizard.imports(workbook([plate(1, lane="5")]))
    batch = wizard.checked(workbook([plate(1, lane="7")]))
    page = wizard.opens(batch, "?show=update")
    assert "<del>5</del>" in page
    assert "<ins>7</ins>" in page
    assert wizard.applies(batch).outcomes == {"update": 1}


def test_columns_are_asked_once_and_remembered(wizard):
    headers = ["道路", "门牌号", "弄号", "管理人", "手机"]
    first = wizard.sent(workbook([plate(1)], headers))
    assert first.mapping == ["road", "number", "lane", None, "phone"]
    assert "选择系统字段" in wizard.opens(first)
    wizard.maps(first, **{"3": "keeper"})
    again = wizard.sent(workbook([plate(2)], headers))
    assert again.mapping == ["road", "number", "lane", "keeper", "phone"]


def test_of_several_sheets_the_longest_is_taken_and_another_can_be_chosen(wizard):
    book = openpyxl.Workbook()
    book.active.title = "三号楼"
    second = book.create_sheet("五号楼")
    for sheet, rows in ((book.active, [plate(1)]), (second, [plate(2), plate(3)])):
        sheet.append(HEADERS)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    batch = wizard.sent(out.getvalue())
    assert (batch.sheet, batch.row_count) == ("五号楼", 2)
    batch = wizard.posts(batch, "sheet", sheet="三号楼")
    assert (batch.sheet, batch.row_count) == ("三号楼", 1)
    assert wizard.applies(wizard.maps(batch)).outcomes == {"create": 1}
    assert numbers(wizard) == ["1"]


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (["road", "", "lane", "", ""], "还缺必填列：号"),
        (["road", "number", "number", "", ""], "有两列都对应“号”"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_on_the_page(wizard, chosen, sentence):
    batch = wizard.sent(workbook([plate(1)]))
    data = {f"column-{place}": key for place, key in enumerate(chosen)}
    response = wizard.client.post(wizard.url(batch, "mapping/"), data)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert wizard.batch(batch.pk).state == BatchState.RECEIVED


def test_a_cell_is_corrected_in_place_and_its_row_judged_again(wizard):
    batch = wizard.checked(workbook([plate("甲"), plate("乙"), plate(3)]))
    page = wizard.opens(batch, "?show=error&cell=2-1")
    assert 'name="text" value="甲"' in page
    response = wizard.client.post(
        wizard.url(batch, "cell/"), {"line": 2, "column": 1, "text": "1", "query": "show=error"}
    )
    assert response["Location"].endswith("?show=error&cell=3-1")  # the next problem opens
    assert wizard.actions(wizard.batch(batch.pk)) == {2: "create", 3: "error", 4: "create"}
    assert wizard.batch(batch.pk).counts["error"] == 1
    assert wizard.applies(batch).outcomes == {"create": 2, "error": 1}
    assert numbers(wizard) == ["1", "3"]


def test_correcting_a_number_into_another_row_s_makes_a_duplicate_and_back(wizard):
    batch = wizard.checked(workbook([plate(1), plate(2)]))
    wizard.posts(batch, "cell", line=3, column=1, text="1")
    assert wizard.actions(batch) == {2: "create", 3: "duplicate_in_file"}
    wizard.posts(batch, "cell", line=2, column=1, text="5")
    assert wizard.actions(batch) == {2: "create", 3: "create"}


def test_a_row_with_an_error_is_no_reason_to_refuse_its_correct_twin(wizard):
    batch = wizard.checked(workbook([plate(1, keeper="123"), plate(1)]))
    assert wizard.actions(batch) == {2: "error", 3: "create"}


def test_a_row_is_left_out_and_taken_back_in(wizard):
    batch = wizard.checked(workbook([plate(1), plate(1), plate(2)]))
    wizard.posts(batch, "row", line=2, out="1")
    assert wizard.actions(batch) == {2: "skipped", 3: "create", 4: "create"}
    wizard.posts(batch, "row", line=2)
    assert wizard.actions(batch) == {2: "create", 3: "duplicate_in_file", 4: "create"}
    wizard.posts(batch, "row", line=4, out="1")
    assert wizard.applies(batch).outcomes == {
        "create": 1, "duplicate_in_file": 1, "skipped": 1,
    }  # fmt: skip


def test_the_error_workbook_holds_refused_rows_only_and_goes_in_once_corrected(wizard):
    keeper = "319999196107172804"
    batch = wizard.imports(
        workbook([plate(1), plate("甲", lane="9", keeper=keeper), plate(1, lane="3")])
    )
    head, *rows = sheet_rows(wizard.downloads_errors(batch))
    assert head == ["路名", "号", "弄", "证件号码", "联系电话", "错误原因", "怎么改"]
    assert [row[1] for row in rows] == ["甲", "1"]
    assert rows[0][3] == keeper  # eighteen digits, as text
    assert rows[0][5:] == ["号“甲”不是数字", "只填数字，如 12"]
    rows[0][1] = "12"
    again = wizard.sent(workbook([rows[0]], head))
    assert again.mapping == ["road", "number", "lane", "keeper", "phone", None, None]
    assert wizard.applies(wizard.maps(again)).outcomes == {"create": 1}
    assert numbers(wizard) == ["1", "12"]


def test_the_error_workbook_marks_cells_and_hides_nothing(wizard):
    batch = wizard.imports(workbook([plate("=1+1", phone="")]))
    content = wizard.downloads_errors(batch)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet["B2"].value == "=1+1"
    assert sheet["B2"].data_type == "s"
    assert sheet["B2"].fill.fgColor.rgb == "FFFCEBE9"  # red
    assert sheet["E2"].fill.fgColor.rgb == "FFFFF3D9"  # amber
    assert sheet["A2"].fill.fill_type is None
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert [name for name in names if "sheet" in name and "rels" not in name] == [
        "xl/worksheets/sheet1.xml"
    ]
    assert not [name for name in names if "comment" in name or "external" in name]


def test_only_who_sent_the_file_gets_its_refused_rows_in_full(wizard, cast):
    batch = wizard.imports(workbook([plate("甲")]))
    colleague = cast.client("colleague")
    assert colleague.get(wizard.url(batch, "errors/")).status_code == 302
    page = colleague.get(wizard.url(batch)).content.decode()
    assert "错误行只能由上传文件的人" in page
    assert "下载错误行" not in page


def test_an_applied_file_is_taken_back_but_for_what_was_touched_since(wizard, today):
    wizard.imports(workbook([plate(1, lane="5")]))
    batch = wizard.imports(workbook([plate(1, lane="7"), plate(2), plate(3)]))
    with acting(wizard.scope):
        AddressPlate.objects.filter(number="3").update(retired_on=today)
    batch = wizard.posts(batch, "undo", reason="传错了文件")
    jobs.work(batch.undo_job_id)
    batch = wizard.batch(batch.pk)
    assert batch.state == BatchState.UNDONE
    assert batch.outcomes == {"undone": 2, "kept": 1}
    assert numbers(wizard) == ["1", "3"]
    with acting(wizard.scope):
        assert AddressPlate.objects.get(number="1").lane == "5"
    assert "写入后已有人改过" in wizard.opens(batch)


def test_taking_back_needs_a_reason_and_happens_once(wizard):
    batch = wizard.imports(workbook([plate(1)]))
    response = wizard.client.post(wizard.url(batch, "undo/"), {"reason": ""})
    assert response.status_code == 422
    assert "请填写撤销事由" in response.content.decode()
    batch = wizard.posts(batch, "undo", reason="传错了")
    jobs.work(batch.undo_job_id)
    wizard.posts(batch, "undo", reason="再来一次")
    assert wizard.batch(batch.pk).undo_job_id == batch.undo_job_id


def test_a_worker_that_dies_between_chunks_loses_and_doubles_nothing(wizard, monkeypatch):
    monkeypatch.setattr("portal.exchange.services.state.CHUNK_ROWS", 3)
    batch = wizard.checked(workbook([plate(number) for number in range(1, 11)]))
    batch = wizard.posts(batch, "apply")
    plates.BREAK.append(KeyboardInterrupt())  # the process is told to stop in the first chunk
    with pytest.raises(KeyboardInterrupt):
        jobs.work(batch.apply_job_id)
    assert numbers(wizard) == []  # the chunk in hand is undone wholly
    plates.BREAK.append(RuntimeError("power failure"))
    jobs.work(batch.apply_job_id)
    jobs.work(batch.apply_job_id)
    batch = wizard.batch(batch.pk)
    assert batch.state == BatchState.DONE
    assert numbers(wizard) == [str(number) for number in range(1, 11)]
    with acting(wizard.scope):
        lines = RowOutcome.objects.filter(job=batch.apply_job).values_list("line", flat=True)
        assert sorted(lines) == list(range(2, 12))
        assert batch.apply_job.state == JobState.DONE


def test_a_stopped_import_keeps_whole_chunks_and_goes_on_later(wizard, monkeypatch):
    monkeypatch.setattr("portal.exchange.services.state.CHUNK_ROWS", 3)
    batch = wizard.checked(workbook([plate(number) for number in range(1, 8)]))
    batch = wizard.posts(batch, "apply")
    assert jobs._work_one(batch.apply_job_id, wizard.scope)
    batch = wizard.posts(batch, "stop")
    jobs.work(batch.apply_job_id)
    assert numbers(wizard) == ["1", "2", "3"]
    assert "接着导入" in wizard.opens(batch)
    batch = wizard.applies(batch)
    assert batch.outcomes == {"create": 7}
    assert numbers(wizard) == [str(number) for number in range(1, 8)]


def test_one_row_that_the_database_refuses_does_not_take_the_others_with_it(wizard, cast):
    stranger = Wizard(cast, "neighbour")
    stranger.imports(workbook([plate(2)]))  # the address is theirs; unseen here, and unique
    batch = wizard.imports(workbook([plate(1), plate(2), plate(3)]))
    assert batch.outcomes == {"create": 2, "error": 1}
    assert "没有写入" in wizard.opens(batch)


def test_a_file_given_up_leaves_no_trace_in_the_register(wizard):
    batch = wizard.checked(workbook([plate(1)]))
    batch = wizard.posts(batch, "abandon")
    assert batch.state == BatchState.CANCELLED
    assert numbers(wizard) == []
    assert "已放弃" in wizard.opens(batch)


def test_sending_the_form_twice_makes_one_batch(wizard):
    data = {"idempotency_key": "6f3c2b52-3f0e-4a6c-9a44-0b9d8f2f4f11"}
    first = wizard.sends(workbook([plate(1)]), **data)
    second = wizard.sends(workbook([plate(1)]), **data)
    assert first["Location"] == second["Location"]
    with acting(wizard.scope):
        assert ImportBatch.objects.count() == 1


def test_no_number_is_plain_in_the_database_on_disk_or_on_the_page(wizard, tmp_path):
    keeper, phone = "319999196107172804", "13800002671"
    rows = [plate(1, keeper=keeper, phone=phone), plate("甲", keeper=keeper[:-1], phone=phone)]
    wizard.imports(workbook([plate(1, lane="5")]))
    batch = wizard.checked(workbook(rows))
    shown = wizard.opens(batch, "?show=all") + wizard.opens(wizard.sent(workbook(rows)))
    batch = wizard.applies(batch)
    shown += wizard.opens(batch)
    assert "3199**********2804" in shown
    for secret in (keeper, keeper[:-1], phone):
        assert secret not in shown
    with acting(wizard.scope), connection.cursor() as cursor:
        for table in (
            "exchange_importbatch", "exchange_importrow", "jobs_rowoutcome", "jobs_job",
            "jobs_jobchunk",
        ):  # fmt: skip
            cursor.execute(f"SELECT t::text FROM {table} t")
            dump = "\n".join(row[0] for row in cursor.fetchall())
            assert dump
            assert keeper[:-1] not in dump
            assert phone not in dump
    stored = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert stored
    assert not [path for path in stored if path.read_bytes().startswith(b"PK")]


def test_a_full_number_is_shown_to_its_sender_where_it_is_wrong_and_leaves_a_trace(wizard, cast):
    batch = wizard.checked(workbook([plate(1, keeper="31999919610717280")]))
    assert 'value="31999919610717280"' in wizard.opens(batch, "?cell=2-3")
    assert "31999919610717280" not in Wizard(cast, "colleague").opens(batch, "?cell=2-3")
    good = wizard.checked(workbook([plate(2, keeper="319999196107172804")]))
    assert "319999196107172804" not in wizard.opens(good, "?show=all&cell=2-3")


@pytest.mark.parametrize("who", ["neighbour", "far_clerk", "far_street", "auditor", "window"])
def test_a_file_of_another_unit_is_as_absent(wizard, cast, who):
    batch = wizard.checked(workbook([plate(1)]))
    client = cast.client(who)
    for step in ("", "errors/", "progress/"):
        assert client.get(wizard.url(batch, step)).status_code in (403, 404)
    for step in ("mapping/", "apply/", "cell/", "abandon/", "undo/"):
        response = client.post(wizard.url(batch, step), {"line": 2, "column": 1, "reason": "看看"})
        assert response.status_code in (403, 404), step
    assert wizard.batch(batch.pk).state == BatchState.CHECKED


def test_a_street_s_staff_says_for_which_committee_the_file_is(wizard, cast):
    staff = Wizard(cast, "staff")
    response = staff.sends(workbook([plate(1)]))
    assert response.status_code == 422
    batch = staff.imports(workbook([plate(1)]), committee="310107005001")
    assert batch.outcomes == {"create": 1}
    assert numbers(wizard) == ["1"]
    foreign = staff.sends(workbook([plate(2)]), committee="310107014001")
    assert foreign.status_code == 422


@pytest.mark.parametrize("key", ["lead", "street", "analyst"])
def test_posts_that_do_not_write_the_registers_are_offered_no_import(cast, key):
    assert cast.client(key).get("/imports/").status_code == 403


def test_old_files_are_emptied_and_their_counts_stay(wizard, at, tmp_path):
    batch = wizard.imports(workbook([plate(1), plate("甲")]))
    clockwork = system_scope(310107000000, "普陀区")
    with acting(clockwork):
        assert purge_closed(by=clockwork, at=at + timedelta(days=6)) == 0
        assert purge_closed(by=clockwork, at=at + timedelta(days=8)) == 1
    assert wizard.rows(batch) == []
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    page = wizard.opens(batch)
    assert "已按规定删除" in page


def test_a_template_comes_back_as_a_file_that_maps_itself(wizard):
    response = wizard.client.get("/imports/template/plates/")
    head = sheet_rows(response.content)[0]
    assert head == ["路名", "号", "弄", "证件号码", "联系电话"]
    refused = wizard.sends(response.content)
    assert refused.status_code == 422
    assert "没有数据行" in refusal_of(refused)


def test_the_pages_work_as_fragments(wizard):
    batch = wizard.checked(workbook([plate("甲")]))
    htmx = {"HX-Request": "true"}
    grid = wizard.client.get(wizard.url(batch) + "?show=error", headers=htmx)
    assert "<html" not in grid.content.decode()
    assert 'id="im-grid"' in grid.content.decode()
    mended = wizard.client.post(
        wizard.url(batch, "cell/"),
        {"line": 2, "column": 1, "text": "8", "query": "show=error"},
        headers=htmx,
    )
    assert "第 2 行已改好" in mended.content.decode()
    over = wizard.client.get(wizard.url(batch, "progress/"), headers=htmx)
    assert over["HX-Redirect"] == wizard.url(batch)


def test_the_trail_tells_of_each_step(wizard, written):
    batch = wizard.checked(workbook([plate(1, keeper="31999919610717280"), plate("甲")]))
    wizard.opens(batch, "?cell=2-3")
    wizard.posts(batch, "cell", line=3, column=1, text="4")
    batch = wizard.applies(batch)
    wizard.downloads_errors(batch)
    wizard.posts(batch, "undo", reason="传错了")
    jobs.work(wizard.batch(batch.pk).undo_job_id)
    wizard.sends(b"", "空.xlsx")
    told = [event["action"] for event in written]
    assert [act for act in told if act.startswith(("exchange.", "access."))] == [
        f"exchange.{act}"
        for act in (
            "file_received", "mapped", "cell_viewed", "cell_corrected", "applied",
            "errors_downloaded", "undo_asked", "undone", "file_refused",
        )
    ]  # fmt: skip
