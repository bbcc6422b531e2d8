"""A partner's list on its way through a comparison, for tests."""

from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portal.exchange.comparisons import services
from portal.exchange.comparisons.kinds import comparison_kinds
from portal.exchange.comparisons.models import ComparisonRow, ComparisonRun
from portal.jobs import services as jobs
from portal.orgs.acting import acting
from tests.exchange.builders import workbook

HEADERS = ["姓名", "身份证号", "出生日期", "性别", "现住地址", "手机"]
#: Who lives in the first homes of the clerk's committee.
NAMES = ("王巧云", "万志强", "石思源")
ROLES = ("committee_security", "street_staff", "district_admin")


def scenario(by, *, kind="people", fields=(), roles=ROLES, **changes):
    """A registered use of lists, as the district's administrator (`by`) allows it."""
    told = {
        "title": "居住证享受待遇人员核对", "partner": "hrss", "purpose": "核对来沪人员居住情况",
        "basis": "上海市实有人口服务和管理若干规定 第二十条", "kept_days": 30,
    } | changes  # fmt: skip
    every = [field.key for field in comparison_kinds()[kind].fields]
    with acting(by):
        return services.register_scenario(
            told=services.ScenarioTold(kind=kind, fields=fields or every, roles=roles, **told),
            by=by, at=timezone.now(),
        )  # fmt: skip


class Desk:
    """One person who compares lists, at the pages."""

    def __init__(self, cast, key="clerk"):
        self.client, self.scope = cast.client(key), cast.scope(key)

    def sends(self, scenario, rows, headers=HEADERS, *, name="名单.xlsx", content=None, **more):
        data = {
            "scenario": scenario.pk, "letter": "普人社函〔2026〕18 号", "query": "",
            "file": SimpleUploadedFile(name, content or workbook(rows, headers)),
        } | more  # fmt: skip
        return self.client.post("/comparisons/new/", data)

    def sent(self, scenario, rows, headers=HEADERS, **more):
        response = self.sends(scenario, rows, headers, **more)
        assert response.status_code == 302, response.content.decode()[-4000:]
        return self.run(UUID(response["Location"].strip("/").split("/")[-1]))

    def compares(self, scenario, rows, headers=HEADERS, **more):
        """A list all the way to its result."""
        return self.begins(self.sent(scenario, rows, headers, **more))

    def begins(self, run, **changes):
        chosen = {f"column-{place}": key or "" for place, key in enumerate(run.mapping)}
        response = self.client.post(f"/comparisons/{run.pk}/begin/", chosen | changes)
        assert response.status_code == 302, response.content.decode()[-3000:]
        jobs.work(self.run(run.pk).job_id)
        return self.run(run.pk)

    def run(self, key):
        with acting(self.scope):
            return ComparisonRun.objects.select_related("job", "scenario").get(pk=key)

    def rows(self, run, **wanted):
        with acting(self.scope):
            return list(ComparisonRow.objects.filter(run=run, **wanted).order_by("line", "id"))

    def results(self, run):
        return {row.line: row.result for row in self.rows(run) if row.line}

    def opens(self, run, result=""):
        response = self.client.get(f"/comparisons/{run.pk}/?result={result}")
        assert response.status_code == 200
        return response.content.decode()

    def tells(self, run, rows):
        response = self.client.post(
            f"/comparisons/{run.pk}/tell/", {"pick": [str(row.pk) for row in rows]}
        )
        assert response.status_code == 302
        page = self.client.get(response["Location"])
        return " ".join(str(said) for said in page.context["messages"])


def told(name, digits="", **more):
    """A row of the partner's list."""
    cells = {"姓名": name, "身份证号": digits} | more
    return [cells.get(header, "") for header in HEADERS]
