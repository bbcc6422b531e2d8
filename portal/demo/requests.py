"""Discovery leads, a notice with a declaration, requests for correction and appeals, in all states.

Like transfers they go through the services, acting as the staff. None of them moves anybody, so
that the invented numbers stay as they are.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from housing import services as housing
from housing.models import DwellingUnit
from portal.demo import cast
from portal.demo.diary import Diary
from portal.orgs.scope import Scope
from residents import services
from residents.models import Residence

CLERK, COLLEAGUE, WATCHMAN = "zhoumin", "xuwanqing", "jiguoping"


@dataclass
class _Lead:
    """One lead at a dwelling, from the telling to as far as it has come."""

    home: DwellingUnit
    kind: str
    text: str
    channel: str = "01"
    subject: str = "person"
    key: list[UUID] = field(default_factory=list)

    def tell(self, by: Scope, at: datetime) -> None:
        told = services.LeadTold(
            kind=self.kind, subject=self.subject, place=self.home.short_address, text=self.text,
            channel=self.channel,
        )  # fmt: skip
        self.key.append(services.submit_lead(told=told, by=by, at=at).pk)

    def give(self, by: Scope, at: datetime) -> None:
        services.triage_lead(
            lead_id=self.key[0], assigned_id=by.user_id or 0, dwelling_id=self.home.pk, by=by,
            at=at,
        )  # fmt: skip

    def find(self, result: str, finding: str, *, visited: bool) -> Callable[..., None]:
        def act(by: Scope, at: datetime) -> None:
            services.note_finding(
                lead_id=self.key[0], result=result, finding=finding, by=by, at=at,
                visited_on=at.date() if visited else None,
            )  # fmt: skip

        return act

    def finish(self, by: Scope, at: datetime) -> None:
        """The dwelling is noted anew, and that ends the lead."""
        home = DwellingUnit.objects.in_scope(by).get(pk=self.home.pk)
        housing.update_dwelling(
            dwelling_id=home.pk, changes={"note": "已隔出一间书房"}, version=home.version, by=by,
            at=at,
        )  # fmt: skip
        services.finish_lead(lead_id=self.key[0], dwelling_id=home.pk, by=by, at=at)


def plan(diary: Diary) -> None:
    """Enter leads and requests of the home committee into the diary."""
    rows = DwellingUnit.objects.using("owner").under(cast.HOME).active()
    homes = list(rows.order_by("address_key", "id")[:8])
    if len(homes) == 8:
        _plan_leads(diary, homes)
        _plan_declaration(diary, homes[7])
    people = Residence.objects.using("owner").under(cast.HOME).actual().exclude(id_mask="")
    for place, person in enumerate(people.order_by("name_key", "id")[:4]):
        _plan_correction(diary, person, place)
    for told in VOICED:
        _plan_appeal(diary, *told)


def _plan_leads(diary: Diary, homes: list[DwellingUnit]) -> None:
    fresh = _Lead(homes[0], "new", "新搬来一对年轻夫妻，周末在家")
    late = _Lead(homes[1], "cancel", "门口堆着搬家的纸箱，像是搬走了")
    given = _Lead(homes[2], "new", "晚上有人进出，以前空着", "02")
    confirmed = _Lead(homes[3], "new", "房东说租给了一家三口", "05")
    nothing = _Lead(homes[4], "cancel", "好久没见老人下楼", "04")
    duplicate = _Lead(homes[2], "new", "这一户好像有新租客")
    changed = _Lead(homes[5], "change", "装修隔出一间", "03", "dwelling")
    diary.enter_back(WATCHMAN, fresh.tell, 1)
    for each, back in ((late, 7), (given, 4), (nothing, 6), (duplicate, 3), (changed, 8)):
        who = WATCHMAN if each.channel in ("01", "02", "03", "04") else CLERK
        diary.enter_back(who, each.tell, back)
    diary.enter_back(CLERK, confirmed.tell, 5)
    for each, back in ((given, 3), (confirmed, 4), (nothing, 5), (changed, 7)):
        diary.enter_back(CLERK, each.give, back)
    diary.enter_back(COLLEAGUE, duplicate.find("duplicate", "同一户已有线索", visited=False), 2)
    diary.enter_back(CLERK, confirmed.find("new", "上门见到一家三口，约好带证件", visited=True), 2)
    diary.enter_back(CLERK, nothing.find("nothing", "老人在家，腿脚不便少下楼", visited=True), 3)
    diary.enter_back(CLERK, changed.find("change", "确有隔间，主要是书房", visited=True), 6)
    diary.enter_back(CLERK, changed.finish, 5)
    diary.counts["residents.Lead"] += 7


def _plan_declaration(diary: Diary, home: DwellingUnit) -> None:
    tokens: list[str] = []

    def issue(by: Scope, at: datetime) -> None:
        notice = services.issue_notice(building_id=home.building_id, by=by, at=at)
        tokens.append(services.notice_token(notice))

    def declare(by: Scope, at: datetime) -> None:
        door = services.open_door(tokens[0])
        nobody = replace(by, user_id=None, user_name="未登录", role="", request_id="", ip=None)
        if door is not None:
            told = services.Declared("new", f"{home.room_no}室", "两个人，本周末在家")
            services.declare(door=door, told=told, by=nobody, at=at)

    diary.enter_back(CLERK, issue, 9)
    diary.enter_back(CLERK, declare, 1)
    diary.counts["residents.Lead"] += 1


#: What is asked: kind, field, value, statement, days ago, the answer and whether it is granted.
ASKED: tuple[tuple[str, str, str, str, int, str, bool], ...] = (
    ("correct", "employer", "普安物业服务公司", "换了单位，请改过来", 2, "", False),
    ("objection", "", "", "名下没有这个电话，怎么登记的", 19, "", False),
    ("explanation", "", "", "想知道登记从哪里来、谁看过", 12,
     "登记来自上门采集；查看记录已打印给本人", True),
    ("delete", "phone", "", "不愿留电话", 9, "核实登记需要联系电话，法定保存期内不能删除", False),
)  # fmt: skip


def _plan_correction(diary: Diary, person: Residence, place: int) -> None:
    kind, name, wanted, statement, back, answer, granted = ASKED[place]
    keys: list[UUID] = []

    def receive(by: Scope, at: datetime) -> None:
        asked = services.Asked(
            requester="self", check_method="document", kind=kind, field=name, wanted=wanted,
            statement=statement, evidence="none", received_on=at.date(),
        )  # fmt: skip
        row = services.receive_correction(resident_id=person.resident_id, asked=asked, by=by, at=at)
        keys.append(row.pk)

    def decide(by: Scope, at: datetime) -> None:
        services.decide_correction(request_id=keys[0], granted=granted, answer=answer, by=by, at=at)

    diary.enter_back(CLERK, receive, back)
    if answer:
        diary.enter_back(COLLEAGUE, decide, back - 3)
    if granted:
        diary.enter_back(CLERK, _delivery(keys), back - 5)
    diary.counts["residents.CorrectionRequest"] += 1


def _delivery(keys: list[UUID]) -> Callable[..., None]:
    def deliver(by: Scope, at: datetime) -> None:
        services.deliver_correction(request_id=keys[0], delivered_on=at.date(), by=by, at=at)

    return deliver


#: What was voiced: topic, channel, words, days ago, and the answer with its result.
VOICED: tuple[tuple[str, str, str, int, str, str], ...] = (
    ("environment", "counter", "楼道灯坏了半个月，老人晚上不敢下楼", 2, "", ""),
    ("schooling", "group", "孩子明年上小学，不知道要准备哪些材料", 19, "", ""),
    ("housing", "phone", "房东不肯去备案，办不了居住登记怎么办", 11,
     "已联系房东，说明备案义务，本周五一起到窗口办理", "solved"),
    ("work", "committee", "想参加社区的招聘会", 7, "已告知下月场次，报名处在服务中心", "explained"),
)  # fmt: skip


def _plan_appeal(
    diary: Diary, topic: str, channel: str, text: str, back: int, reply: str, result: str
) -> None:
    keys: list[UUID] = []

    def hear(by: Scope, at: datetime) -> None:
        voiced = services.Voiced(topic, channel, text, at.date())
        keys.append(services.hear_appeal(voiced=voiced, by=by, at=at).pk)

    def answer(by: Scope, at: datetime) -> None:
        services.answer_appeal(appeal_id=keys[0], result=result, reply=reply, by=by, at=at)

    diary.enter_back(CLERK, hear, back)
    if reply:
        diary.enter_back(COLLEAGUE, answer, back - 3)
    diary.counts["residents.ResidentAppeal"] += 1
