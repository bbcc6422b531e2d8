"""Forms of accounts and posts."""

from collections.abc import Iterable
from typing import Any

from django import forms

from portal.accounts.machines import LONGEST_DAYS
from portal.accounts.models import User
from portal.orgs.models import OrgUnit
from portal.orgs.roles import ROLES
from portal.ui.forms import DayField, PortalForm


def _choices(roles: Iterable[str]) -> list[tuple[str, str]]:
    allowed = set(roles)
    known = [(role.key, role.title) for role in ROLES.values() if role.key in allowed]
    return [("", "请选择"), *known]


class PostForm(PortalForm):
    """A post for somebody who has an account."""

    columns = 4
    spans = {"reason": 4}

    unit = forms.ModelChoiceField(
        label="单位", queryset=OrgUnit.objects.none(), empty_label="请选择"
    )
    role = forms.ChoiceField(label="岗位", choices=())
    starts_on = DayField(label="到岗日期")
    reason = forms.CharField(
        label="事由", max_length=200, required=False, help_text="区级岗位由另一人批准，请写明事由"
    )

    def __init__(self, *args: Any, units: Any, roles: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.offer("role", _choices(roles))


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
    unit = forms.ModelChoiceField(
        label="单位", queryset=OrgUnit.objects.none(), empty_label="请选择"
    )
    role = forms.ChoiceField(label="岗位", choices=())

    def __init__(self, *args: Any, units: Any, roles: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.offer("role", _choices(roles))


class ResetForm(PortalForm):
    """A new initial password after somebody was checked in person."""

    columns = 2

    password = forms.CharField(label="新的初始密码", min_length=12, widget=forms.PasswordInput)
    reason = forms.CharField(label="核验方式与事由", max_length=200)


class CloseForm(PortalForm):
    """Why an account is closed, or opened again."""

    columns = 1

    reason = forms.CharField(label="事由", max_length=200)


class PersonField(forms.ModelChoiceField):
    """A person by name, account and number."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} {obj.username} {obj.staff_no}".strip()


class SystemForm(PortalForm):
    """The account of another system, with the post that it acts in."""

    columns = 2
    spans = {"purpose": 2}

    name = forms.CharField(label="系统名称", max_length=50)
    username = forms.RegexField(
        label="账号", regex=r"^[a-z][a-z0-9._-]{2,63}$",
        error_messages={"invalid": "账号用小写字母开头，可含数字、点、横线，至少 3 位"},
    )  # fmt: skip
    purpose = forms.CharField(label="用途与依据", max_length=200)
    keeper = PersonField(label="责任人", queryset=User.objects.none(), empty_label="请选择")
    unit = forms.ModelChoiceField(
        label="单位", queryset=OrgUnit.objects.none(), empty_label="请选择"
    )
    role = forms.ChoiceField(
        label="岗位", choices=(), help_text="按最小够用选择；全区的岗位由另一人批准"
    )

    def __init__(self, *args: Any, units: Any, keepers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["keeper"].queryset = keepers  # type: ignore[attr-defined]
        service = [role.key for role in ROLES.values() if role.service]
        self.offer("role", _choices(service))


class TokenForm(PortalForm):
    """A token and how long it opens."""

    columns = 2

    label = forms.CharField(label="令牌名称", max_length=40, help_text="用在哪台服务器、哪个程序")
    days = forms.IntegerField(
        label="有效天数", min_value=1, max_value=LONGEST_DAYS, initial=90, help_text="最长一年"
    )


class KeeperForm(PortalForm):
    """Who answers for a system from now on."""

    columns = 1

    keeper = PersonField(label="新的责任人", queryset=User.objects.none(), empty_label="请选择")

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keeper"].queryset = people  # type: ignore[attr-defined]
