"""Forms of staffing: a new collector, a change of status, a patch."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from housing.models import Building
from portal.orgs.models import OrgUnit
from portal.ui.forms import DayField, PortalForm
from portal.ui.widgets import Checks
from staffing.models import Collector, CollectorStatus, Employment
from staffing.services import UnableToStaff


class CollectorForm(PortalForm):
    """A new collector."""

    columns = 3
    committee = forms.ModelChoiceField(
        label=_("派驻居委"), queryset=OrgUnit.objects.none(), empty_label=_("请选择")
    )
    staff_no = forms.CharField(label=_("工号"), max_length=16)
    name = forms.CharField(label=_("姓名"), max_length=50)
    employment_type = forms.ChoiceField(label=_("用工方式"), choices=Employment.choices)
    provider = forms.CharField(
        label=_("承接单位"), max_length=80, required=False, help_text=_("购买服务的必填")
    )
    fte = forms.DecimalField(
        label=_("全职当量"), min_value=0, max_value=1, max_digits=2, decimal_places=1, initial=1,
        help_text=_("全职 1，半职 0.5"),
    )  # fmt: skip
    status = forms.ChoiceField(
        label=_("状态"),
        choices=[(s.value, s.label) for s in (
            CollectorStatus.CANDIDATE, CollectorStatus.PROBATION, CollectorStatus.APPOINTED
        )],
    )  # fmt: skip
    since = DayField(label=_("状态起始"))
    badge_no = forms.CharField(label=_("工作证号"), max_length=20, required=False)
    trained_on = DayField(label=_("岗前培训合格"), required=False)
    confidentiality_signed_on = DayField(
        label=_("保密承诺"), required=False, help_text=_("上岗前签，每年重签")
    )

    def __init__(self, *args: Any, committees: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["committee"].queryset = committees  # type: ignore[attr-defined]


class StatusForm(PortalForm):
    """The next step of a collector; only steps that are open from here are offered."""

    columns = 1
    to = forms.ChoiceField(label=_("转为"))
    on = DayField(label=_("生效日期"))
    reason = forms.CharField(
        label=_("事由"), required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("借调、停职、离职必填"),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, steps: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = dict(CollectorStatus.choices)
        self.offer("to", [(step, titles[step]) for step in steps])


class TrainingForm(PortalForm):
    """Days that a collector's work rests on."""

    columns = 2
    trained_on = DayField(label=_("岗前培训合格"), required=False)
    signed_on = DayField(label=_("保密承诺"), required=False)


class AreaForm(PortalForm):
    """A patch: its name, who leads it, its buildings."""

    columns = 3
    spans = {"buildings": 3}
    code = forms.CharField(label=_("片区"), max_length=20, help_text=_("如：一片"))
    lead = forms.ModelChoiceField(
        label=_("负责采集员"), queryset=Collector.objects.none(), required=False,
        empty_label=_("暂无"),
    )  # fmt: skip
    valid_from = DayField(label=_("启用日期"))
    buildings = forms.ModelMultipleChoiceField(
        label=_("楼栋"), queryset=Building.objects.none(), widget=Checks,
        help_text=_("选了别的片区的楼栋，保存后划入本片区"),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    def __init__(self, *args: Any, leads: Any, buildings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].queryset = leads  # type: ignore[attr-defined]
        self.fields["buildings"].queryset = buildings  # type: ignore[attr-defined]


def put_errors(form: PortalForm, error: UnableToStaff) -> None:
    """The service's sentences at the fields they are about."""
    for field, texts in error.errors.items():
        for text in texts:
            form.add_error(field if field in form.fields else None, text)
