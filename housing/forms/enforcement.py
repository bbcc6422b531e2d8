"""Forms of enforcement sites and referrals."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from housing.forms.campaigns import CHOOSE, words_field
from housing.rectifying import DEPARTMENTS, PERSON_FIELDS, REFERRAL_KINDS, SITE_KINDS
from portal.ui.forms import DayField, PortalForm


class SiteForm(PortalForm):
    """A site as it was found."""

    columns = 3
    spans = {"place": 2, "facts": 3}
    kind = forms.ChoiceField(label=_("类型"), choices=[CHOOSE, *SITE_KINDS])
    building = forms.CharField(
        label=_("楼栋"), max_length=80, help_text=_("所在或最近的楼栋地址，如 梧影路88弄7号")
    )
    department = forms.ChoiceField(
        label=_("主管部门"), choices=[("", _("按类型")), *DEPARTMENTS], required=False
    )
    place = forms.CharField(label=_("地点"), max_length=160)
    people = forms.IntegerField(
        label=_("涉及人数（约）"), min_value=0, max_value=100000, required=False,
        help_text=_("只写人数，不列名单"),
    )  # fmt: skip
    facts = words_field(_("情况"))
    children = forms.IntegerField(
        label=_("涉及儿童人数"), min_value=0, max_value=10000, required=False
    )


class SiteNoticeForm(PortalForm):
    columns = 1
    noticed_on = DayField(label=_("告知日期"))
    due_on = DayField(label=_("期限"))


class MeasuresForm(PortalForm):
    columns = 1
    measures = words_field(_("处置措施"), help_text=_("哪些部门、依据什么、怎样处置"))


class CloseSiteForm(PortalForm):
    """The end of a site, with what became of those who were there."""

    columns = 1
    measures = words_field(_("处置结果"))
    children = forms.IntegerField(label=_("涉及儿童人数"), min_value=0, required=False)
    placed = forms.IntegerField(label=_("已安置儿童人数"), min_value=0, required=False)
    child_placement = words_field(
        _("儿童就学、入园安置"), required=False, help_text=_("办学点、办园点必填：转到哪里")
    )
    resettlement = words_field(
        _("人员安置"), required=False, help_text=_("有人居住的必填：怎样告知、住到哪里")
    )


class ReferralForm(PortalForm):
    """A letter to a department; nothing of a person goes along unless its reason is written."""

    columns = 2
    spans = {"facts": 2, "law_clause": 2}
    number = forms.CharField(label=_("文号"), max_length=40)
    sent_on = DayField(label=_("发出日期"))
    department = forms.ChoiceField(label=_("接收部门"), choices=[CHOOSE, *DEPARTMENTS])
    kind = forms.ChoiceField(label=_("类型"), choices=[CHOOSE, *REFERRAL_KINDS])
    law_clause = forms.CharField(label=_("依据条款"), max_length=100)
    facts = words_field(_("事实"), most=500, rows=3, help_text=_("只写办理需要的事实"))

    def person_fields(self) -> dict[str, str]:
        """Reasons by field of a person; a field without a reason does not go along."""
        told = {key: self.cleaned_data.get(f"why_{key}", "") for key, _title in PERSON_FIELDS}
        return {key: reason.strip() for key, reason in told.items() if reason.strip()}

    def on(self, name: str) -> str:
        """What a refusal at a field of a person is called here."""
        return f"why_{name}" if f"why_{name}" in self.fields else name


for _key, _title in PERSON_FIELDS:
    ReferralForm.base_fields[f"why_{_key}"] = words_field(
        f"提供{_title}的理由", required=False,
        help_text=_("不填就不提供；接收部门依法必需的才填"),
    )  # fmt: skip


class ReceiptForm(PortalForm):
    columns = 1
    received_on = DayField(label=_("签收日期"))


class FeedbackForm(PortalForm):
    columns = 1
    fed_back_on = DayField(label=_("反馈日期"))
    feedback = words_field(_("反馈内容"), most=500, rows=3)


class ReturnForm(PortalForm):
    columns = 1
    returned_reason = words_field(_("退回理由"))


def initial_kind(kind: str) -> dict[str, Any]:
    """The kind of referral that goes with a kind of site."""
    known = dict(REFERRAL_KINDS)
    return {"kind": {"street_stall": "stall"}.get(kind, kind if kind in known else "other")}
