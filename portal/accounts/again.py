"""Proving again who one is: the form, and the guess that it counts."""

from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts import throttle
from portal.accounts.models import User
from portal.ui.forms import PortalForm


class AgainForm(PortalForm):
    """The own password once more; wrong ones are counted, five of them lock."""

    columns = 1

    password = forms.CharField(
        label=gettext_lazy("登录密码"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User | AnonymousUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert isinstance(user, User)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """:raises django.core.exceptions.ValidationError: wrong, or too many guesses"""
        cleaned = super().clean() or {}
        if "password" not in cleaned:
            return cleaned
        try:
            guess = throttle.count_guess("again", self.user.pk)
        except throttle.UnableToCount:
            self.add_error(None, _("暂时无法核对密码，请稍后再试"))
            return cleaned
        if guess.allowed and self.user.check_password(cleaned["password"]):
            throttle.was_right(guess)
            return cleaned
        if guess.allowed:
            guess = throttle.was_wrong(guess)
        self.add_error("password", wrong_again(guess))
        return cleaned


def wrong_again(guess: throttle.Guess) -> str:
    """What is told of a wrong guess: how many are left, or for how long nothing more is tried."""
    if guess.locked_for:
        minutes = -(-guess.locked_for // 60)
        return _("连续输错次数过多，请 %(minutes)d 分钟后再试") % {"minutes": minutes}
    return _("密码不正确，再错 %(left)d 次将暂停核对") % {"left": guess.left}
