"""Referrals to departments (抄告): list, letter, what came back (S-131)."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from housing import services
from housing.course_lists import TONES, ReferralList
from housing.forms.campaigns import NoWords
from housing.forms.enforcement import (
    FeedbackForm,
    ReceiptForm,
    ReferralForm,
    ReturnForm,
    initial_kind,
)
from housing.models import DwellingUnit, EnforcementSite, Referral
from housing.rectifying import PERSON_FIELDS, title_of
from housing.views import act_once, tell_viewed
from housing.views.acting import Act, Course
from portal.audit.record import record
from portal.exchange.exports.kinds import may_export
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.rules.services import named
from portal.ui import formats
from portal.ui.cells import BulkAction
from portal.ui.listing import FEW
from portal.ui.pages import done, page


@require_GET
@needs(Capability.VIEW_CAMPAIGNS)
def referrals(request: PortalRequest) -> HttpResponse:
    """Referrals under the acting unit, those due first above."""
    bulk = [BulkAction(_("登记签收…"), reverse("housing:receive_referrals"), dialog=True)]
    listing = ReferralList(
        request, Referral.objects.in_scope(request.scope), most_counted=FEW,
        bulk=bulk if request.scope.may(Capability.RUN_CAMPAIGNS) else (),
    )  # fmt: skip
    context = {
        "may_export": may_export(request.scope, listing.key),
        "hint": _("在检查发现或执法点位页面发出；逾期没有签收、反馈的，在待办里提醒"),
    }  # fmt: skip
    return listing.respond("housing/register.html", context)


def fields_of(row: Referral) -> list[tuple[str, str]]:
    """The fields of a person that go along, with the reason for each."""
    return [(title_of(PERSON_FIELDS, each["field"]), each["reason"]) for each in row.person_fields]


def _shown(request: PortalRequest, row: Referral) -> dict[str, Any]:
    given = "；".join(f"{title}（{why}）" for title, why in fields_of(row))
    facts = [
        (_("文号"), row.number), (_("接收部门"), row.get_department_display()),
        (_("类型"), row.get_kind_display()), (_("地点"), row.place), (_("事实"), row.facts),
        (_("依据条款"), row.law_clause), (_("随附个人信息"), given or _("不提供")),
        (_("签收期限"), formats.day(row.receipt_due)),
        (_("反馈期限"), formats.day(row.feedback_due)), (_("规则"), named(row.rule)),
        (_("反馈内容"), row.feedback), (_("退回理由"), row.returned_reason),
    ]  # fmt: skip
    days = (
        (_("发出"), row.sent_by, row.sent_on), (_("签收"), "", row.received_on),
        (_("反馈"), "", row.fed_back_on), (row.get_state_display(), row.closed_by, row.closed_on),
    )  # fmt: skip
    return {
        "heading": row.number, "kind": _("抄告"), "facts": facts,
        "steps": [(title, who, formats.day(day), "") for title, who, day in days if day],
        "tone": TONES[row.state],
        "links": [{"url": reverse("housing:referral_letter", args=[row.pk]),
                   "title": _("打印抄告函"), "icon": "print"}],
        "crumbs": [{"title": _("抄告"), "url": reverse("housing:referrals")},
                   {"title": row.number}],
    }  # fmt: skip


COURSE = Course(
    Referral.objects.all, "referral_id", "housing:referral",
    (
        Act("receive", _("对方已签收"), _("登记签收"), _("已登记签收"), ReceiptForm,
            services.receive_referral, ("sent",)),
        Act("handle", _("对方在办理"), _("登记在办"), _("已登记"), NoWords,
            services.handle_referral, ("received",)),
        Act("feedback", _("对方已反馈"), _("登记反馈"), _("已登记反馈"), FeedbackForm,
            services.note_feedback, ("received", "handling")),
        Act("close", _("办结"), _("办结"), _("已办结"), NoWords, services.close_referral,
            ("fed_back",)),
        Act("return", _("对方退回"), _("登记退回"), _("已登记退回"), ReturnForm,
            services.return_referral, ("sent", "received")),
    ),
    _shown, viewed="housing.referral_viewed",
)  # fmt: skip


@require_GET
@needs(Capability.VIEW_CAMPAIGNS)
def referral(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One referral with its course."""
    return COURSE.show(request, pk)


@require_POST
@needs(Capability.RUN_CAMPAIGNS)
def referral_act(request: PortalRequest, pk: uuid.UUID, act: str) -> HttpResponse:
    """One act on a referral."""
    return COURSE.act(request, pk, act)


@require_GET
@needs(Capability.RUN_CAMPAIGNS)
def referral_letter(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The letter as it is printed and sent."""
    row = get_in_scope(Referral.objects.select_related("committee__parent"), request.scope, pk=pk)
    record(
        "housing.referral_printed", by=request.scope, at=timezone.now(), target=row,
        committee=row.committee_id,
    )  # fmt: skip
    return page(request, "housing/referral_letter.html", {"row": row, "fields": fields_of(row)})


@needs(Capability.RUN_CAMPAIGNS)
def refer_dwelling(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Send a letter about a dwelling."""
    unit = get_in_scope(DwellingUnit.objects.all(), request.scope, pk=pk)
    tell_viewed(request, unit)
    return _send(request, unit.address, {}, dwelling_id=pk)


@needs(Capability.RUN_CAMPAIGNS)
def refer_site(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Send a letter about a site."""
    site = get_in_scope(EnforcementSite.objects.all(), request.scope, pk=pk)
    known = {"department": site.department, "facts": site.facts} | initial_kind(site.kind)
    return _send(request, site.place, known, site_id=pk)


def _send(
    request: PortalRequest, place: str, known: dict[str, Any], **of: uuid.UUID
) -> HttpResponse:
    form = ReferralForm(request.POST or None, initial={"sent_on": timezone.localdate()} | known)
    if request.method == "POST" and form.is_valid():
        told = {
            name: form.cleaned_data[name]
            for name in ("number", "department", "kind", "facts", "law_clause", "sent_on")
        }
        told["person_fields"] = form.person_fields()

        def act() -> str:
            made = services.send_referral(
                told=services.ReferralTold(**told), by=request.scope, at=timezone.now(), **of
            )
            return reverse("housing:referral", args=[made.pk])

        try:
            url = act_once(request, act)
        except services.UnableToRectify as why:
            name = form.on(why.field)
            form.add_error(name if name in form.fields else None, str(why))
        else:
            return done(request, url, _("已登记抄告，可以打印抄告函"))
    context = {
        "form": form, "heading": _("抄告：%(place)s") % {"place": place}, "word": _("发出抄告"),
        "hint": _("默认不提供任何个人信息；证件号从不提供。签收、反馈期限按规则计算"),
        "crumbs": [{"title": _("抄告"), "url": reverse("housing:referrals")},
                   {"title": _("发出抄告")}],
    }  # fmt: skip
    return page(request, "housing/form_page.html", context)
