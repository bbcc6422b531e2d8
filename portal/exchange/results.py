"""What a file did: counts of its rows, and totals of the register before and after."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.exchange.models import BatchState, ImportBatch
from portal.ui.formats import whole


@dataclass(frozen=True)
class Tile:
    title: str
    count: int
    bad: bool = False


@dataclass(frozen=True)
class Effect:
    """One total of the register; `change` carries its sign."""

    title: str
    before: str
    after: str
    change: str


def tiles_of(batch: ImportBatch) -> list[Tile]:
    """The counts of the result, as the tiles show them."""
    held = batch.outcomes
    if batch.state == BatchState.UNDONE:
        return [
            Tile(_("已撤销"), held.get("undone", 0)),
            Tile(_("已有人改过，保留"), held.get("kept", 0), bad=bool(held.get("kept"))),
            Tile(_("未变"), held.get("unchanged", 0)),
        ]
    refused = held.get("error", 0)
    tiles = [
        Tile(_("新增"), held.get("create", 0)),
        Tile(_("更新"), held.get("update", 0)),
        Tile(_("未变"), held.get("unchanged", 0)),
        Tile(_("已在外单位登记"), held.get("elsewhere", 0)),
        Tile(_("文件内重复"), held.get("duplicate_in_file", 0)),
        Tile(_("出错跳过"), refused, bad=bool(refused)),
    ]
    if held.get("skipped"):
        tiles.append(Tile(_("不导入"), held["skipped"]))
    return tiles


def effect_of(batch: ImportBatch) -> list[Effect]:
    """Totals before and after, where the kind measures them."""
    before, after = batch.effect.get("before", {}), batch.effect.get("after", {})
    return [
        Effect(title, whole(old), whole(after[title]), _signed(after[title] - old))
        for title, old in before.items()
        if title in after
    ]


def _signed(difference: int) -> str:
    if difference == 0:
        return "0"
    return f"+{whole(difference)}" if difference > 0 else f"−{whole(-difference)}"
