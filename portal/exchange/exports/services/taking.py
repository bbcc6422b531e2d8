"""Taking a file out: by the one who asked, in the post that asked, by a link that works once."""

import uuid
from datetime import datetime
from typing import BinaryIO, cast

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import seals
from portal.audit.record import record
from portal.exchange.exports.kinds import export_kinds
from portal.exchange.exports.services.asking import RULE, facts
from portal.exchange.models import ExportRequest, ExportState
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rules.services import rule_on
from portal.sealed import SealedReader


class UnableToTake(Exception):
    """The file is not given; the sentence says why."""


@transaction.atomic
def take_out(
    *, export_id: uuid.UUID, link: uuid.UUID, by: Scope, at: datetime
) -> tuple[ExportRequest, SealedReader]:
    """The file, opened for reading; the link is spent and another one takes its place.

    :raises UnableToTake: not one's own, another post, spent link, expired, or taken too often
    :raises NotAllowed: the post may no longer export, or no longer covers the unit
    """
    export = ExportRequest.objects.in_scope(by).select_for_update(of=("self",)).get(pk=export_id)
    require(by, Capability.EXPORT_MASKED, export.committee_id)
    require(by, export_kinds()[export.kind].capability)
    if refusal := _why_not(export, link, by, at):
        raise UnableToTake(refusal)
    export.link, export.downloads = uuid.uuid4(), export.downloads + 1
    export.save(update_fields=["link", "downloads"])
    record("exchange.export_taken", by=by, at=at, target=export, purpose=export.purpose[:32],
           changes=facts(export) | {"count": export.downloads})  # fmt: skip
    stored = default_storage.open(export.stored_file)
    return export, SealedReader(cast(BinaryIO, stored), row=export.pk)


def _why_not(export: ExportRequest, link: uuid.UUID, by: Scope, at: datetime) -> str:
    if export.requested_by != by.user_id:
        return _("只有申请人本人可以下载")
    if export.appointment != by.appointment_id:
        return _("请切换到申请时的岗位再下载")
    if export.state != ExportState.READY or export.expires_at is None or export.expires_at <= at:
        return _("文件已过期删除，请重新申请")
    if seals.is_late():
        return _("访问留痕已超过 4 小时没有封存，暂停下载，请联系系统管理员")
    if link != export.link:
        return _("这个下载链接已用过，请在导出中心重新下载")
    most = rule_on(RULE, timezone.localdate(at))["links"]
    if export.downloads >= most:
        return _("这个文件已下载 %(most)d 次，请重新申请") % {"most": most}
    return ""
