"""Forms of work plans and their items."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.ui.forms import DayField, PortalForm

UNITS_ONLY = _("计划只写单位的事，不写个人，不写证件号、手机号")


def _area(label: Any, most: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3, "class": "pp-textarea"}),
    )  # fmt: skip


class PlanForm(PortalForm):
    """What a plan is called."""

    spans: ClassVar[dict[str, int]] = {"title": 2}
    year = forms.IntegerField(label=_("年度"), min_value=2016, max_value=2100)
    doc_no = forms.CharField(
        label=_("文号"), max_length=40, required=False, help_text=_("还没有的，批准时再填")
    )
    title = forms.CharField(label=_("名称"), max_length=100)


class ItemForm(PortalForm):
    """One item of a plan; with its reason where the plan is approved already."""

    spans: ClassVar[dict[str, int]] = {"what": 2, "reason": 2}
    what = _area(_("工作事项"), 200, UNITS_ONLY)
    clause = forms.ChoiceField(label=_("文件条款"))
    owner = forms.TypedChoiceField(label=_("承办单位"), coerce=int)
    due_on = DayField(label=_("完成期限"))
    metric = forms.ChoiceField(label=_("对应指标"), required=False)
    target = forms.DecimalField(
        label=_("目标值"), required=False, min_value=0, max_digits=9, decimal_places=2,
        help_text=_("选了指标才填，单位同指标；现值只作对照，是否完成由人登记"),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("调整理由"), max_length=200, help_text=_("计划已批准，理由随调整留存")
    )

    def __init__(
        self, *args: Any, choices: Mapping[str, Mapping[Any, Any]], in_force: bool, **kwargs: Any
    ) -> None:
        """:param choices: of clause, owner and metric, by field"""
        super().__init__(*args, **kwargs)
        self.offer("clause", choices["clause"].items(), blank=True)
        self.offer("owner", choices["owner"].items(), blank=True)
        self.offer("metric", [("", _("不对应指标")), *choices["metric"].items()])
        if not in_force:
            del self.fields["reason"]


class VersionForm(PortalForm):
    """A decision on what was read, told by its version."""

    columns = 1
    version = forms.IntegerField(widget=forms.HiddenInput)


class ApproveForm(VersionForm):
    """The number under which a plan is approved."""

    doc_no = forms.CharField(label=_("文号"), max_length=40)
    answer = forms.CharField(label=_("批准意见"), max_length=200, required=False)


class ReturnForm(VersionForm):
    """Why a plan is returned."""

    answer = forms.CharField(label=_("退回理由"), max_length=200)


class SummaryForm(PortalForm):
    """What a year came to."""

    columns = 1
    summary = _area(_("总结"), 1000)


class DoneForm(PortalForm):
    """Since when something is done, and by what one sees that."""

    columns = 1
    done_on = DayField(label=_("完成日期"))
    evidence = _area(
        _("完成情况和依据"), 500, _("写明文件、纪要、清单的名称和存放处；不写证件号、手机号")
    )


class NotDoneForm(PortalForm):
    """Why something was not done."""

    columns = 1
    not_done_for = forms.CharField(label=_("未完成原因"), max_length=200)


class ReasonForm(PortalForm):
    """Why something that was said is taken back."""

    columns = 1
    reason = forms.CharField(label=_("理由"), max_length=200)
