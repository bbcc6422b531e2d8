"""The permit rules in their versions (domain §2.2–2.4); a case follows the one of its day."""

from datetime import date

from permits.eligibility import TITLES
from portal.rules.defaults import RuleDefault

#: In the order in which they came into force; at most one holds on a day.
CODES = ("SH-RP-2013", "SH-RP-2018")
SCHEMA: dict[str, type | tuple[type, ...]] = {
    # lines of conditions that together suffice: C1 registered, C2 dwelling, C3 employment,
    # C4 study, C5 kinship
    "conditions": list,
    # months of residence registration that C1 asks for, of insurance (or stay) that C3 asks for
    "registered_months": int, "insured_months": int,
    # days for the decision: working days, or calendar days where those are 0
    "decision_working_days": int, "decision_calendar_days": int,
    # endorsement: days before expiry from which, and after it until which, it is made
    "window_days": int, "make_up_days": int,
}  # fmt: skip

WORDS = {f"={key}": title for key, title in TITLES.items()}

RULES = [
    RuleDefault(
        "SH-RP-2013", "居住证申领条件与时限（2013）", "三(三)3",
        "《上海市居住证管理办法》（沪府令第2号）第九条至第十九条",
        {"conditions": [["C2", "C3"], ["C2", "C4"], ["C2", "C5"]],
         "registered_months": 0, "insured_months": 6, "decision_working_days": 12,
         "decision_calendar_days": 0, "window_days": 30, "make_up_days": 60},
        SCHEMA, date(2013, 7, 1), date(2018, 1, 1), WORDS,
    ),
    RuleDefault(
        "SH-RP-2018", "居住证申领条件与时限（2018）", "三(三)3",
        "《上海市居住证管理办法》（沪府令第58号）；时限按国务院令第663号第九条",
        {"conditions": [["C1", "C2"], ["C1", "C3"], ["C1", "C4"]],
         "registered_months": 6, "insured_months": 6, "decision_working_days": 0,
         "decision_calendar_days": 15, "window_days": 30, "make_up_days": 60},
        SCHEMA, date(2018, 1, 1), words=WORDS,
    ),
]  # fmt: skip
