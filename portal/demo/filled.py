"""A form that another office sent, its columns mapped once: ready to be filled again."""

import io

import xlsxwriter
from django.utils import timezone

from portal.exchange.filling import services
from portal.orgs.acting import acting
from portal.orgs.scope import Scope

TITLE = "2026年流感疫苗接种对象登记表"
SENDER = "曹杨新村街道社区卫生服务中心"
HEADINGS = (
    "序号",
    "姓名",
    "性别",
    "身份证号",
    "出生日期",
    "家庭住址",
    "联系电话",
    "文化程度",
    "既往接种",
)
WIDTHS = (6, 12, 6, 24, 14, 40, 16, 12, 14)
ROOM = 12


def keep_form(clerk: Scope) -> int:
    """The clerk keeps the form and confirms what its headings mean; how many forms."""
    at = timezone.now()
    with acting(clerk):
        form = services.receive_form(
            kind="residents", sender=SENDER, file_name=f"{TITLE}.xlsx", content=_blank(),
            by=clerk, at=at,
        )  # fmt: skip
        services.map_form(form_id=form.pk, mapping=form.mapping, by=clerk, at=at)
    return 1


def _blank() -> bytes:
    """A table as offices send them: a title over all columns, headings, ruled rows, a foot."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("登记表")
    ruled = {"border": 1, "valign": "vcenter"}
    last = len(HEADINGS) - 1
    sheet.merge_range(
        0, 0, 0, last, TITLE, book.add_format({"bold": True, "font_size": 16, "align": "center"})
    )
    head = book.add_format(ruled | {"bold": True, "bg_color": "#DDEBF7", "align": "center"})
    cell = book.add_format(ruled)
    for place, (title, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(1, place, title, head)
        for row in range(2, 2 + ROOM):
            sheet.write_blank(row, place, None, cell)
    for row in range(2, 2 + ROOM):
        sheet.set_row(row, 20)
    sheet.write_string(2 + ROOM, 0, "填表人：")
    sheet.write_string(2 + ROOM, last - 2, "填表日期：")
    book.close()
    return out.getvalue()
