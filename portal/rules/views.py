"""Where rules come from: the papers with their clauses, each rule with its versions (S-02)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.rules import services
from portal.rules.forms import RevisionForm
from portal.rules.models import PolicyDocument, RuleSet
from portal.rules.wording import is_table, plain, table_of, title_of
from portal.ui.pages import done, page

MOST_IN_LINE = 3


@needs(Capability.VIEW_RULES)
@require_GET
def rule_list(request: PortalRequest) -> HttpResponse:
    """The papers clause by clause, with the rules that rest on each, and all rules of today."""
    today = timezone.localdate()
    rules = list(RuleSet.objects.order_by("code", "-version"))
    by_clause: dict[int, dict[str, RuleSet]] = defaultdict(dict)
    current: dict[str, RuleSet] = {}
    for each in rules:
        current.setdefault(each.code, each)
        if each.clause_id:
            by_clause[each.clause_id].setdefault(each.code, each)
    documents = [
        (
            document,
            [
                (clause, sorted(by_clause[clause.pk].values(), key=lambda rule: rule.code))
                for clause in document.clauses.order_by("position")
            ],
        )
        for document in PolicyDocument.objects.order_by("-issued_on", "id")
    ]
    context = {
        "documents": documents,
        "rules": [
            (row, _state(row, today), _in_line(row, services.words(row.code)))
            for row in current.values()
        ],
    }
    return page(request, "rules/list.html", context)


@needs(Capability.VIEW_RULES)
@require_GET
def rule(request: PortalRequest, code: str) -> HttpResponse:
    """Why this rule is here: its source, what it says today, and every version it had."""
    return _show(request, _versions(code))


@needs(Capability.EDIT_RULES)
def revise(request: PortalRequest, code: str) -> HttpResponse:
    """A next version: past decisions keep the one that they were made under."""
    versions = _versions(code)
    default = next((each for each in services.defaults() if each.code == code), None)
    if default is None:
        raise Http404
    form = RevisionForm(
        request.POST or None, default=default, parameters=versions[0].parameters,
        initial={"basis": versions[0].basis},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            services.revise(
                code=code, parameters=form.parameters(), effective_from=told["effective_from"],
                basis=told["basis"], by=request.scope, at=timezone.now(),
            )  # fmt: skip
        except services.UnableToRevise as why:
            form.add_error(_field_of(str(why)), str(why))
        else:
            return done(request, reverse("rules:rule", args=[code]), _("已存为新版本"))
    return _show(request, versions, form=form)


def _versions(code: str) -> list[RuleSet]:
    """Every version, the newest first; 404 for a rule that there is not."""
    found = list(
        RuleSet.objects.filter(code=code)
        .select_related("clause", "clause__document")
        .order_by("-version")
    )
    if not found:
        raise Http404
    return found


def _show(
    request: PortalRequest, versions: list[RuleSet], form: RevisionForm | None = None
) -> HttpResponse:
    today = timezone.localdate()
    latest = versions[0]
    words = services.words(latest.code)
    told = [(title_of(key, words), value) for key, value in latest.parameters.items()]
    context = {
        "rule": latest,
        "parameters": [
            (title, plain(value, words)) for title, value in told if not is_table(value)
        ],
        "tables": [table_of(title, value, words) for title, value in told if is_table(value)],
        "state": _state(latest, today),
        "versions": [
            (row, _state(row, today), _differences(row, versions, words)) for row in versions
        ],
        "form": form,
        "may_revise": request.scope.may(Capability.EDIT_RULES) and latest.effective_to is None,
        "crumbs": [
            {"title": _("规则与依据"), "url": reverse("rules:list")},
            {"title": latest.title, "url": ""},
        ],
    }
    return page(request, "rules/rule.html", context)


def _state(row: RuleSet, today: date) -> dict[str, str]:
    if row.effective_from > today:
        return {"text": _("待施行"), "tone": "info"}
    if row.effective_to is not None and row.effective_to <= today:
        return {"text": _("已失效"), "tone": ""}
    return {"text": _("现行"), "tone": "ok"}


def _differences(
    row: RuleSet, versions: list[RuleSet], words: Mapping[str, str]
) -> list[dict[str, str]]:
    """What this version changed of the one before."""
    before = next((each for each in versions if each.version == row.version - 1), None)
    if before is None:
        return []
    keys = sorted({*row.parameters, *before.parameters})
    return [
        {
            "field": title_of(key, words),
            "old": plain(before.parameters.get(key), words),
            "new": plain(row.parameters.get(key), words),
        }
        for key in keys
        if before.parameters.get(key) != row.parameters.get(key)
    ]


def _in_line(row: RuleSet, words: Mapping[str, str]) -> str:
    """The first parameters in one line."""
    parts = [
        f"{title_of(key, words)} {plain(value, words)}"
        for key, value in row.parameters.items()
        if not isinstance(value, list | dict)
    ]
    return "，".join(parts[:MOST_IN_LINE])


def _field_of(sentence: str) -> str | None:
    """The field that a refusal is about."""
    if "施行日期" in sentence:
        return "effective_from"
    return "basis" if "依据" in sentence else None
