"""The figures of a published round as tiles: what it came to, and what that is worth.

Paper: S-69, S-70.
"""

from typing import Any

from django.utils.translation import gettext as _

from portal.ui import formats
from residents.models import SpotRound
from residents.services.spotchecks.judging import CHECKED
from residents.spotchecks.strata import TITLES


def figures_of(found: SpotRound) -> list[dict[str, str]]:
    """Tiles (templates/ui/kpi.html) of a round; none before it is published."""
    result = found.result
    if not result:
        return []
    if found.is_recheck:
        return _recheck(result)
    first = _("登记率") if found.is_forward else _("准确率")
    return [
        _tile(first, formats.share(result["value"]), _bounds(result)),
        _tile(_("应答率"), formats.share(result["response"]),
              _("抽 %(all)s，有结果 %(n)s") % {"all": result["drawn"], "n": result["settled"]}),
        *(_forward(result) if found.is_forward else _reverse(result)),
    ]  # fmt: skip


def fields_of(found: SpotRound) -> list[dict[str, Any]]:
    """Each field of checked records: how many were right, of how many told, and how many did not.

    None, where a round did not ask for a field or did not keep who told nothing; the last row is
    all of them by their weights (domain §4.3).
    """
    fields, untold = found.result.get("fields") or {}, found.result.get("untold") or {}
    if not fields:
        return []
    titles = CHECKED | {"weighted": _("各项加权")}
    return [
        {"title": title, "right": right, "told": told, "untold": untold.get(key),
         "value": right / told if told else None, "counts": key != "weighted"}
        for key, title in titles.items() for right, told in [fields.get(key, (None, None))]
    ]  # fmt: skip


def strata_of(found: SpotRound) -> list[dict[str, Any]]:
    """Each stratum with its frame, its draws, and how many of these came to a result."""
    told = found.result.get("strata") or {}
    return [
        {"key": key, "title": TITLES.get(key, key), **each,
         "settled": told.get(key, {}).get("settled")}
        for key, each in found.design.items()
    ]  # fmt: skip


def _recheck(result: dict[str, Any]) -> list[dict[str, str]]:
    pairs = {"all": result["settled"], "n": result["same"]}
    people = {"then": result["records"], "now": result["cases"], "n": result["right"]}
    return [
        _tile(_("两次结果一致"), formats.share(result["value"]), _bounds(result)),
        _tile(_("结果一致的户"), formats.whole(result["same"]),
              _("复查到 %(all)s，一致 %(n)s") % pairs),
        _tile(_("人员一致"), formats.share(result["people"]),
              _("上一轮 %(then)s 人，复查 %(now)s 人，同为 %(n)s 人") % people),
        _tile(_("应答率"), formats.share(result["response"]),
              _("抽 %(all)s，有结果 %(n)s") % {"all": result["drawn"], "n": result["settled"]}),
    ]  # fmt: skip


def _forward(result: dict[str, Any]) -> list[dict[str, str]]:
    told = {"all": result["cases"], "n": result["right"]}
    held = {"all": result["records"], "n": result["proven"]}
    return [
        _tile(_("漏登"), formats.share(result["omission"]),
              _("核见 %(all)s 人，已登记 %(n)s 人") % told),
        _tile(_("错登（应销未销）"), formats.share(result["erroneous"]),
              _("登记 %(all)s 人，证实 %(n)s 人") % held),
        _sample(result),
    ]  # fmt: skip


def _reverse(result: dict[str, Any]) -> list[dict[str, str]]:
    told = {"all": result["cases"], "n": result["right"]}
    return [
        _tile(_("无误的登记"), formats.whole(result["right"]),
              _("核到 %(all)s 条，无误 %(n)s 条") % told),
        _tile(_("分层标准误"), formats.share(result["error"]),
              _("各层合并")),
        _sample(result),
    ]  # fmt: skip


def _sample(result: dict[str, Any]) -> dict[str, str]:
    if not result["effective"]:
        return _tile(_("有效样本"), formats.DASH, "")
    effect = formats.decimal(result["effect"])
    return _tile(_("有效样本"), formats.whole(round(result["effective"])),
                 _("设计效应 %(effect)s") % {"effect": effect})  # fmt: skip


def _bounds(result: dict[str, Any]) -> str:
    if result["value"] is None:
        return _("没有比率")
    low, high = formats.share(result["low"]), formats.share(result["high"])
    return _("95%% 在 %(low)s～%(high)s") % {"low": low, "high": high}


def _tile(name: str, value: str, parts: str) -> dict[str, str]:
    return {"name": name, "value": value, "parts": parts}
