"""The form of a rule's next version: one field for each parameter of its schema."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.rules.defaults import RuleDefault
from portal.ui.forms import DayField, PortalForm

#: What parameters are called on screen; others show their key.
TITLES = {
    "accuracy_rate": gettext_lazy("准确率（%）"),
    "completeness": gettext_lazy("完整率（%）"),
    "conditions": gettext_lazy("条件组合"),
    "decide_days": gettext_lazy("答复（天）"),
    "reply_days": gettext_lazy("答复（天）"),
    "edition": gettext_lazy("版本"),
    "inform_days": gettext_lazy("告知（天）"),
    "hours": gettext_lazy("窗口地址和时间"),
    "sections": gettext_lazy("告知单各节（中英文）"),
    "deciding_days": gettext_lazy("审批期限（天）"),
    "day_begins": gettext_lazy("工作时段起（时）"),
    "day_ends": gettext_lazy("工作时段止（时）"),
    "days": gettext_lazy("天数"),
    "decision_calendar_days": gettext_lazy("办结时限（自然日，0 为不用）"),
    "decision_working_days": gettext_lazy("办结时限（工作日，0 为不用）"),
    "dormitory_in": gettext_lazy("不得开设集体宿舍的房屋用途代码"),
    "endorsement_on_time": gettext_lazy("签注按期率（%）"),
    "freshness": gettext_lazy("鲜活度（%）"),
    "high": gettext_lazy("必改（天）"),
    "house_code_link": gettext_lazy("房屋编码关联率（%）"),
    "housing_coverage": gettext_lazy("房屋覆盖率（%）"),
    "insured_months": gettext_lazy("社保或居住满（月）"),
    "kept_days": gettext_lazy("办结后保留说明（天）"),
    "kept_hours": gettext_lazy("文件保留（小时）"),
    "least": gettext_lazy("至少达到（次）才提示"),
    "least_area": gettext_lazy("人均居住面积不低于（m²）"),
    "lent": gettext_lazy("借住（天）"),
    "links": gettext_lazy("一个文件可下载（次）"),
    "low": gettext_lazy("提醒（天）"),
    "make_up_days": gettext_lazy("补办签注（天）"),
    "mid": gettext_lazy("应改（天）"),
    "most_committee": gettext_lazy("居委单个文件上限"),
    "most_district": gettext_lazy("全区单个文件上限"),
    "most_people": gettext_lazy("每间居住不超过（人）"),
    "most_street": gettext_lazy("街道单个文件上限"),
    "one_approval": gettext_lazy("上一级一人同意，不超过"),
    "not_for_living": gettext_lazy("不得住人的部位代码"),
    "off_hours": gettext_lazy("工作时段以外（次）"),
    "other": gettext_lazy("其他（天）"),
    "own": gettext_lazy("本人写明用途即可，不超过"),
    "outside_percent": gettext_lazy("责任区以外占比超过（%）"),
    "overseas": gettext_lazy("境外人员（天）"),
    "owner_occupied": gettext_lazy("自住（天）"),
    "peer_factor": gettext_lazy("同岗中位数的倍数"),
    "people_per_collector": gettext_lazy("每名采集员负责的实有人口（人）"),
    "per_day_committee": gettext_lazy("居委每人每日"),
    "per_day_district": gettext_lazy("全区每人每日"),
    "per_day_street": gettext_lazy("街道每人每日"),
    "per_minute": gettext_lazy("每人每分钟"),
    "per_year": gettext_lazy("每年次数"),
    "register": gettext_lazy("确认后登记（工作日）"),
    "registered_months": gettext_lazy("居住登记满（月）"),
    "registration_rate": gettext_lazy("登记率（%）"),
    "rented": gettext_lazy("出租（天）"),
    "seconds_shown": gettext_lazy("显示时长（秒）"),
    "shared": gettext_lazy("集体居住（天）"),
    "summed_hours": gettext_lazy("自行导出合并计算（小时）"),
    "triage": gettext_lazy("分办（工作日）"),
    "uniqueness": gettext_lazy("唯一率（%）"),
    "vacant": gettext_lazy("空置（天）"),
    "validity": gettext_lazy("有效率（%）"),
    "visit": gettext_lazy("上门（工作日）"),
    "walk": gettext_lazy("连续顺序查看（人）"),
    "window_days": gettext_lazy("签注提前（天）"),
    "with_reason": gettext_lazy("写明理由并再次验证身份，不超过"),
    "approve": gettext_lazy("批准方案（工作日）"),
    "close": gettext_lazy("办结（工作日）"),
    "cycle_days": gettext_lazy("核查周期（天）"),
    "feedback": gettext_lazy("反馈（工作日）"),
    "inverted_over": gettext_lazy("倒挂比超过"),
    "least_days": gettext_lazy("整改期限不少于（天）"),
    "notice": gettext_lazy("告知（工作日）"),
    "receipt": gettext_lazy("签收（工作日）"),
    "uncoded_days": gettext_lazy("未赋码不超过（天）"),
    "provisional_days": gettext_lazy("临时码不超过（天）"),
    "usual_days": gettext_lazy("一般整改期限（天）"),
}
PREFIX = "p_"


def title_of(key: str) -> str:
    """The Chinese title of a parameter, its key where it has none."""
    return str(TITLES.get(key, key))


class ListField(forms.CharField):
    """A list or table of a rule, written as JSON; it comes back as what it stands for."""

    widget = forms.Textarea(
        attrs={"rows": 6, "spellcheck": "false", "class": "pp-textarea pp-mono"}
    )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            rows = ",\n ".join(json.dumps(each, ensure_ascii=False) for each in value)
            return f"[{rows}]"
        return json.dumps(value, ensure_ascii=False, indent=1)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return json.loads(text)
        except ValueError as error:
            raise forms.ValidationError(
                _("第 %(line)d 行没有看懂，应为 JSON，引号和逗号用半角")
                % {"line": getattr(error, "lineno", 1)}
            ) from error


class RevisionForm(PortalForm):
    """Parameters, the day from which they hold, and the source that says so."""

    columns = 2
    effective_from = DayField(label=gettext_lazy("施行日期"))
    basis = forms.CharField(
        label=gettext_lazy("依据的文件和条款"), max_length=200,
        help_text=gettext_lazy("写明文号和条款，如：沪府令第 58 号第九条"),
    )  # fmt: skip

    def __init__(
        self, *args: Any, default: RuleDefault, parameters: dict[str, Any], **kwargs: Any
    ) -> None:
        self.default = default
        fields = {
            f"{PREFIX}{key}": _field(key, kind, parameters.get(key))
            for key, kind in default.schema.items()
        }
        # the parameters first; the base class dresses them with the others
        self.base_fields = {**fields, **type(self).base_fields}  # type: ignore[misc]
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, ListField) or name == "basis":
                field.ui_span = 2  # type: ignore[attr-defined]

    def parameters(self) -> dict[str, Any]:
        """The parameters by their own names, of the types that the schema names."""
        return {key: self.cleaned_data[f"{PREFIX}{key}"] for key in self.default.schema}


def _field(key: str, kind: Any, value: Any) -> forms.Field:
    title = title_of(key)
    if kind is int:
        return forms.IntegerField(label=title, min_value=0, initial=value)
    if kind is float or kind == (int, float):
        return forms.FloatField(label=title, min_value=0, initial=value)
    if kind is str:
        return forms.CharField(label=title, initial=value, max_length=200)
    return ListField(label=title, initial=value)
