"""Code sets of people: population category, relation, reason, role, deletion, ethnicity.

Population categories follow the definitions of domain §2.7, among them those of the separated
(人户分离: 12 where they live, 13 where their hukou is); the others name their standard in
`edition`. Each set reads what committees write and refuses what it does not know.

Paper: S-107, S-108, S-110.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from portal.exchange.codesets import CodeError, CodeSet, rows, squeeze, synonyms
from residents.identity import DocumentKind


class PopulationCategory(IntEnum):
    """How a person stands to the area on a day (人口类别)."""

    HUKOU_CONSISTENT = 11
    HUKOU_ELSEWHERE_LOCAL = 12
    HUKOU_ABSENT = 13
    NONLOCAL_RESIDENT = 20
    HMT_RESIDENT = 31
    FOREIGN_RESIDENT = 32
    HUKOU_PENDING = 40

    @property
    def label(self) -> str:
        """Chinese title."""
        return POPULATION_CATEGORIES.title(str(self.value))

    @property
    def counts_as_actual(self) -> bool:
        """Whether the person lives here and belongs to the actual population (实有人口)."""
        return self is not PopulationCategory.HUKOU_ABSENT

    @property
    def counts_as_registered(self) -> bool:
        """Whether the person's hukou is here (户籍人口)."""
        return self in (PopulationCategory.HUKOU_CONSISTENT, PopulationCategory.HUKOU_ABSENT)

    @property
    def is_overseas(self) -> bool:
        """Whether the person comes from outside the mainland (境外人员)."""
        return self in (PopulationCategory.HMT_RESIDENT, PopulationCategory.FOREIGN_RESIDENT)

    @classmethod
    def choices(cls) -> list[tuple[int, str]]:
        """Value and title pairs in order, for a select."""
        return [(category.value, category.label) for category in cls]

    @classmethod
    def parse(cls, text: str, *, document: DocumentKind | None = None) -> PopulationCategory:
        """The category that the words mean.

        :param document: decides between 港澳台居民 and 外国人 where a committee writes 境外人员.
        :raises CodeError: missing, unknown, or 境外 without a document that decides.
        """
        try:
            return cls(int(POPULATION_CATEGORIES.parse(text)))
        except CodeError as problem:
            decided = _BY_DOCUMENT.get(document) if document is not None else None
            if problem.code == "ambiguous" and decided and squeeze(text) in _OVERSEAS:
                return decided
            raise


_OVERSEAS = frozenset(("境外", "境外人员", "境外人口", "境外居民", "港澳台及外国人"))
_WHICH_OVERSEAS = "境外人员请写明是港澳台居民还是外国人"
_BY_DOCUMENT = {
    DocumentKind.HK_PASSPORT: PopulationCategory.HMT_RESIDENT,
    DocumentKind.MACAO_PASSPORT: PopulationCategory.HMT_RESIDENT,
    DocumentKind.TAIWAN_TRAVEL: PopulationCategory.HMT_RESIDENT,
    DocumentKind.HK_MACAO_TRAVEL: PopulationCategory.HMT_RESIDENT,
    DocumentKind.HMT_RESIDENCE: PopulationCategory.HMT_RESIDENT,
    DocumentKind.FOREIGN_PERMANENT: PopulationCategory.FOREIGN_RESIDENT,
    DocumentKind.PASSPORT: PopulationCategory.FOREIGN_RESIDENT,
}

POPULATION_CATEGORIES = CodeSet(
    "population_category",
    "人口类别",
    "本平台人口类别代码（依沪府办发〔2015〕40号及实有人口统计口径）",
    (
        ("11", "人户一致"),
        ("12", "人在户不在"),
        ("13", "户在人不在"),
        ("20", "来沪人员"),
        ("31", "港澳台居民"),
        ("32", "外国人"),
        ("40", "户口待定"),
    ),
    synonyms(
        {
            "11": "人在户在 户在人在 户籍人户一致 户籍·人户一致 户籍人口 户籍人员 本地户籍 常住户籍"
            " 常住户口 户籍在住 本区户籍 本居委户籍",
            "12": "人户分离 本市户籍人户分离 市内人户分离 沪籍人户分离 户籍人户分离 本市人户分离"
            " 人户分离人员 沪籍人在户不在 本市他区户籍 市内外区户籍 沪籍非本地户口",
            "13": "空挂户 户籍空挂 空挂 户在人户不在 户籍外出 人不在户在",
            "20": "来沪 来沪人口 外来人员 外来人口 外来 流动人口 外省市 外省市户籍 外省市来沪"
            " 外地户籍 非沪籍 非本市户籍 来沪务工人员 外省市来沪人员 居住证人员",
            "31": "港澳台 港澳台人员 港澳居民 港澳同胞 台湾居民 台胞 香港居民 澳门居民 港澳台同胞"
            " 境外港澳台 境外(港澳台)",
            "32": "外籍 外籍人员 外籍人士 外国居民 外国籍 无国籍 无国籍人 外侨 境外外国人"
            " 境外(外国人) 境外(外籍)",
            "40": "待定 户口未定 无户口 无户籍 未落户 未报户口 待落户 户籍待定",
        }
    ),
    dict.fromkeys(_OVERSEAS, _WHICH_OVERSEAS)
    | {"户籍": "请写明人户一致还是户在人不在", "本市户籍": "请写明人户一致还是人户分离"},
)

SEXES = CodeSet(
    "sex",
    "性别",
    "GB/T 2261.1-2003",
    (("0", "未知的性别"), ("1", "男"), ("2", "女"), ("9", "未说明的性别")),
    synonyms({"0": "未知 不详", "1": "男性 M MALE 先生", "2": "女性 F FEMALE 女士", "9": "未说明"}),
)

_ETHNICITIES = rows(
    "01汉 02蒙古 03回 04藏 05维吾尔 06苗 07彝 08壮 09布依 10朝鲜 11满 12侗 13瑶 14白 15土家"
    " 16哈尼 17哈萨克 18傣 19黎 20傈僳 21佤 22畲 23高山 24拉祜 25水 26东乡 27纳西 28景颇"
    " 29柯尔克孜 30土 31达斡尔 32仫佬 33羌 34布朗 35撒拉 36毛南 37仡佬 38锡伯 39阿昌 40普米"
    " 41塔吉克 42怒 43乌孜别克 44俄罗斯 45鄂温克 46德昂 47保安 48裕固 49京 50塔塔尔 51独龙"
    " 52鄂伦春 53赫哲 54门巴 55珞巴 56基诺"
)
ETHNICITIES = CodeSet(
    "ethnicity",
    "民族",
    "GB/T 3304-1991",
    (
        *((code, f"{name}族") for code, name in _ETHNICITIES),
        ("97", "其他"),
        ("98", "外国血统中国籍人士"),
    ),
    {name: code for code, name in _ETHNICITIES}
    | {"维族": "05", "维": "05", "蒙族": "02", "蒙": "02", "入籍": "98", "外国血统": "98"},
)

RELATIONS = CodeSet(
    "relation",
    "与户主关系",
    "GB/T 4761-2008",
    rows(
        "01本人 02户主 10配偶 11夫 12妻"
        " 20子 21独生子 22长子 23次子 24三子 25四子 26五子 27养子或继子 28女婿 29其他儿子"
        " 30女 31独生女 32长女 33次女 34三女 35四女 36五女 37养女或继女 38儿媳 39其他女儿"
        " 40孙子、孙女或外孙子、外孙女 41孙子 42孙女 43外孙子 44外孙女 45孙媳妇或外孙媳妇"
        " 46孙女婿或外孙女婿 47曾孙子或外曾孙子 48曾孙女或外曾孙女 49其他孙辈"
        " 50父母 51父亲 52母亲 53公公 54婆婆 55岳父 56岳母 57继父或养父 58继母或养母"
        " 59其他父母关系 60祖父母或外祖父母 61祖父 62祖母 63外祖父 64外祖母"
        " 65配偶的祖父母或外祖父母 66曾祖父 67曾祖母 68配偶的曾祖父母或外曾祖父母 69其他祖父母关系"
        " 70兄弟姐妹 71兄 72嫂 73弟 74弟媳 75姐姐 76姐夫 77妹妹 78妹夫 79其他兄弟姐妹"
        " 80其他 81伯父 82伯母 83叔父 84婶母 85舅父 86舅母 87姨父 88姨母 89姑父 90姑母"
        " 91堂兄弟、堂姐妹 92表兄弟、表姐妹 93侄子 94侄女 95外甥 96外甥女 97其他亲属 99非亲属"
    ),
    synonyms(
        {
            "01": "自己 本户",
            "02": "户主本人 本人户主 本人或户主",
            "10": "爱人 伴侣 夫妻 夫妇",
            "11": "丈夫 老公",
            "12": "妻子 老婆",
            "20": "儿子 之子 儿",
            "22": "大儿子 长男",
            "23": "二子 二儿子",
            "24": "三儿子",
            "27": "养子 继子",
            "30": "女儿 之女",
            "32": "大女儿",
            "33": "二女 二女儿",
            "34": "三女儿",
            "37": "养女 继女",
            "38": "媳妇 儿媳妇 媳",
            "40": "孙辈 孙子、孙女 外孙子、外孙女 孙子女 外孙子女 孙子或孙女",
            "41": "孙",
            "43": "外孙",
            "45": "孙媳 外孙媳 孙媳妇 外孙媳妇",
            "46": "孙婿 外孙婿 孙女婿 外孙女婿",
            "47": "曾孙 曾孙子 重孙 重孙子",
            "48": "曾孙女 重孙女",
            "50": "双亲",
            "51": "父 爸爸 爸",
            "52": "母 妈妈 妈",
            "55": "丈人",
            "56": "丈母娘",
            "57": "继父 养父",
            "58": "继母 养母",
            "60": "祖父母 外祖父母 祖辈",
            "61": "爷爷",
            "62": "奶奶",
            "63": "外公 姥爷",
            "64": "外婆 姥姥",
            "70": "兄弟 姐妹 兄妹 姐弟",
            "71": "哥哥 哥 兄长",
            "72": "嫂子 嫂嫂",
            "73": "弟弟",
            "74": "弟妹 弟妇 弟媳妇",
            "75": "姐",
            "77": "妹",
            "81": "伯伯 大伯",
            "83": "叔叔 叔",
            "84": "婶婶 婶",
            "85": "舅舅 舅",
            "86": "舅妈",
            "87": "姨夫 姨丈",
            "88": "姨妈 阿姨 姨",
            "89": "姑夫 姑丈 姑父",
            "90": "姑妈 姑姑 姑",
            "91": "堂兄弟 堂姐妹 堂兄 堂弟 堂姐 堂妹",
            "92": "表兄弟 表姐妹 表兄 表弟 表姐 表妹 表哥",
            "93": "侄 侄儿",
            "97": "亲属 亲戚 其它亲属",
            "99": "无亲属关系 朋友 同事 同学 室友 无关系 非亲属关系",
        }
    ),
    {
        "子女": "子女请写明是子还是女",
        "孩子": "孩子请写明是子还是女",
        "小孩": "小孩请写明是子还是女",
    },
)

TENANCY_ROLES = CodeSet(
    "tenancy_role",
    "居住身份",
    "本平台居住身份代码 T1–T9",
    (
        ("T1", "产权人"),
        ("T2", "产权人家属"),
        ("T3", "承租人"),
        ("T4", "承租人家属"),
        ("T5", "合租人"),
        ("T6", "转租承租人"),
        ("T7", "单位宿舍人员"),
        ("T8", "住家雇员"),
        ("T9", "借住三十日以上"),
    ),
    synonyms(
        {
            "T1": "业主 房主 房东 房屋产权人 产权所有人 产权人本人",
            "T2": "业主家属 房主家属 业主亲属 产权人亲属 房东家属",
            "T3": "租客 租户 租赁 租赁人 租房 租住 承租 房客 承租户",
            "T4": "租客家属 租户家属 承租人亲属 租赁人家属",
            "T5": "合租 合租者 合租户 共同承租 共同承租人 同租",
            "T6": "转租 二房东转租 转租人",
            "T7": "宿舍 单位宿舍 员工宿舍 职工宿舍 集体宿舍 集体",
            "T8": "保姆 住家保姆 护工 住家护工 家政 雇员 雇工",
            "T9": "借住 寄住 寄宿 暂住 借宿 访客 客人 投靠借住",
        }
    ),
)

RESIDENCE_REASONS = CodeSet(
    "residence_reason",
    "居住事由",
    "本平台居住事由代码",
    (
        ("01", "务工"),
        ("02", "经商"),
        ("03", "投靠亲属"),
        ("04", "学习培训"),
        ("05", "婚嫁"),
        ("06", "治病"),
        ("07", "购房自住"),
        ("08", "探亲"),
        ("09", "退休养老"),
        ("99", "其他"),
    ),
    synonyms(
        {
            "01": "打工 工作 就业 上班 务工就业 在职 务工经商",
            "02": "做生意 个体经营 经营 投资 投资经商",
            "03": "随迁 投亲 投靠 随迁家属 投亲靠友 随父母 随子女 随同居住 随迁子女 投靠亲属/随迁",
            "04": "学习 上学 求学 读书 就读 培训 借读 就学 进修",
            "05": "结婚 婚姻 嫁入 婚迁",
            "06": "就医 看病 医疗 治病疗养",
            "07": "购房 自住 买房 自购房 住房",
            "08": "访友 探亲访友 旅游",
            "09": "养老 退休 离退休",
            "99": "其它 其他事由",
        }
    ),
)

DELETION_REASONS = CodeSet(
    "deletion_reason",
    "注销原因",
    "本平台注销原因代码",
    (
        ("01", "迁出或搬离"),
        ("02", "死亡"),
        ("03", "出国出境定居"),
        ("04", "重复登记"),
        ("05", "登记错误"),
        ("06", "应征入伍等"),
        ("07", "户口迁入转户籍"),
        ("99", "其他"),
    ),
    synonyms(
        {
            "01": "迁出 搬离 搬走 离开 迁出/搬离 离沪 退租 已搬离 搬出",
            "02": "去世 亡故 病故 死亡注销 已故",
            "03": "出国 出境 定居国外 移民 出境定居 出国定居",
            "04": "重复 重户",
            "05": "错误 误登 登记有误",
            "06": "参军 入伍 服兵役 应征入伍",
            "07": "户口迁入 转户籍 落户",
            "99": "其它",
        }
    ),
)

EDUCATIONS = CodeSet(
    "education",
    "文化程度",
    "GB/T 4658-2006",
    rows(
        "10研究生 11博士毕业 14硕士毕业 20大学本科 21本科毕业 30大学专科 31专科毕业 40中等职业"
        " 60普通高中 61高中毕业 70初中 71初中毕业 80小学 81小学毕业 90其他"
    ),
    synonyms(
        {
            "10": "研究生教育",
            "11": "博士 博士研究生",
            "14": "硕士 硕士研究生",
            "20": "本科 大学",
            "30": "大专 专科",
            "40": "中专 中职 职高 技校",
            "60": "高中",
            "90": "其它 文盲 学龄前",
        }
    ),
)

NATIONALITIES = CodeSet(
    "nationality",
    "国籍",
    "GB/T 2659（常见部分）",
    (
        ("CHN", "中国"), ("HKG", "中国香港"), ("MAC", "中国澳门"), ("TWN", "中国台湾"),
        ("ARG", "阿根廷"), ("AUS", "澳大利亚"), ("AUT", "奥地利"), ("BEL", "比利时"),
        ("BRA", "巴西"), ("CAN", "加拿大"), ("CHE", "瑞士"), ("CZE", "捷克"),
        ("DEU", "德国"), ("DNK", "丹麦"), ("EGY", "埃及"), ("ESP", "西班牙"),
        ("FIN", "芬兰"), ("FRA", "法国"), ("GBR", "英国"), ("GRC", "希腊"),
        ("IDN", "印度尼西亚"), ("IND", "印度"), ("IRL", "爱尔兰"), ("IRN", "伊朗"),
        ("ISR", "以色列"), ("ITA", "意大利"), ("JPN", "日本"), ("KAZ", "哈萨克斯坦"),
        ("KOR", "韩国"), ("LAO", "老挝"), ("MEX", "墨西哥"), ("MMR", "缅甸"),
        ("MNG", "蒙古"), ("MYS", "马来西亚"), ("NGA", "尼日利亚"), ("NLD", "荷兰"),
        ("NOR", "挪威"), ("NZL", "新西兰"), ("PAK", "巴基斯坦"), ("PHL", "菲律宾"),
        ("POL", "波兰"), ("PRK", "朝鲜"), ("PRT", "葡萄牙"), ("RUS", "俄罗斯"),
        ("SAU", "沙特阿拉伯"), ("SGP", "新加坡"), ("SWE", "瑞典"), ("THA", "泰国"),
        ("TUR", "土耳其"), ("UKR", "乌克兰"), ("USA", "美国"), ("UZB", "乌兹别克斯坦"),
        ("VNM", "越南"), ("ZAF", "南非"), ("XXA", "无国籍"), ("XXX", "其他"),
    ),
    synonyms({"CHN": "中国大陆 中华人民共和国", "HKG": "香港", "MAC": "澳门", "TWN": "台湾"}),
)  # fmt: skip

VERIFICATION_METHODS = CodeSet(
    "verification_method",
    "核实方式",
    "本平台核实方式代码 V1–V5",
    (
        ("V1", "上门见面"),
        ("V2", "电话核实"),
        ("V3", "同户成员代答"),
        ("V4", "本人网上申报"),
        ("V5", "数据比对"),
    ),
    synonyms(
        {
            "V1": "上门 入户 面访 见面 上门走访 入户走访 走访",
            "V2": "电话",
            "V3": "家属代答 家人代答 代答 同户成员",
            "V4": "自主申报 网上申报 自主填报",
            "V5": "比对",
        }
    ),
)


@dataclass(frozen=True, slots=True)
class HouseholdPlace:
    """What one cell says of a person's place in the household.

    Committees write relations of kin (子) and roles of tenancy (合租) into the same column; either
    part is None where the cell does not say it.
    """

    relation: str | None
    tenancy_role: str | None


#: Sharers, people of a dormitory and live-in employees are no relatives; a lessee may be.
_RELATION_OF_ROLE = {"T5": "99", "T7": "99", "T8": "99"}
_CHILD_WORDS = frozenset({"子女", "孩子", "小孩"})
_CHILD_BY_SEX = {"1": "20", "2": "30"}


def parse_place(text: str, *, sex: str | None = None) -> HouseholdPlace:
    """Relation to the householder, or role of tenancy, from one cell.

    :param sex: GB/T 2261.1 code; decides what 子女 means.
    :raises CodeError: missing, unknown, or 子女 without a sex.
    """
    if text in _CHILD_WORDS and sex in _CHILD_BY_SEX:
        return HouseholdPlace(_CHILD_BY_SEX[sex], None)
    try:
        return HouseholdPlace(RELATIONS.parse(text), None)
    except CodeError as problem:
        if problem.code == "missing":
            raise
        if squeeze(text) in _CHILD_WORDS and sex in _CHILD_BY_SEX:
            return HouseholdPlace(_CHILD_BY_SEX[sex], None)
        role = TENANCY_ROLES.find(text)
        if role is None:
            raise
        return HouseholdPlace(_RELATION_OF_ROLE.get(role), role)


#: Every set of this module by its key.
CODE_SETS = {
    code_set.key: code_set
    for code_set in (
        POPULATION_CATEGORIES,
        SEXES,
        ETHNICITIES,
        RELATIONS,
        TENANCY_ROLES,
        RESIDENCE_REASONS,
        DELETION_REASONS,
        EDUCATIONS,
        NATIONALITIES,
        VERIFICATION_METHODS,
    )
}
