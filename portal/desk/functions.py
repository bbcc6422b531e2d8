"""Places of the portal that the search field finds by name, pinyin or initials."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from portal.orgs.capabilities import Capability as C
from portal.orgs.scope import Scope


@dataclass(frozen=True)
class Function:
    """A page; `words` are what people type for it besides its title."""

    title: str
    view: str
    icon: str
    capability: C
    words: str


FUNCTIONS = (
    Function("入户登记", "residents:entry_start", "entry", C.EDIT_RESIDENTS, "rhdj xinzeng 新增"),
    Function("发现线索", "residents:leads", "inspection", C.VIEW_REGISTER, "fxxs 线索 上报 申报"),
    Function("更正申请", "residents:corrections", "ruling", C.VIEW_REGISTER, "gzsq 更正 异议 申诉"),
    Function(
        "来沪人员告知",
        "residents:newcomers",
        "user-plus",
        C.EDIT_RESIDENTS,
        "lsrygz 告知单 欢迎 服务指南",
    ),
    Function("居民诉求", "residents:appeals", "flag", C.HANDLE_APPEALS, "jmsq 投诉 意见 反映"),
    Function("住所证明", "residents:proofs", "permit", C.VIEW_REGISTER, "zszm 居住证明 开证明"),
    Function("楼栋房态", "housing:buildings", "building", C.VIEW_REGISTER, "ldft 房态图 楼栋"),
    Function("批量导入", "exchange:upload", "import", C.IMPORT_FILES, "pldr 导入 台账"),
    Function("实有人口", "residents:list", "users", C.VIEW_REGISTER, "syrk 人口 名单"),
    Function("小区", "housing:estates", "committee", C.VIEW_REGISTER, "xq 小区 物业 业委会"),
    Function(
        "房屋编码例外清单",
        "housing:code_exceptions",
        "dictionary",
        C.VIEW_REGISTER,
        "fwbmlwqd bmlw 编码 例外",
    ),
    Function("实有房屋", "housing:list", "home", C.VIEW_REGISTER, "syfw 房屋"),
    Function("居住证", "permits:list", "permit", C.VIEW_PERMITS, "jzz 签注 受理"),
    Function("市系统使用", "usage:own", "calendar", C.VIEW_DASHBOARD, "sxtsy 系统使用 使用率 填报"),
    Function("数据质量", "quality:list", "quality", C.VIEW_QUALITY, "sjzl 问题 规则"),
    Function("采集力量", "staffing:overview", "collector", C.VIEW_STAFFING, "cjll 采集员 配比"),
    Function("年度考核", "assessment:matrix", "assessment", C.VIEW_ASSESSMENT, "ndkh 考核 自评"),
    Function("规则与依据", "rules:list", "rules", C.VIEW_RULES, "gzyyj 文件 政策 口径"),
    Function("访问留痕", "desk:audit", "history", C.VIEW_AUDIT, "fwlh 日志"),
    Function("使用说明", "desk:help", "help", C.VIEW_RULES, "sysm 帮助 快捷键"),
)


@dataclass(frozen=True)
class Place:
    """A function found, with its address."""

    title: str
    url: str
    icon: str


def functions_like(text: str, scope: Scope, most: int = 3) -> list[Place]:
    """The pages that the acting post may open and whose name or words begin so."""
    wanted = text.strip().lower()
    if not wanted:
        return []
    found = [
        Place(_(each.title), address, each.icon)
        for each in FUNCTIONS
        if scope.may(each.capability)
        and (wanted in each.title or any(w.startswith(wanted) for w in each.words.split()))
        and (address := _address(each.view))
    ]
    return found[:most]


def _address(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""
