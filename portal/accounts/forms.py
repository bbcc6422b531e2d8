"""Forms of the entrance and of one's own account."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts import services, throttle
from portal.accounts.entering import has_factor
from portal.accounts.models import User
from portal.ui.forms import PortalForm

CODE_ATTRS = {
    "autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "12",
    "spellcheck": "false",
}  # fmt: skip


class SignInForm(PortalForm):
    """Account and password."""

    username = forms.CharField(label=gettext_lazy("账号"), max_length=64)
    password = forms.CharField(label=gettext_lazy("密码"), strip=False, widget=forms.PasswordInput)


class CodeForm(PortalForm):
    """Six digits, or a recovery code."""

    columns = 1

    code = forms.CharField(
        label=gettext_lazy("动态口令"), max_length=12, widget=forms.TextInput(attrs=CODE_ATTRS)
    )

    def clean_code(self) -> str:
        """Without the blanks that people copy along."""
        return "".join(str(self.cleaned_data["code"]).split())


class OwnPasswordForm(PortalForm):
    """The own password once more, and a code from whoever has an authenticator."""

    columns = 1
    door = ""

    password = forms.CharField(
        label=gettext_lazy("登录密码"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )  # fmt: skip
    code = forms.CharField(
        label=gettext_lazy("动态口令"), max_length=12, widget=forms.TextInput(attrs=CODE_ATTRS)
    )

    def __init__(
        self, *args: Any, user: User, at: datetime, address: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.address, self.at = user, address, at
        if not has_factor(user):
            del self.fields["code"]

    def who(self) -> tuple[object, ...]:
        """By what guesses are counted together."""
        return (self.user.pk,)

    def clean(self) -> dict[str, Any]:
        """Count the guess, then look at it.

        :raises portal.accounts.throttle.UnableToCount: Redis does not answer
        :raises portal.accounts.hashing.TooBusyToHash: too many logins at once
        """
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        guess = throttle.count_guess(self.door, *self.who())
        if guess.allowed and self._is_right(cleaned):
            throttle.was_right(guess)
            return cleaned
        guess = throttle.was_wrong(guess) if guess.allowed else guess
        self.add_error(None if "code" in self.fields else "password", self._told(guess))
        return cleaned

    def _is_right(self, cleaned: dict[str, Any]) -> bool:
        """The code is looked at, and used up, only behind the right password."""
        if not self.user.check_password(cleaned["password"]):
            return False
        if "code" not in self.fields:
            return True
        code = "".join(str(cleaned["code"]).split())
        return services.take_code(user_id=self.user.pk, code=code, at=self.at)

    def _told(self, guess: throttle.Guess) -> str:
        if guess.locked_for:
            minutes = -(-guess.locked_for // 60)
            return _("连续输错次数过多，请 %(minutes)d 分钟后再试") % {"minutes": minutes}
        what = _("密码或动态口令不正确") if "code" in self.fields else _("密码不正确")
        return _("%(what)s，再错 %(left)d 次将暂停核对") % {"what": what, "left": guess.left}


class AgainForm(OwnPasswordForm):
    """Proving again who one is, inside a session."""

    door = "again"


class BackForm(OwnPasswordForm):
    """Logging in again over a page whose session is over: counted with the login itself."""

    door = "login"

    def who(self) -> tuple[object, ...]:
        return self.user.username.lower(), self.address


class PasswordForm(PortalForm):
    """A new password, twice."""

    columns = 1

    current = forms.CharField(
        label=gettext_lazy("当前密码"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    password = forms.CharField(
        label=gettext_lazy("新密码"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    repeated = forms.CharField(
        label=gettext_lazy("再输一次新密码"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """Both the same, and the current one right; guesses of it are counted."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if cleaned["password"] != cleaned["repeated"]:
            self.add_error("repeated", _("两次输入的新密码不一致"))
            return cleaned
        guess = throttle.count_guess("again", self.user.pk)
        if guess.allowed and self.user.check_password(cleaned["current"]):
            throttle.was_right(guess)
        else:
            guess = throttle.was_wrong(guess) if guess.allowed else guess
            minutes = -(-guess.locked_for // 60)
            self.add_error(
                "current",
                _("连续输错次数过多，请 %(minutes)d 分钟后再试") % {"minutes": minutes}
                if guess.locked_for
                else _("当前密码不正确"),
            )
        return cleaned
