"""Enforcement sites and referrals to departments (S-104, S-105, S-131)."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from housing import services
from housing.course_lists import TONES, SiteList
from housing.forms.enforcement import CloseSiteForm, MeasuresForm, SiteForm, SiteNoticeForm
from housing.models import Building, EnforcementSite
from housing.rectifying import SCHOOLS
from housing.views import act_once, put_errors
from housing.views.acting import Act, Course
from portal.exchange.exports.kinds import may_export
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui import formats
from portal.ui.listing import FEW
from portal.ui.pages import done, page


@require_GET
@needs(Capability.VIEW_CAMPAIGNS)
def sites(request: PortalRequest) -> HttpResponse:
    """Sites under the acting unit, those due first above."""
    scope = request.scope
    listing = SiteList(request, EnforcementSite.objects.in_scope(scope), most_counted=FEW)
    add = {"url": reverse("housing:add_site"), "title": _("登记点位")}
    context = {
        "add": add if scope.may(Capability.RUN_CAMPAIGNS) else None,
        "may_export": may_export(request.scope, listing.key),
        "hint": _("关停办学点、办园点前，每个孩子都要有地方上学；有人住的，先安置"),
    }  # fmt: skip
    return listing.respond("housing/register.html", context)


def close_site(*, site_id: uuid.UUID, by: Any, at: Any, **told: Any) -> EnforcementSite:
    """The form's values as the service takes them."""
    return services.close_site(site_id=site_id, end=services.SiteEnd(**told), by=by, at=at)


def _shown(request: PortalRequest, row: EnforcementSite) -> dict[str, Any]:
    placed = "" if row.children_placed is None else row.children_placed
    facts = [
        (_("类型"), row.get_kind_display()), (_("地点"), row.place), (_("情况"), row.facts),
        (_("主管部门"), row.get_department_display()), (_("涉及人数（约）"), row.people),
        (_("涉及儿童人数"), row.children), (_("已安置儿童人数"), placed),
        (_("儿童安置"), row.child_placement), (_("人员安置"), row.resettlement),
        (_("处置措施"), row.measures),
        (_("期限"), "" if row.closed_on else formats.day(row.due_on)),
    ]  # fmt: skip
    course = [(_("登记"), row.found_name, formats.day(timezone.localdate(row.found_at)), "")]
    if row.noticed_on:
        course.append((_("告知"), "", formats.day(row.noticed_on), ""))
    if row.closed_on:
        course.append((_("办结"), row.closed_by, formats.day(row.closed_on), ""))
    course += [
        (_("抄告 %(n)s") % {"n": each.number}, each.get_department_display(),
         formats.day(each.sent_on), each.get_state_display())
        for each in row.referrals.order_by("sent_on", "pk")
    ]  # fmt: skip
    links = []
    if request.scope.may(Capability.RUN_CAMPAIGNS):
        send = reverse("housing:refer_site", args=[row.pk])
        links.append({"url": send, "title": _("抄告部门"), "icon": "transfer"})
    note = _("孩子没有全部安置好，不能办结") if row.kind in SCHOOLS else ""
    return {
        "heading": row.place, "kind": _("执法点位"), "facts": facts, "steps": course,
        "tone": TONES[row.state], "links": links, "note": note,
        "crumbs": [{"title": _("执法点位"), "url": reverse("housing:sites")},
                   {"title": row.place}],
    }  # fmt: skip


COURSE = Course(
    EnforcementSite.objects.all, "site_id", "housing:site",
    (
        Act("notice", _("告知"), _("已告知"), _("已登记告知"), SiteNoticeForm,
            services.notice_site, ("found",)),
        Act("handle", _("联合处置"), _("登记处置"), _("已登记处置"), MeasuresForm,
            services.handle_site, ("noticed",)),
        Act("close", _("办结"), _("办结"), _("已办结"), CloseSiteForm, close_site, ("handling",)),
    ),
    _shown, viewed="housing.site_viewed",
)  # fmt: skip


@require_GET
@needs(Capability.VIEW_CAMPAIGNS)
def site(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One site with its course."""
    return COURSE.show(request, pk)


@require_POST
@needs(Capability.RUN_CAMPAIGNS)
def site_act(request: PortalRequest, pk: uuid.UUID, act: str) -> HttpResponse:
    """One act on a site."""
    return COURSE.act(request, pk, act)


@needs(Capability.RUN_CAMPAIGNS)
def add_site(request: PortalRequest) -> HttpResponse:
    """Write down a site."""
    form = SiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        address = told.pop("building").strip()
        rows = Building.objects.in_scope(request.scope).existing().named(address)
        found = rows.order_by("pk").values_list("pk", flat=True)[:1]

        def act() -> str:
            made = services.register_site(
                building_id=found[0], told=services.SiteTold(**told), by=request.scope,
                at=timezone.now(),
            )  # fmt: skip
            return reverse("housing:site", args=[made.pk])

        if not found:
            form.add_error("building", _("没有找到这幢楼，请按楼栋列表里的地址填写"))
        else:
            try:
                url = act_once(request, act)
            except services.UnableToRectify as why:
                put_errors(form, why)
            else:
                return done(request, url, _("已登记点位"))
    context = {
        "form": form, "heading": _("登记执法点位"), "word": _("登记"),
        "crumbs": [{"title": _("执法点位"), "url": reverse("housing:sites")},
                   {"title": _("登记")}],
    }  # fmt: skip
    return page(request, "housing/form_page.html", context)
