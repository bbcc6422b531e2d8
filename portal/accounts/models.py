"""People who log in."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models


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

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "id", "username", "name", "staff_no", "is_active", "created_at", "preferences",
            "password", "last_login", "is_superuser",
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
