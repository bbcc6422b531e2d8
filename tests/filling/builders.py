"""Other offices' forms, and a person who fills them at the pages."""

import io
from uuid import UUID

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl.styles import Font, PatternFill

from portal.exchange.models import BlankForm, ExportRequest
from portal.orgs.acting import acting

TITLES = ["序号", "姓名", "身份证号", "家庭住址", "联系电话", "学历", "接种情况"]


def blank(titles=TITLES, *, room=3, foot=True, change=None):
    """A form as offices make them: a merged title, headings over two rows, a foot with a sum."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "登记表"
    sheet["A1"] = "2026年流感疫苗接种对象登记表"
    sheet["A1"].font = Font(bold=True, size=16)
    sheet.merge_cells("A1:G1")
    for column, title in enumerate(titles, start=1):
        sheet.cell(2, column, title)
        sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
    sheet.column_dimensions["D"].width = 41
    for row in range(4, 4 + room):
        sheet.row_dimensions[row].height = 27
        for column in range(1, len(titles) + 1):
            sheet.cell(row, column).fill = PatternFill("solid", fgColor="FFEECC")
    if foot:
        end = 4 + room
        sheet.cell(end, 1, "填表人：")
        sheet.merge_cells(start_row=end, end_row=end, start_column=1, end_column=3)
        sheet.cell(end, 5, f"=COUNTA(B4:B{end - 1})")
    if change:
        change(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class Desk:
    """One person who fills forms."""

    def __init__(self, cast, key="clerk"):
        self.client, self.scope = cast.client(key), cast.scope(key)

    def sends(self, content, *, name="接种登记表.xlsx", sender="社区卫生服务中心", kind="residents",
              query=""):  # fmt: skip
        data = {"sender": sender, "kind": kind, "file": SimpleUploadedFile(name, content)}
        return self.client.post(f"/forms/new/?{query}", data)

    def sent(self, content, **more):
        response = self.sends(content, **more)
        assert response.status_code == 302, response.content.decode()[-3000:]
        return self.form(UUID(response["Location"].split("?")[0].strip("/").split("/")[1]))

    def form(self, key):
        with acting(self.scope):
            return BlankForm.objects.get(pk=key)

    def maps(self, form, **changes):
        """Confirm the proposed columns, with changes by the place of a column."""
        chosen = {f"column-{place}": key or "" for place, key in enumerate(form.mapping)}
        changed = {f"column-{place[1:]}": key for place, key in changes.items()}
        response = self.client.post(f"/forms/{form.pk}/columns/", chosen | changed)
        assert response.status_code == 302, response.content.decode()[-3000:]
        return self.form(form.pk)

    def opens(self, form, query=""):
        response = self.client.get(f"/forms/{form.pk}/fill/?{query}")
        assert response.status_code == 200
        return response.content.decode()

    def asks(self, form, query="", **told):
        return self.client.post(
            f"/forms/{form.pk}/fill/?{query}", {"purpose": "流感疫苗接种", **told}
        )

    def asked(self, form, query="", **told):
        response = self.asks(form, query, **told)
        assert response.status_code == 302, response.content.decode()[-3000:]
        with acting(self.scope):
            return ExportRequest.objects.get(pk=response["Location"].strip("/").split("/")[-1])

    def takes(self, export):
        """The filled workbook."""
        response = self.client.post(f"/exports/{export.pk}/file/{export.link}/")
        assert response.status_code == 200
        self.file_name = response["Content-Disposition"]
        return openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))

    def fills(self, form, query="", **told):
        return self.takes(self.asked(form, query, **told))
