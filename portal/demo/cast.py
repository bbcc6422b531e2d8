"""The invented people who log in to the demonstration, one for each kind of day's work."""

from dataclasses import dataclass

PASSWORD = "putuo-demo-2026"  # noqa: S105  printed at the start of the demonstration
HOME = 310107005001  # 源园居委会, 曹杨新村街道
NEXT_DOOR = 310107005003  # 花溪园居委会: it has a lane of old houses


@dataclass(frozen=True)
class Player:
    """One login: who, in which post, at which unit, and what to look at."""

    username: str
    name: str
    staff_no: str
    posts: tuple[tuple[str, int], ...]
    shows: str


PLAYERS = [
    Player("zhoumin", "周敏", "YY-003", (("committee_security", HOME),), "居委录入：源园居委会"),
    Player("xuwanqing", "许婉清", "YY-004", (("committee_security", HOME),), "同一居委的同事"),
    Player("zhengyuan", "郑源", "YY-001", (("committee_lead", HOME),), "居委书记：审阅、签发证明"),
    Player("guxiaoman", "顾小满", "CJ-011", (("collector", HOME),), "信息采集员：源园"),
    Player("jiguoping", "季国平", "LZ-021", (("force_member", HOME),), "楼组长：只上报线索"),
    Player("lufang", "陆芳", "HX-002", (("committee_security", NEXT_DOOR),), "同街道另一居委"),
    Player(
        "guzhenyu", "顾振宇", "CY-001",
        (("street_manager", 310107005000),), "街道看板：曹杨新村街道",
    ),
    Player("hejing", "何静", "CY-007", (("street_staff", 310107005000),), "街道工作人员"),
    Player("zhangqing", "章晴", "CK-002", (("center_clerk", 310107005000),), "受理窗口"),
    Player("tangpeng", "汤鹏", "WL-005", (("committee_security", 310107021001),), "另一街道的居委"),
    Player("tangning", "唐宁", "WL-001", (("street_manager", 310107021000),), "万里街道主任"),
    Player("geming", "葛明", "HC-001", (("verifier", 310107021000),), "抽查核查员：手机上门"),
    Player("shenliqun", "沈立群", "QB-001", (("district_admin", 310107000000),), "区人口办：考核"),
    Player("qinchuan", "秦川", "QB-006", (("district_analyst", 310107000000),), "区统计员"),
    Player("fangyan", "方砚", "FG-001", (("housing_officer", 310107000000),), "区房管局：合法性"),
    Player("yanzheng", "严正", "SJ-001", (("district_auditor", 310107000000),), "安全审计员"),
    Player("anning", "安宁", "AQ-001", (("security_admin", 310107000000),), "安全管理员"),
]  # fmt: skip
# Colleagues who act in the invented past; they log in with the same password.
COLLEAGUES = [
    Player("jiangwen", "蒋文", "YC-001", (("street_manager", 310107020000),), "宜川路街道主任"),
    Player("lushiyi", "陆诗怡", "YC-004", (("street_staff", 310107020000),), "街道工作人员"),
    Player("tanrui", "谭睿", "CK-011", (("center_clerk", 310107020000),), "受理窗口"),
    Player("pengfan", "彭帆", "WL-003", (("street_staff", 310107021000),), "街道工作人员"),
    Player("caixin", "蔡欣", "CK-021", (("center_clerk", 310107021000),), "受理窗口"),
    Player("shilei", "石磊", "QB-003", (("district_admin", 310107000000),), "区人口办：复核"),
]  # fmt: skip
# The same three posts in the streets that only a whole district fills.
_FURTHER = {
    310107014000: ("CF", "chenguang", "陈光", "luoxia", "罗霞", "dingyi", "丁怡"),
    310107015000: ("CS", "fanglei", "方磊", "jinwen", "金雯", "maqing", "马晴"),
    310107016000: ("GQ", "yuhong", "余虹", "songbo", "宋波", "hulan", "胡岚"),
    310107017000: ("SQ", "panjun", "潘峻", "weiran", "魏然", "kongxue", "孔雪"),
    310107022000: ("ZR", "xiaying", "夏颖", "gaoyuan", "高远", "tianmi", "田蜜"),
    310107102000: ("CZ", "renkai", "任恺", "yaolin", "姚琳", "shiyun", "史芸"),
    310107103000: ("TP", "qiuming", "邱明", "xuefei", "薛飞", "leiting", "雷婷"),
}
FURTHER = [
    Player(username, name, f"{stem}-{number}", ((role, street),), title)
    for street, (stem, *pairs) in _FURTHER.items()
    for username, name, (role, number, title) in zip(
        pairs[::2], pairs[1::2],
        (("street_manager", "001", "街道（镇）人口办主任"), ("street_staff", "004", "街道工作人员"),
         ("center_clerk", "011", "受理窗口")),
        strict=True,
    )
]  # fmt: skip
EVERYBODY = [*PLAYERS, *COLLEAGUES, *FURTHER]
DISTRICT = 310107000000
#: Where a small district has people; a whole one fills all ten.
STREETS = (310107005000, 310107020000, 310107021000)
#: Who receives, reviews and decides permits in each street.
DESKS = {
    310107005000: ("zhangqing", "hejing", "guzhenyu"),
    310107020000: ("tanrui", "lushiyi", "jiangwen"),
    310107021000: ("caixin", "pengfan", "tangning"),
    **{street: (pairs[4], pairs[2], pairs[0]) for street, (_, *pairs) in _FURTHER.items()},
}
NAMES = {player.username: player.name for player in EVERYBODY}
