"""What is asked before a list is compared, and what a scenario is registered with."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.exchange.comparisons.kinds import comparison_kinds
from portal.exchange.comparisons.models import DataUseScenario, Partner
from portal.exchange.containers import MAX_BYTES, TOO_LARGE
from portal.exchange.exports.kinds import export_kinds
from portal.orgs.capabilities import Capability
from portal.orgs.roles import ROLES
from portal.ui.forms import PortalForm, SentFile
from portal.ui.widgets import Checks, Radios


class ListForm(PortalForm):
    """A partner's list: for what, by which letter, against which part of our register."""

    columns = 2
    spans = {"scenario": 2, "file": 2}

    scenario = forms.TypedChoiceField(
        label=_("数据使用场景"), coerce=uuid.UUID, widget=Radios,
        error_messages={"required": _("请选择数据使用场景")},
    )  # fmt: skip
    letter = forms.CharField(
        label=_("来函文号或名单来源"), max_length=80,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("如：普人社函〔2026〕18 号"),
        error_messages={"required": _("请写明来函文号或名单来源")},
    )  # fmt: skip
    query = forms.ChoiceField(label=_("本册范围"), required=False)
    file = SentFile(
        label=_("名单文件"), allow_empty_file=True, accept=".xlsx,.csv", most_bytes=MAX_BYTES,
        too_large=TOO_LARGE,
        help_text=_(".xlsx、.csv，一次最多 50,000 行；文件本身不保存，只加密保存各行，到期删除"),
    )  # fmt: skip

    def __init__(self, *args: Any, scenarios: list[DataUseScenario], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("scenario", [(each.pk, each.title) for each in scenarios])
        kinds = comparison_kinds()
        self.offer("query", [
            (query, title)
            for key in dict.fromkeys(each.kind for each in scenarios)
            for query, title in export_kinds()[kinds[key].register].ranges
        ])  # fmt: skip


class ScenarioForm(PortalForm):
    """A use of other offices' lists, registered once by the district."""

    columns = 6
    spans = {
        "title": 3, "partner": 3, "purpose": 3, "basis": 3, "fields_of": 6, "roles": 4,
        "kept_days": 2,
    }  # fmt: skip

    title = forms.CharField(label=_("名称"), max_length=60)
    partner = forms.ChoiceField(label=_("来源单位"), choices=Partner.choices)
    purpose = forms.CharField(label=_("用途"), max_length=120)
    basis = forms.CharField(
        label=_("依据（文件和条款）"), max_length=200,
        error_messages={"required": _("请写明依据的文件和条款")},
    )  # fmt: skip
    fields_of = forms.MultipleChoiceField(
        label=_("比对内容和可用字段"), widget=Checks,
        error_messages={"required": _("至少选一个字段")},
        help_text=_("只读取选中的字段；人口和房屋分别登记，不能混选"),
    )  # fmt: skip
    roles = forms.MultipleChoiceField(
        label=_("可用岗位"), widget=Checks, error_messages={"required": _("至少选一个岗位")},
    )  # fmt: skip
    kept_days = forms.IntegerField(
        label=_("名单保存天数"), min_value=1, max_value=90, initial=30,
        error_messages={"min_value": _("1 到 90 天"), "max_value": _("1 到 90 天")},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("fields_of", [
            (f"{kind.key}.{field.key}", f"{kind.title} · {field.title}")
            for kind in comparison_kinds().values()
            for field in kind.fields
        ])  # fmt: skip
        self.offer("roles", [
            (role.key, role.title)
            for role in ROLES.values()
            if Capability.COMPARE_LISTS in role.capabilities
        ])  # fmt: skip

    def clean_fields_of(self) -> tuple[str, list[str]]:
        """The kind and its fields; of one kind only."""
        chosen = [each.split(".", 1) for each in self.cleaned_data["fields_of"]]
        kinds = {kind for kind, _field in chosen}
        if len(kinds) != 1:
            raise forms.ValidationError(_("人口和房屋不能混选"))
        return kinds.pop(), [field for _kind, field in chosen]
