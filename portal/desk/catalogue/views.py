"""The data catalogue: what the portal keeps, for every post to read; no record is in it.

Paper: S-140.
"""

from collections.abc import Sequence

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from portal.catalogue.method import Method
from portal.catalogue.record import AREA_TITLES, GRADE_TITLES, Area
from portal.desk.catalogue.entries import as_rows, entry_of, search
from portal.desk.catalogue.rows import entry_rows, field_rows, found_rows
from portal.exchange.exports.csvfile import head, line
from portal.exchange.exports.kinds import ExportColumn
from portal.exchange.exports.marks import Mark
from portal.exchange.exports.methods import untold
from portal.exchange.exports.tables import answer, written_on
from portal.orgs.access import PortalRequest, needs, signed_in
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.ui.forms import PortalForm
from portal.ui.pages import page
from portal.ui.safe_cells import disarm

MOST_FIELDS = 200
#: Stands for every area in addresses.
ALL = "all"
COLUMNS = tuple(
    ExportColumn(str(place), title, "", width=width)
    for place, (title, width) in enumerate((
        (gettext_lazy("领域"), 14), (gettext_lazy("记录"), 16), (gettext_lazy("字段"), 18),
        (gettext_lazy("含义"), 40), (gettext_lazy("类型"), 16), (gettext_lazy("代码版本"), 24),
        (gettext_lazy("代码"), 40), (gettext_lazy("密级"), 16), (gettext_lazy("必填"), 8),
        (gettext_lazy("怎样来的"), 12), (gettext_lazy("由谁登记"), 40),
        (gettext_lazy("保存期限"), 40), (gettext_lazy("哪些质量规则用它"), 40),
        (gettext_lazy("哪些指标用它"), 40), (gettext_lazy("在哪些名单里导出"), 40),
    ))
)  # fmt: skip


class SearchForm(PortalForm):
    """What to look for, and in which part of the work."""

    q = forms.CharField(label=gettext_lazy("词"), required=False, max_length=40)
    area = forms.ChoiceField(
        label=gettext_lazy("领域"), required=False,
        choices=[(ALL, gettext_lazy("全部")), *AREA_TITLES.items()],
    )  # fmt: skip


def _asked(request: PortalRequest) -> tuple[SearchForm, str, str]:
    """The form with the word and the area that the address names; a foreign area is none."""
    form = SearchForm(request.GET or None)
    told = form.cleaned_data if form.is_bound and form.is_valid() else {}
    area = told.get("area", "")
    return form, told.get("q", ""), "" if area == ALL else area


@signed_in
@require_GET
def catalogue(request: PortalRequest) -> HttpResponse:
    """The records, narrowed by a word and an area; with a word the fields that hold it too."""
    form, words, area = _asked(request)
    found = search(words, area)
    scope: Scope | None = request.scope  # somebody without a post reads this page too
    fields = found.fields[:MOST_FIELDS]
    context = {
        "form": form, "words": words, "entries": found.entries,
        "entry_rows": entry_rows(found.entries), "fields": fields,
        "field_rows": found_rows(fields), "field_count": len(found.fields),
        "most": MOST_FIELDS, "grades": GRADE_TITLES.items(),
        "may_take": scope is not None and scope.may(Capability.VIEW_RULES),
        "query": request.GET.urlencode(),
    }  # fmt: skip
    return page(request, "catalogue/list.html", context)


@signed_in
@require_GET
def record(request: PortalRequest, key: str) -> HttpResponse:
    """One record: what it is, who enters it, how long it is kept, and each of its fields."""
    entry = entry_of(key)
    if entry is None:
        raise Http404
    scope: Scope | None = request.scope
    may = scope.may if scope is not None else _may_nothing
    rows = field_rows(
        entry, numbers=may(Capability.VIEW_DASHBOARD), quality=may(Capability.VIEW_QUALITY)
    )
    context = {
        "entry": entry, "rows": rows,
        "crumbs": [
            {"title": _("数据目录"), "url": reverse("catalogue:list")},
            {"title": entry.title, "url": ""},
        ],
    }  # fmt: skip
    return page(request, "catalogue/record.html", context)


def _may_nothing(_capability: Capability) -> bool:
    """Of somebody without a post."""
    return False


@needs(Capability.VIEW_RULES)
@require_GET
def file(request: PortalRequest) -> HttpResponse:
    """The catalogue as the page shows it, a line for each field, as XLSX or CSV."""
    _form, words, area = _asked(request)
    rows = as_rows(search(words, area).entries)
    at, scope = timezone.now(), request.scope
    number = f"ML-{at:%Y%m%d%H%M%S}"
    conditions = [*([_("词 %(words)s") % {"words": words}] if words else []),
                  *([str(AREA_TITLES[Area(area)])] if area else [])]  # fmt: skip
    if request.GET.get("format") == "csv":
        person = f"{scope.user_name} {scope.staff_no}".strip()
        mark = Mark(number, scope.unit_name, person, at, _("数据目录"), conditions, len(rows),
                    _("个字段"))  # fmt: skip
        return _as_csv(rows, mark)
    moment = timezone.localtime(at)
    method = Method(
        f"{moment:%Y-%m-%d %H:%M}",
        [(_("来源"), _("由系统自己的声明生成，不含任何登记内容")),
         *((str(grade), str(title)) for grade, title in GRADE_TITLES.items())],
        [untold(COLUMNS)],
    )  # fmt: skip
    content = written_on(
        COLUMNS, rows, number=number, by=scope, at=at, title=_("数据目录"), conditions=conditions,
        method=method, measure=_("个字段"),
    )  # fmt: skip
    return answer(content, number)


def _as_csv(rows: Sequence[Sequence[str]], mark: Mark) -> HttpResponse:
    lines = (line([disarm(cell) for cell in row]) for row in rows)
    content = head(mark, [str(column.title) for column in COLUMNS]) + b"".join(lines)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{mark.number}.csv"'
    return response
