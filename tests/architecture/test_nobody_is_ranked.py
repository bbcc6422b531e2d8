"""Nobody is ranked, scored, flagged or watched (domain §6.7, G-02, G-03).

A walk over everything that could hold or show it: columns, filters, lists, files, the API's fields,
forms and templates.
"""

import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django_filters import FilterSet
from rest_framework.serializers import BaseSerializer

from portal.exchange.exports.kinds import export_kinds
from portal.ui.listing import RegisterList
from tests.architecture.source import ROOT

OURS = {"portal", "housing", "residents", "permits", "staffing", "assessment"}
#: Words of names that would say something of a person's worth or danger.
NAMES = re.compile(
    r"(?:^|_)(?:risk|danger|suspicio\w*|suspect\w*|watch|watchlist|blacklist|whitelist|key_person"
    r"|priority_person|trust|credit|loyalty|stability|threat|profile_score|person_score"
    r"|resident_score|rank|ranking|score|level_of_risk|flagged|tagged|petition\w*|political\w*"
    r"|religio\w*|belief)(?:_|$)"
)
#: The same in Chinese, wherever it is said of people.
WORDS = re.compile(
    r"重点人员|重点人口|高危人|风险人|风险等级|危险等级|人员评分|人员积分榜|居民评分|信用分"
    r"|黑名单|关注人员|关注对象|布控|标签人|可疑人|人员排名|居民排名|不放心人|上访人"
)
#: Where a score or a rank is one of offices, of indicators or of a sample's weight: never of people
#: on the register.
OF_OFFICES = {
    "assessment.Score", "assessment.IndicatorValue", "assessment.UnitSheet",
    "assessment.Indicator", "assessment.AssessmentCycle", "assessment.Evidence",
    "assessment.PublishedResult",
}  # fmt: skip


def personal_models() -> list[type]:
    """Models whose rows are about people on the register or that hang on them."""
    return [
        model for model in apps.get_models()
        if model.__module__.split(".")[0] in OURS and model._meta.label not in OF_OFFICES
    ]  # fmt: skip


def test_no_column_ranks_scores_or_flags_a_person() -> None:
    found = [
        f"{model._meta.label}.{field.name}"
        for model in personal_models()
        for field in model._meta.get_fields()
        if NAMES.search(field.name) or WORDS.search(str(getattr(field, "verbose_name", "")))
    ]
    assert not found, found


def subclasses(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from subclasses(each)


def ours(kind: type) -> list[type]:
    """Every class of a kind in our own modules, all of them imported."""
    for app in settings.INSTALLED_APPS:
        for part in ("filters", "tables", "views", "api.urls", "forms"):
            name = f"{app}.{part}"
            if (
                app.split(".")[0] in OURS
                and (ROOT / name.replace(".", "/")).with_suffix(".py").exists()
                or (ROOT / name.replace(".", "/")).is_dir()
            ):
                import_module(name)
    return [each for each in subclasses(kind) if each.__module__.split(".")[0] in OURS]


def said(kind: type, names: list[tuple[str, str]]) -> list[str]:
    return [
        f"{kind.__module__}.{kind.__name__}.{name}"
        for name, title in names
        if NAMES.search(name) or WORDS.search(title)
    ]


def test_no_filter_asks_for_ranked_or_flagged_people() -> None:
    filters = ours(FilterSet)
    assert len(filters) > 5
    found = [
        each
        for kind in filters
        for each in said(
            kind, [(name, str(f.label or "")) for name, f in kind.base_filters.items()]
        )
    ]
    assert not found, found


def test_no_list_and_no_file_shows_it() -> None:
    lists = [each for each in ours(RegisterList) if getattr(each, "columns", None)]
    assert len(lists) > 5
    found = [
        each
        for kind in lists
        for each in said(kind, [(column.key, str(column.title)) for column in kind.columns])
    ]
    for export in export_kinds().values():
        found += said(type(export), [(c.key, str(c.title)) for c in export.columns])
    assert not found, found


def test_no_field_of_the_api_tells_it() -> None:
    shapes = ours(BaseSerializer)
    assert len(shapes) > 5
    found = [
        each
        for kind in shapes
        if "assessment" not in kind.__module__
        for each in said(kind, [(name, "") for name in getattr(kind, "_declared_fields", {})])
    ]
    assert not found, found


@pytest.mark.parametrize("folder", sorted(p.name for p in (ROOT / "templates").iterdir()))
def test_no_template_says_it(folder: str) -> None:
    path = ROOT / "templates" / folder
    files = [path] if path.is_file() else sorted(path.rglob("*.html"))
    found = [
        f"{file.relative_to(ROOT)}: {match.group()}"
        for file in files
        for match in WORDS.finditer(file.read_text(encoding="utf-8"))
    ]
    assert not found, found


def test_the_walk_finds_what_it_looks_for() -> None:
    assert NAMES.search("risk_level")
    assert NAMES.search("resident_score")
    assert NAMES.search("watchlist")
    assert not NAMES.search("weight")
    assert not NAMES.search("credited_on")
    assert WORDS.search("列入黑名单")
    assert not WORDS.search("重点区域")
