"""Showing a whole number: purpose, reason, quota and event in one transaction (D-6)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from portal import vault
from portal.audit import seals
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rules.services import rule_on
from residents.models import Resident, Reveal, Secret
from residents.services.errors import QuotaUsedUp, UnableToReveal

PURPOSES = {
    "document": "核对证件原件",
    "permit": "办理居住证",
    "quality": "处理数据质量问题",
    "transfer": "办理移交",
    "inspection": "上级抽查核实",
    "other": "其他（须填写说明）",
}
SHORTEST_REASON = 4


@dataclass(frozen=True)
class Revealed:
    """A whole number, its person's birth date, and how long it may stand on the screen."""

    value: str
    birth_date: date
    mask: str
    seconds: int


@transaction.atomic
def reveal(
    *, resident_id: Any, purpose: str, reason: str = "", by: Scope, at: datetime,
    kind: str = Secret.Kind.IDENTITY.value,
) -> Revealed:  # fmt: skip
    """One number of one person, once.

    :param kind: `identity` or `phone`
    :raises UnableToReveal: no purpose, no reason where one is needed, quota used up, no number,
        one that cannot be opened, or the trail is not sealed in time
    :raises NotAllowed: `by` may not reveal numbers there
    """
    resident = Resident.objects.in_scope(by).get(pk=resident_id)
    require(by, Capability.REVEAL_IDENTITY, resident.committee_id)
    reason = reason.strip()
    if purpose not in PURPOSES:
        raise UnableToReveal("请选择查看事由")
    if purpose == "other" and not _tells_something(reason):
        raise UnableToReveal(f"请写明查看的具体原因，至少 {SHORTEST_REASON} 个字")
    try:
        seals.require_proof()
    except seals.UnableToProve as late:
        raise UnableToReveal(str(late)) from late
    quota = rule_on("reveal_quota", timezone.localdate(at))
    value = _unsealed(resident, kind, purpose, quota[f"per_day_{by.level}"])
    record(
        "residents.revealed", by=by, at=at, target=resident, committee=resident.committee_id,
        subjects=[resident.pk], purpose=purpose, reason=reason, changes={"kind": kind},
    )  # fmt: skip
    mask = resident.id_mask if kind == Secret.Kind.IDENTITY else resident.phone_mask
    return Revealed(value, resident.birth_date, mask, quota["seconds_shown"])


def reveals_today(*, by: Scope, today: date) -> tuple[int, int]:
    """How many numbers this person has looked at today, and how many are allowed."""
    begins = timezone.make_aware(datetime.combine(today, time.min))
    used = Reveal.objects.filter(user_id=by.user_id or 0, at__gte=begins).count()
    return used, rule_on("reveal_quota", today)[f"per_day_{by.level}"]


def _tells_something(reason: str) -> bool:
    """Whether the text says more than one sign again and again."""
    letters = {sign for sign in reason if sign.isalnum()}
    return len(reason) >= SHORTEST_REASON and len(letters) > 2  # noqa: PLR2004  "啊啊啊啊" is none


def _unsealed(resident: Resident, kind: str, purpose: str, per_day: int) -> str:
    """The number, through the door that counts the look.

    :raises UnableToReveal: a quota is used up, there is no number, or it cannot be opened
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM reveal_secret(%s::uuid, %s, %s)", [str(resident.pk), kind, purpose]
        )
        row = cursor.fetchone()
    if row is None:
        raise UnableToReveal("没有登记这项号码")
    refused, secret_id, key_id, cipher = row
    if refused:
        raise QuotaUsedUp(_SENTENCES[refused] % {"per_day": per_day})
    try:
        return vault.opened(bytes(cipher), key_id=key_id, row=secret_id, kind=kind)
    except vault.UnableToOpen as lost:
        raise UnableToReveal("这项号码打不开，请联系系统管理员") from lost


_SENTENCES = {
    "day": "今日已查看 %(per_day)d 次，达到每日上限，请明日再查看或联系街道管理员",
    "minute": "查看过于频繁，请一分钟后再试",
}
