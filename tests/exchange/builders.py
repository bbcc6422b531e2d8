"""Files, and a person who sends them through the wizard."""

import io
import re
from dataclasses import dataclass
from uuid import UUID

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.exchange.models import ImportBatch, ImportRow
from portal.jobs import services as jobs
from portal.orgs.acting import acting

HEADERS = ["路名", "号", "弄", "证件号码", "联系电话"]


def workbook(rows, headers=HEADERS):
    """An .xlsx file of these rows."""
    book = openpyxl.Workbook()
    book.active.append(headers)
    for row in rows:
        book.active.append(list(row))
    for cells in book.active.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # text that begins like a formula is text
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def plate(number, lane="", keeper="", phone="021-66668888", road="梅川路"):
    return (road, str(number), lane, keeper, phone)


@dataclass
class Wizard:
    """One person at the wizard's pages."""

    cast: object
    key: str

    def __post_init__(self):
        self.client = self.cast.client(self.key)
        self.scope = self.cast.scope(self.key)

    def sends(self, content, name="名单.xlsx", kind="plates", **more):
        """Upload a file; the response of the page."""
        data = {"kind": kind, "file": SimpleUploadedFile(name, content), **more}
        return self.client.post("/imports/", data)

    def sent(self, content, name="名单.xlsx", kind="plates", **more):
        """Upload a file that is taken; its batch."""
        response = self.sends(content, name, kind, **more)
        assert response.status_code == 302, refusal_of(response)
        return self.batch(UUID(response["Location"].strip("/").split("/")[-1]))

    def batch(self, key):
        with acting(self.scope):
            return ImportBatch.objects.select_related("check_job", "apply_job", "undo_job").get(
                pk=key
            )

    def url(self, batch, step=""):
        return f"/imports/{batch.pk}/{step}"

    def opens(self, batch, query=""):
        response = self.client.get(self.url(batch) + query)
        assert response.status_code == 200, response
        return response.content.decode()

    def maps(self, batch, remember=True, **changes):
        """Confirm the proposed columns; the worker then checks the rows."""
        chosen = {f"column-{place}": key or "" for place, key in enumerate(batch.mapping)}
        chosen |= {f"column-{place}": key for place, key in changes.items()}
        if remember:
            chosen["remember"] = "on"
        response = self.client.post(self.url(batch, "mapping/"), chosen)
        assert response.status_code == 302, response.content.decode()
        batch = self.batch(batch.pk)
        jobs.work(batch.check_job_id)
        return self.batch(batch.pk)

    def checked(self, content, name="名单.xlsx", kind="plates", **more):
        """A file up to its preview."""
        return self.maps(self.sent(content, name, kind, **more))

    def posts(self, batch, step, **data):
        response = self.client.post(self.url(batch, f"{step}/"), data)
        assert response.status_code == 302, response.content.decode()[:3000]
        return self.batch(batch.pk)

    def applies(self, batch):
        batch = self.posts(batch, "apply")
        jobs.work(batch.apply_job_id)
        return self.batch(batch.pk)

    def imports(self, content, name="名单.xlsx", kind="plates", **more):
        """A file all the way to its result."""
        return self.applies(self.checked(content, name, kind, **more))

    def rows(self, batch):
        with acting(self.scope):
            return list(ImportRow.objects.filter(batch=batch).order_by("line"))

    def actions(self, batch):
        return {row.line: row.action for row in self.rows(batch)}

    def downloads_errors(self, batch):
        response = self.client.get(self.url(batch, "errors/"))
        assert response.status_code == 200, response
        return response.content


def refusal_of(response):
    """The sentence with which a page refuses a file."""
    found = re.search(r"pp-message-danger.*?<div>(.*?)</div>", response.content.decode(), re.DOTALL)
    return re.sub(r"<.*?>", "", found[1]) if found else ""


def sheet_rows(content):
    """All rows of the first sheet of a workbook that we wrote."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
