"""People who log in."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from portal.accounts.devices import device_in_words
from portal.accounts.machines import AccessToken as AccessToken
from portal.accounts.machines import KeptAnswer as KeptAnswer
from portal.accounts.machines import ServiceAccount as ServiceAccount


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """An account with a hashed password; accounts are made by the security administrator."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person with a personal account; what it may do comes from posts, never from here."""

    username = models.CharField("账号", max_length=64, unique=True)
    name = models.CharField("姓名", max_length=50)
    staff_no = models.CharField("工号", max_length=20, blank=True)
    is_active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("开通时间", auto_now_add=True)
    preferences = models.JSONField("个人设置", default=dict, blank=True)
    #: projected from the posts held (portal.orgs): street, district, administrators
    privileged = models.BooleanField("要职", default=False, db_default=False)
    initial_password = models.BooleanField("初始密码待修改", default=False, db_default=False)
    password_at = models.DateTimeField("密码设置时间", null=True, blank=True)
    #: another system's account (`ServiceAccount`): it has no password and comes by tokens alone
    is_service = models.BooleanField("系统账号", default=False, db_default=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "id", "username", "name", "staff_no", "is_active", "created_at", "preferences",
            "password", "last_login", "is_superuser", "privileged", "initial_password",
            "password_at", "is_service",
        }  # fmt: skip

    class Meta:
        verbose_name = "账号"

    def __str__(self) -> str:
        return f"{self.name} {self.username}"


class KeptForm(models.Model):
    """A posted form that waits until its sender has proved again who they are; ciphertext."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="人员")
    path = models.CharField("地址", max_length=2000)
    act = models.CharField("事项", max_length=80, blank=True)
    sealed = models.BinaryField("密文")
    kept_at = models.DateTimeField("保留时间", db_index=True)  # what has expired is thrown away

    class PersonalData:
        personal: ClassVar[set[str]] = {"sealed"}
        plain: ClassVar[set[str]] = {"id", "user_id", "path", "act", "kept_at"}

    class Meta:
        verbose_name = "待续办的表单"

    def __str__(self) -> str:
        return f"{self.act} {self.kept_at:%Y-%m-%d %H:%M}"


class Ended(models.TextChoices):
    """Why a session is over before its time."""

    ELSEWHERE = "elsewhere", "该账号已在另一台电脑登录"
    BY_OWNER = "by_owner", "本人在另一处结束了这次登录"
    CREDENTIALS = "credentials", "密码或身份验证器已更换"
    BY_ADMINISTRATOR = "by_admin", "安全管理员结束了这次登录"


class LoginSession(AbstractBaseSession):
    """A session of Django's, with whose it is; one that was ended early stays to tell why."""

    handle = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+", verbose_name="人员")
    ip = models.GenericIPAddressField("终端", null=True)
    device = models.CharField("浏览器", max_length=120, blank=True)
    began_at = models.DateTimeField("登录时间", null=True)
    seen_at = models.DateTimeField("最近使用", null=True)
    ended = models.CharField("结束原因", max_length=12, choices=Ended, blank=True)

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "session_key", "session_data", "expire_date", "handle", "user_id", "ip", "device",
            "began_at", "seen_at", "ended",
        }  # fmt: skip

    class Meta:
        verbose_name = "登录"

    def __str__(self) -> str:
        return f"{self.user_id} {self.began_at}"

    @property
    def told(self) -> str:
        """The system and browser in words."""
        return device_in_words(self.device)

    @classmethod
    def get_session_store_class(cls) -> Any:
        from portal.accounts.sessions import SessionStore

        return SessionStore


class SecondFactor(models.Model):
    """An authenticator; its secret is ciphertext bound to this row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        User, models.CASCADE, related_name="second_factor", verbose_name="人员"
    )
    key_id = models.CharField("密钥编号", max_length=16)
    cipher = models.BinaryField("密文")
    confirmed_at = models.DateTimeField("启用时间", null=True)
    #: the time step of the last code taken; it and all before it are refused
    last_step = models.BigIntegerField("最近口令", default=0)

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "id", "user_id", "key_id", "cipher", "confirmed_at", "last_step",
        }  # fmt: skip

    class Meta:
        verbose_name = "身份验证器"

    def __str__(self) -> str:
        return f"{self.user_id}"


class RecoveryCode(models.Model):
    """One of ten codes for the day the phone is lost: a keyed digest, good once."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="recovery_codes", verbose_name="人员"
    )
    digest = models.BinaryField("摘要", max_length=16)
    used_at = models.DateTimeField("使用时间", null=True)

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"id", "user_id", "digest", "used_at"}

    class Meta:
        verbose_name = "恢复码"

    def __str__(self) -> str:
        return f"{self.user_id}"


class FormerPassword(models.Model):
    """The hash of a password that the account may not have again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="人员")
    encoded = models.CharField("摘要", max_length=128)

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"id", "user_id", "encoded"}

    class Meta:
        verbose_name = "用过的密码"

    def __str__(self) -> str:
        return f"{self.user_id}"
