"""What visits found: the list, one with its course, and the form of a visit (S-74)."""

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from housing import services
from housing.course_lists import TONES, FindingList
from housing.forms.campaigns import (
    DismissForm,
    EndFindingForm,
    FailedForm,
    InspectionForm,
    NoticeForm,
    ProgressForm,
    RecheckForm,
)
from housing.models import Campaign, DwellingUnit, Finding
from housing.rectifying import LEAD_OF
from housing.views import act_once, put_errors, tell_viewed
from housing.views.acting import Act, Course
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui import formats
from portal.ui.listing import FEW
from portal.ui.pages import done, page


@require_GET
@needs(Capability.VIEW_CAMPAIGNS)
def findings(request: PortalRequest) -> HttpResponse:
    """What was found under the acting unit, what is due first above."""
    listing = FindingList(request, Finding.objects.in_scope(request.scope), most_counted=FEW)
    context = {
        
        "hint": _("每一项都要告知、给时间、问老人和儿童、写明怎样帮助，才能办结"),
    }  # fmt: skip
    return listing.respond("housing/register.html", context)


def _shown(request: PortalRequest, row: Finding) -> dict[str, Any]:
    facts = [
        (_("地址"), row.place), (_("问题"), row.get_kind_display()), (_("情况"), row.facts),
        (_("上门"), f"{formats.day(row.visited_on)}　{row.visitors}"),
        (_("入户依据"), f"{row.get_entry_basis_display()}，{_('已出示证件')}"),
        (_("期限"), "" if row.is_settled else formats.day(row.due_on)),
        (_("告知书"), row.notice_no), (_("老人、儿童情况"), row.vulnerable),
        (_("整改情况"), row.progress), (_("帮助安置"), row.assistance),
    ]  # fmt: skip
    today = timezone.localdate()
    course = [
        (_("登记"), row.found_name, formats.moment(timezone.localtime(row.found_at), today), "")
    ]
    if row.noticed_on:
        course.append((_("告知"), row.notice_no, formats.day(row.noticed_on), ""))
    if row.rechecked_on:
        course.append((_("复查通过"), row.rechecked_name, formats.day(row.rechecked_on), ""))
    if row.ended_at:
        ended = formats.moment(timezone.localtime(row.ended_at), today)
        course.append((row.get_state_display(), row.ended_by, ended, row.end_reason))
    note = _("已转为发现线索，由居（村）委上门登记") if row.kind in LEAD_OF else ""
    return {
        "heading": row.place, "kind": _("检查发现"), "facts": facts, "steps": course,
        "tone": TONES[row.state], "note": note,
        "links": _links(request, row),
        "crumbs": [{"title": _("检查发现"), "url": reverse("housing:findings")},
                   {"title": row.place}],
    }  # fmt: skip


def _links(request: PortalRequest, row: Finding) -> list[dict[str, Any]]:
    scope = request.scope
    links = []
    if row.campaign_id and scope.level != "committee":
        links.append({"url": reverse("housing:campaign", args=[row.campaign_id]),
                      "title": _("整治行动"), "icon": "campaign"})  # fmt: skip
    if scope.may(Capability.VIEW_REGISTER):
        links.append({"url": reverse("housing:dwelling", args=[row.dwelling_id]),
                      "title": _("房屋"), "icon": "home"})  # fmt: skip
    if scope.may(Capability.RUN_CAMPAIGNS):
        send = reverse("housing:refer_dwelling", args=[row.dwelling_id])
        links.append({"url": send, "title": _("抄告部门"), "icon": "transfer"})
    return links


def _found_it(request: PortalRequest, row: Any) -> bool:
    return bool(row.found_by == request.scope.user_id)


COURSE = Course(
    Finding.objects.all, "finding_id", "finding",
    (
        Act("notify", _("告知整改"), _("已告知"), _("已登记告知"), NoticeForm,
            services.notify_finding, ("open",)),
        Act("progress", _("整改情况"), _("登记整改情况"), _("已登记"), ProgressForm,
            services.note_progress, ("notified", "rectifying")),
        Act("pass", _("复查通过"), _("通过"), _("复查通过"), RecheckForm,
            services.recheck_finding, ("rectifying",), unless=_found_it, extra={"passed": True}),
        Act("fail", _("复查未通过"), _("继续整改"), _("已给新的期限"), FailedForm,
            services.recheck_finding, ("rectifying",), unless=_found_it, extra={"passed": False}),
        Act("close", _("办结"), _("办结"), _("已办结"), EndFindingForm,
            services.close_finding, ("rechecked",)),
        Act("dismiss", _("不成立"), _("不成立"), _("已登记为不成立"), DismissForm,
            services.dismiss_finding, ("open", "notified")),
    ),
    _shown, viewed="housing.finding_viewed",
)  # fmt: skip


@require_GET
@needs(Capability.VIEW_CAMPAIGNS)
def finding(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One finding with its course."""
    return COURSE.show(request, pk)


@require_POST
@needs(Capability.RUN_CAMPAIGNS)
def finding_act(request: PortalRequest, pk: uuid.UUID, act: str) -> HttpResponse:
    """One act on a finding."""
    return COURSE.act(request, pk, act)


@needs(Capability.RUN_CAMPAIGNS)
def inspect(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Write down a visit to a dwelling; `campaign` in the address says of which campaign."""
    unit = get_in_scope(DwellingUnit.objects.all(), request.scope, pk=pk)
    of = _campaign(request)
    today = timezone.localdate()
    visitors = services.visitors_at(unit.committee_id, today)
    if of is not None:
        visitors = {key: name for key, name in visitors.items() if key in of.member_ids}
    form = InspectionForm(request.POST or None, visitors=visitors, initial={"visited_on": today})
    if request.method == "POST" and form.is_valid():
        told = services.FindingTold(**form.cleaned_data)

        def act() -> str:
            made = services.record_finding(
                dwelling_id=pk, told=told, campaign_id=of.pk if of else None, by=request.scope,
                at=timezone.now(),
            )  # fmt: skip
            return reverse("housing:finding", args=[made.pk])

        try:
            url = act_once(request, act)
        except services.UnableToRectify as why:
            put_errors(form, why)
        else:
            return done(request, url, _("已登记检查"))
    tell_viewed(request, unit)
    back = reverse("housing:campaign", args=[of.pk]) if of else reverse("housing:findings")
    context = {
        "form": form, "heading": unit.address, "word": _("登记检查"),
        "hint": _("没有登记或已离开的会转为发现线索，由居（村）委上门；住的是一家人的，先帮助"),
        "crumbs": [{"title": of.title if of else _("检查发现"), "url": back},
                   {"title": _("登记检查")}],
    }  # fmt: skip
    return page(request, "housing/form_page.html", context)


def _campaign(request: PortalRequest) -> Campaign | None:
    asked = request.GET.get("campaign", "")
    if not asked:
        return None
    try:
        key = uuid.UUID(asked)
    except ValueError as none:
        raise Http404 from none
    return get_in_scope(Campaign.objects.all(), request.scope, pk=key)
