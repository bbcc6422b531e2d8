"""Campaigns: plan, approval, targets, counts, and the sheet that is printed (S-74)."""

import uuid
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from housing import services
from housing.course_lists import TONES, CampaignList
from housing.forms.campaigns import AnswerForm, CampaignForm, NoWords, SummaryForm
from housing.models import Campaign, CampaignTarget, Finding, KeyArea
from housing.rectifying import FINDING_KINDS
from housing.views import act_once, put_errors
from housing.views.acting import Act, Course
from portal.exchange.exports.kinds import may_export
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui import formats
from portal.ui.listing import FEW
from portal.ui.pages import done, page

MOST_TARGETS = 300


@require_GET
@needs(Capability.VIEW_CAMPAIGNS)
def campaigns(request: PortalRequest) -> HttpResponse:
    """Campaigns under the acting unit, those due first above."""
    scope = request.scope
    listing = CampaignList(request, Campaign.objects.in_scope(scope), most_counted=FEW)
    add = {"url": reverse("housing:plan_campaign"), "title": _("拟订方案")}
    context = {
        "add": add if scope.may(Capability.RUN_CAMPAIGNS) else None,
        "may_export": may_export(request.scope, listing.key),
        "hint": _("检查的是房屋和场所：有告知、有时间、有帮助，才算整治"),
    }  # fmt: skip
    return listing.respond("housing/register.html", context)


def counts_of(campaign: Campaign) -> dict[str, Any]:
    """What a campaign's sheet says: visits, problems by kind, how far they have come."""
    by_state = dict(
        campaign.findings.order_by().values_list("state").annotate(n=Count("pk"))
    )  # fmt: skip
    problems = campaign.findings.exclude(kind="none")
    kinds = dict(problems.order_by().values_list("kind").annotate(n=Count("pk")))
    visited = campaign.findings.order_by().values("dwelling").distinct().count()
    return {
        "visited": visited, "left": max(campaign.target_count - visited, 0),
        "problems": sum(kinds.values()),
        "kinds": [(title, kinds[key]) for key, title in FINDING_KINDS if key in kinds],
        "states": [(title, by_state[key]) for key, title in Finding.State.choices
                   if key in by_state],
        "leads": kinds.get("missing", 0) + kinds.get("stale", 0),
    }  # fmt: skip


def _targets(campaign: Campaign) -> list[dict[str, Any]]:
    """Targets with the latest finding of each in this campaign, by address."""
    last = Finding.objects.filter(campaign=campaign, dwelling=OuterRef("dwelling"))
    last = last.order_by("-found_at", "-pk")
    rows = CampaignTarget.objects.under(campaign.committee_id).filter(campaign=campaign)
    found = rows.order_by("dwelling__address_key", "pk").values(
        "dwelling_id", "dwelling__address", "why", key=Subquery(last.values("pk")[:1]),
        kind=Subquery(last.values("kind")[:1]), state=Subquery(last.values("state")[:1]),
    )  # fmt: skip
    kinds, states = dict(FINDING_KINDS), dict(Finding.State.choices)
    return [
        {
            "dwelling": row["dwelling_id"], "address": row["dwelling__address"],
            "why": row["why"], "finding": row["key"],
            "told": f"{kinds[row['kind']]}　{states[row['state']]}" if row["key"] else "",
        }
        for row in found[:MOST_TARGETS]
    ]  # fmt: skip


def _shown(request: PortalRequest, row: Campaign) -> dict[str, Any]:
    counts = counts_of(row)
    runs = request.scope.may(Capability.RUN_CAMPAIGNS)
    facts = [
        (_("主题"), row.get_theme_display()), (_("法律依据"), row.legal_basis),
        (_("时间"), _("%(a)s 至 %(b)s") % {
            "a": formats.day(row.starts_on), "b": formats.day(row.ends_on)}),
        (_("重点区域"), row.areas), (_("工作组"), row.members),
        (_("检查目标"), _("%(n)s 套，已上门 %(m)s 套，还有 %(k)s 套") % {
            "n": row.target_count, "m": counts["visited"], "k": counts["left"]}),
        (_("发现问题"), "、".join(f"{title} {n}" for title, n in counts["kinds"])),
        (_("办理情况"), "、".join(f"{title} {n}" for title, n in counts["states"])),
        (_("总结"), row.summary),
    ]  # fmt: skip
    planned = formats.day(timezone.localdate(row.planned_at))
    course = [(_("拟订"), row.planned_name, planned, "" if row.decided_at else row.answer)]
    if row.decided_at:
        day = formats.day(timezone.localdate(row.decided_at))
        course.append((_("批准"), row.decided_name, day, row.answer))
    if row.closed_at:
        course.append(
            (_("办结"), row.closed_by, formats.day(timezone.localdate(row.closed_at)), "")
        )
    links = [{"url": reverse("housing:campaign_sheet", args=[row.pk]), "title": _("打印行动表"),
              "icon": "print"}]  # fmt: skip
    if runs and row.state == Campaign.State.DRAFT:
        edit = reverse("housing:edit_campaign", args=[row.pk])
        links.insert(0, {"url": edit, "title": _("修改方案"), "icon": "edit"})
    return {
        "heading": row.title, "kind": _("整治行动"), "facts": facts, "steps": course,
        "tone": TONES[row.state], "links": links,
        "targets": _targets(row) if row.state not in {"draft", "approved"} else [],
        "inspects": runs and row.state == Campaign.State.RUNNING,
        "crumbs": [{"title": _("整治行动"), "url": reverse("housing:campaigns")},
                   {"title": row.title}],
    }  # fmt: skip


def _planned_it(request: PortalRequest, row: Any) -> bool:
    return bool(row.planned_by == request.scope.user_id)


APPROVE = Capability.APPROVE_CAMPAIGNS
COURSE = Course(
    Campaign.objects.all, "campaign_id", "housing:campaign",
    (
        Act("approve", _("批准方案"), _("批准"), _("已批准"), AnswerForm,
            services.decide_campaign, ("draft",), APPROVE, _planned_it, {"agreed": True}),
        Act("return", _("退回方案"), _("退回"), _("已退回"), AnswerForm,
            services.decide_campaign, ("draft",), APPROVE, _planned_it, {"agreed": False}),
        Act("start", _("开始检查"), _("开始，生成检查目标"), _("已开始"), NoWords,
            services.start_campaign, ("approved",)),
        Act("recheck", _("检查结束"), _("转入复查"), _("已转入复查"), NoWords,
            services.begin_recheck, ("running",)),
        Act("close", _("办结行动"), _("办结"), _("已办结"), SummaryForm,
            services.close_campaign, ("rechecking",)),
    ),
    _shown, "housing/campaign.html",
)  # fmt: skip


@require_GET
@needs(Capability.VIEW_CAMPAIGNS)
def campaign(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One campaign with its targets."""
    return COURSE.show(request, pk)


@require_POST
@needs(Capability.RUN_CAMPAIGNS)
def campaign_act(request: PortalRequest, pk: uuid.UUID, act: str) -> HttpResponse:
    """One act on a campaign."""
    return COURSE.act(request, pk, act)


@require_GET
@needs(Capability.VIEW_CAMPAIGNS)
def campaign_sheet(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The sheet of a campaign for the file: plan and counts, no addresses."""
    row = get_in_scope(Campaign.objects.select_related("committee"), request.scope, pk=pk)
    context = {"row": row, "counts": counts_of(row), "today": timezone.localdate()}
    return page(request, "housing/campaign_sheet.html", context)


@needs(Capability.RUN_CAMPAIGNS)
def plan_campaign(request: PortalRequest) -> HttpResponse:
    """Plan a campaign."""
    return _form(request, None)


@needs(Capability.RUN_CAMPAIGNS)
def edit_campaign(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Change a plan that nobody has approved."""
    return _form(request, get_in_scope(Campaign.objects.all(), request.scope, pk=pk))


def _form(request: PortalRequest, found: Campaign | None) -> HttpResponse:
    today = timezone.localdate()
    scope = request.scope
    initial: dict[str, Any] = {"starts_on": today}
    if found is not None:
        names = ("title", "theme", "legal_basis", "starts_on", "ends_on")
        initial = {name: getattr(found, name) for name in names}
        initial |= {"areas": [str(each) for each in found.area_ids], "members": found.member_ids}
    areas = KeyArea.objects.in_scope(scope).standing().order_by("name", "pk")
    form = CampaignForm(
        request.POST or None, initial=initial,
        areas={str(each.pk): f"{each.name}（{each.get_kind_display()}）" for each in areas},
        members=services.visitors_at(scope.unit, today),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data | {
            "areas": [uuid.UUID(each) for each in form.cleaned_data["areas"]]
        }

        def act() -> str:
            made = services.plan_campaign(
                told=services.CampaignTold(**told), campaign_id=found.pk if found else None,
                by=scope, at=timezone.now(),
            )  # fmt: skip
            return reverse("housing:campaign", args=[made.pk])

        try:
            url = act_once(request, act)
        except services.UnableToRectify as why:
            put_errors(form, why)
        else:
            return done(request, url, _("已提交，等待另一人批准"))
    heading = _("修改整治方案") if found else _("拟订整治方案")
    context = {
        "form": form, "heading": heading, "word": _("提交批准"),
        "hint": _("由另一人批准；开始时从重点区域里生成检查目标。还没有重点区域的，先列入"),
        "crumbs": [{"title": _("整治行动"), "url": reverse("housing:campaigns")},
                   {"title": heading}],
    }  # fmt: skip
    return page(request, "housing/form_page.html", context)
