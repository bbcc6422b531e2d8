"""Invented looks, searches and changes at the home committee, so that its trail can be read.

Only the demonstration has such events: they tell of synthetic people by synthetic staff, and are
never written into a register that holds anybody real.
"""

from datetime import date
from typing import Any

from portal.demo import cast
from portal.demo.diary import Diary
from portal.orgs.acting import acting
from portal.orgs.limits import allow_work
from residents.models import Resident

WORKING_DAYS = 110
CLERKS = ("zhoumin", "zhoumin", "xuwanqing", "guxiaoman")
ABOVE = ("hejing", "guzhenyu", "shenliqun")
MUCH_ASKED = 60  # people whose records are looked at again and again
PURPOSES = ("document", "document", "permit", "quality", "inspection")
EMPLOYERS = ("普惠餐饮管理公司", "和顺物业", "青藤软件工作室", "安行物流")
UPDATES = ("手机", "工作单位", "居住事由")


def plan(diary: Diary) -> None:
    """Enter the events of the last months, working day by working day."""
    people = _people(diary)
    if not people:
        return
    asked = diary.random.sample(people, min(MUCH_ASKED, len(people)))
    for back in range(WORKING_DAYS, 0, -1):
        _day(diary, diary.working_day(back), people, asked)


def _people(diary: Diary) -> list[dict[str, Any]]:
    with acting(diary.scopes["zhoumin"]) as by:
        assert by is not None
        allow_work(clockwork=True)
        rows = Resident.objects.in_scope(by).living()
        ordered = rows.order_by("name_key", "birth_date", "id_tail", "phone_mask")
        return [dict(row) for row in ordered.values("pk", "name", "phone_mask")]


def _day(
    diary: Diary, day: date, people: list[dict[str, Any]], asked: list[dict[str, Any]]
) -> None:
    random = diary.random
    for who in dict.fromkeys(CLERKS):
        _note(diary, who, day, "accounts.signed_in", hours=(8, 8))
    for _ in range(random.randint(5, 14)):
        person = random.choice(asked if random.random() < 0.6 else people)
        who = random.choice(CLERKS)
        _look(diary, who, day, person)
    if random.random() < 0.35:
        _look(diary, random.choice(ABOVE[:2]), day, random.choice(asked))
    if random.random() < 0.5:
        _note(
            diary,
            "zhoumin",
            day,
            "register.list_viewed",
            target=("residents.residence", "list"),
            changes={
                "list": "实有人口",
                "filter": random.choice(("", "overdue=1", "category=20")),
            },
        )
    if random.random() < 0.12:
        _import(diary, day)
    if random.random() < 0.04:
        _refusal(diary, day)


def _look(diary: Diary, who: str, day: date, person: dict[str, Any]) -> None:
    """Somebody is looked at, or found, shown, changed, verified."""
    random = diary.random
    told: dict[str, Any] = {
        "target": ("residents.resident", person["pk"]), "text": person["name"],
        "subjects": [person["pk"]],
    }  # fmt: skip
    chance = random.random()
    if chance < 0.5:
        _note(diary, who, day, "residents.viewed", **told)
    elif chance < 0.62:
        _note(
            diary,
            who,
            day,
            "residents.searched",
            subjects=[person["pk"]],
            changes={"by": "姓名", "found": random.randint(1, 4)},
        )
    elif chance < 0.72 and who != "guxiaoman":
        _note(
            diary,
            who,
            day,
            "residents.revealed",
            purpose=random.choice(PURPOSES),
            changes={"kind": "identity"},
            **told,
        )
    elif chance < 0.84:
        _note(
            diary,
            who,
            day,
            "residents.updated",
            reason="入户登记",
            changes=_update(diary, person),
            **told,
        )
    else:
        _note(
            diary,
            who,
            day,
            "residents.verified",
            subjects=[person["pk"]],
            text=person["name"],
            changes={
                "method": "上门见面",
                "verified_on": day.isoformat(),
                "people": random.randint(1, 4),
            },
        )


def _update(diary: Diary, person: dict[str, Any]) -> dict[str, list[str]]:
    random = diary.random
    field = random.choice(UPDATES)
    if field == "手机":
        return {field: [f"138****{random.randrange(10000):04d}", person["phone_mask"]]}
    if field == "工作单位":
        return {field: ["", random.choice(EMPLOYERS)]}
    return {field: ["其他", random.choice(("务工", "随迁"))]}


def _import(diary: Diary, day: date) -> None:
    rows = diary.random.randint(18, 120)
    refused = diary.random.randint(0, 6)
    _note(
        diary,
        "zhoumin",
        day,
        "exchange.file_received",
        hours=(10, 10),
        text="居民登记表.xlsx",
        changes={"kind": "residents", "rows": rows},
    )
    _note(
        diary,
        "zhoumin",
        day,
        "exchange.applied",
        hours=(11, 11),
        text="居民登记表.xlsx",
        changes={"created": rows // 5, "updated": rows - rows // 5 - refused, "refused": refused},
    )


def _refusal(diary: Diary, day: date) -> None:
    _note(
        diary,
        "lufang",
        day,
        "access.refused",
        result="refused",
        target=("view", "residents:person"),
        reason="该单位不在你的管辖范围内",
    )


def _note(
    diary: Diary, who: str, day: date, action: str, *, hours: tuple[int, int] = (9, 16), **told: Any
) -> None:
    """One event; what concerns a record of the home committee is seen there."""
    seen = None if who == "lufang" else cast.HOME
    diary.note(who, diary.moment(day, *hours), action, committee=seen, **told)
