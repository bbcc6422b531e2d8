"""Forms of accounts and posts."""

from typing import Any

from django import forms

from portal.orgs.models import OrgUnit
from portal.orgs.roles import ROLES
from portal.ui.forms import PortalForm


class AccountForm(PortalForm):
    """A new personal account together with its first post."""

    columns = 2

    name = forms.CharField(label="姓名", max_length=50)
    username = forms.RegexField(
        label="账号", regex=r"^[a-z][a-z0-9._-]{2,63}$",
        error_messages={"invalid": "账号用小写字母开头，可含数字、点、横线，至少 3 位"},
    )  # fmt: skip
    staff_no = forms.CharField(label="工号", max_length=20)
    password = forms.CharField(
        label="初始密码", min_length=12, widget=forms.PasswordInput,
        help_text="至少 12 位，首次登录后由本人修改",
    )  # fmt: skip
    unit = forms.ModelChoiceField(label="单位", queryset=OrgUnit.objects.none())
    role = forms.ChoiceField(label="岗位", choices=[(r.key, r.title) for r in ROLES.values()])

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
