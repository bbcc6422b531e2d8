"""What a round came to, in sentences: why it does not count, and what to do then.

Each fault of a sample has one answer, the same on the screen and in the figures (domain §4.1, 4.2).
Paper: S-69, S-70.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

from residents.spotchecks.estimating import LEAST_RESPONSE, WIDEST
from residents.spotchecks.planning import independent_cases

MOST_MORE = 2000


def why_not(result: Mapping[str, Any]) -> str:
    """Why the round does not count; blank when it does."""
    if not result["settled"]:
        return f"抽中的 {result['drawn']} 户都没有联系上，所以没有比率，不计入指标，请补抽"
    if result["value"] is None:
        return "核到的房屋当晚都没人住，没有分母，所以没有比率，不计入指标"
    found = []
    if (result["response"] or 0.0) < LEAST_RESPONSE:
        found.append(f"应答率 {100 * result['response']:.1f}%，不足 {100 * LEAST_RESPONSE:.0f}%")
    half = (result["high"] - result["low"]) / 2
    if half > WIDEST:
        found.append(f"误差 ±{100 * half:.1f} 个百分点，超过 {100 * WIDEST:.0f} 个百分点")
    return f"{'；'.join(found)}，不计入指标，请补抽" if found else ""


def more_to_draw(result: Mapping[str, Any]) -> int:
    """How many further draws make it precise enough, judged by what these were worth."""
    drawn, effective = result["drawn"], result.get("effective")
    if not effective:
        return int(min(MOST_MORE, max(1, drawn)))
    share = min(0.99, max(0.5, result["value"]))
    wanted = independent_cases(share, WIDEST * 0.9) / effective * drawn
    return int(min(MOST_MORE, max(1, ceil(wanted) - drawn)))
