"""Views of lists that a street shares with its committees: conditions under a name, no rows."""

from typing import ClassVar

import uuid_utils.compat
from django.db import models


class SharedView(models.Model):
    """A view of one list, for everybody in a street and its committees to open.

    It holds no condition that was typed and no place, so that it tells nothing of anybody; whoever
    opens it sees rows by their own rights.
    """

    id = models.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7, editable=False)
    street = models.ForeignKey(
        "orgs.OrgUnit", models.PROTECT, related_name="+", db_index=False, verbose_name="街道（镇）"
    )
    list_key = models.CharField("列表", max_length=40)
    title = models.CharField("名称", max_length=12)
    query = models.CharField("条件", max_length=1000)
    columns = models.JSONField("列", default=list)
    shared_by = models.BigIntegerField("共享人编号")
    shared_name = models.CharField("共享人", max_length=50)
    shared_at = models.DateTimeField("共享时间")

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "id", "street_id", "list_key", "title", "query", "columns", "shared_by",
            "shared_name", "shared_at",
        }  # fmt: skip

    class Meta:
        verbose_name = "共享的视图"
        constraints = [
            # also how a list finds what its street shares
            models.UniqueConstraint(
                fields=["street", "list_key", "title"], name="orgs_shared_view_once",
                violation_error_message="本街道（镇）已有同名的共享视图，请先撤回",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.list_key} {self.title}"
