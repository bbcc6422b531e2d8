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
    PhotoForm,
    ProgressForm,
    RecheckForm,
    RemovePhotoForm,
)
from housing.models import Campaign, DwellingUnit, Finding, FindingPhoto
from housing.photos import MOST_PHOTOS
from housing.rectifying import LEAD_OF
from housing.views import act_once, put_errors, tell_viewed
from housing.views.acting import Act, Course
from portal.audit.record import record
from portal.exchange.exports.kinds import may_export
from portal.exchange.pictures import MAX_BYTES
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui import formats
from portal.ui.listing import FEW
from portal.ui.pages import done, page, private


@require_GET
@needs(Capability.VIEW_CAMPAIGNS)
def findings(request: PortalRequest) -> HttpResponse:
    """What was found under the acting unit, what is due first above."""
    listing = FindingList(request, Finding.objects.in_scope(request.scope), most_counted=FEW)
    context = {
        "may_export": may_export(request.scope, listing.key),
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
        "links": _links(request, row), **_photos(request, row),
        "crumbs": [{"title": _("检查发现"), "url": reverse("housing:findings")},
                   {"title": row.place}],
    }  # fmt: skip


def _photos(request: PortalRequest, row: Finding) -> dict[str, Any]:
    runs = request.scope.may(Capability.RUN_CAMPAIGNS)
    kept = list(row.photos.order_by("id"))
    room = sum(bool(photo.stored_file) for photo in kept) < MOST_PHOTOS
    return {
        "photos": kept, "removes": runs, "most_photos": MOST_PHOTOS,
        "photo_form": PhotoForm() if runs and room and not row.is_settled else None,
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
    Finding.objects.all, "finding_id", "housing:finding",
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
    _shown, template="housing/finding.html", viewed="housing.finding_viewed",
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


@require_POST
@needs(Capability.RUN_CAMPAIGNS)
def add_photo(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Take in a photo of what was found."""
    row = get_in_scope(Finding.objects.all(), request.scope, pk=pk)
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        sent = form.cleaned_data["photo"]
        content = sent.read(MAX_BYTES + 1)

        def act() -> str:
            services.add_photo(
                finding_id=pk, content=content, shows=form.cleaned_data["shows"],
                by=request.scope, at=timezone.now(),
            )  # fmt: skip
            return reverse("housing:finding", args=[pk])

        try:
            return done(request, act_once(request, act), _("照片已加密留存"))
        except services.UnableToRectify as why:
            put_errors(form, why)
    return COURSE.again(request, row, photo_form=form)


@require_GET
@needs(Capability.VIEW_CAMPAIGNS)
def photo(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One picture; that somebody looked is told in the trail."""
    row = get_in_scope(FindingPhoto.objects.kept(), request.scope, pk=pk)
    picture = services.picture_of(row)
    record(
        "housing.photo_viewed", by=request.scope, at=timezone.now(), target=row,
        committee=row.committee_id,
    )  # fmt: skip
    response = HttpResponse(picture, content_type="image/jpeg")
    response["Content-Disposition"] = 'inline; filename="photo.jpg"'
    return private(response)


@needs(Capability.RUN_CAMPAIGNS)
def remove_photo(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Delete a picture that should not be kept, with the reason."""
    row = get_in_scope(FindingPhoto.objects.kept(), request.scope, pk=pk)
    form = RemovePhotoForm(request.POST or None)
    back = reverse("housing:finding", args=[row.finding_id])
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            services.remove_photo(
                photo_id=pk, by=request.scope, at=timezone.now(), **form.cleaned_data
            )
            return back

        try:
            return done(request, act_once(request, act), _("照片已删除"))
        except services.UnableToRectify as why:
            put_errors(form, why)
    context = {
        "form": form, "heading": row.shows, "word": _("删除照片"),
        "hint": _("拍到人脸、证件或拍错地方的，立即删除；删除后不能恢复，原因留存"),
        "crumbs": [{"title": _("检查发现"), "url": back}, {"title": _("删除照片")}],
    }  # fmt: skip
    return page(request, "housing/form_page.html", context)


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
