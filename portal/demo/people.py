"""Invented people: names put together from lists, numbers with the unassigned area 319999."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain
from random import Random

from residents.identity import DocumentKind, age_on, check_character

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡"
    "贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷"
    "钱汤尹黎易常武乔贺赖龚文"
)
MALE = "伟强磊军勇杰涛明超刚平辉鹏华飞斌宇浩凯健俊帆亮波宁龙林峰建志文博瀚睿轩泽铭"
FEMALE = "芳娜敏静丽艳娟霞秀英玲燕红萍莉慧婷雪琳颖洁梅倩怡佳欣妍悦彤诗涵梓萱若兰桂"
ORIGINS = (
    ("安徽阜南", "安徽省阜南县"), ("江苏东台", "江苏省东台市"), ("河南光山", "河南省光山县"),
    ("江西南昌", "江西省南昌县"), ("四川岳池", "四川省岳池县"), ("山东成武", "山东省成武县"),
    ("福建仙游", "福建省仙游县"), ("甘肃定西", "甘肃省定西市"), ("安徽肥西", "安徽省肥西县"),
    ("江苏赣榆", "江苏省连云港市赣榆区"),
)  # fmt: skip
REGION = "319999"
#: Sequence numbers that no file under tests/data uses, so that the two never share a person.
SEQUENCES = tuple(
    chain(
        range(93, 120), range(149, 206), range(218, 251), range(281, 334), range(539, 564),
        range(566, 594), range(595, 622), range(713, 750), range(882, 904), range(947, 973),
    )
)  # fmt: skip
BY_SEX = {"1": [each for each in SEQUENCES if each % 2],
          "2": [each for each in SEQUENCES if not each % 2]}  # fmt: skip
#: Residents from abroad: name as registered, name as printed, sex, nationality.
GUESTS = (
    ("大卫·米勒", "MILLER DAVID", "1", "USA"), ("艾米丽·卡特", "CARTER EMILY", "2", "USA"),
    ("佐藤健一", "SATO KENICHI", "1", "JPN"), ("铃木葵", "SUZUKI AOI", "2", "JPN"),
    ("金敏俊", "KIM MINJUN", "1", "KOR"), ("朴书妍", "PARK SEOYEON", "2", "KOR"),
    ("皮埃尔·勒鲁瓦", "LEROY PIERRE", "1", "FRA"), ("克莱尔·莫罗", "MOREAU CLAIRE", "2", "FRA"),
)  # fmt: skip
PHONE_FROM = 14  # years of age; younger children carry no telephone of their own


@dataclass
class Invented:
    """A person before it becomes rows."""

    name: str
    sex: str
    birth: date
    number: str
    phone: str
    origin: str
    hukou_address: str
    category: str
    relation: str
    reason: str = ""
    document: str = DocumentKind.CITIZEN_ID.value
    nationality: str = "CHN"
    foreign_name: str = ""
    #: why a number stands that fails its check
    as_printed: str = ""


@dataclass
class People:
    """A source of invented people that never gives the same number twice."""

    random: Random
    today: date
    used: set[str] = field(default_factory=set)

    def name(self, sex: str, surname: str = "") -> tuple[str, str]:
        """A surname and a full name that suits the sex."""
        chosen = surname or self.random.choice(SURNAMES)
        pool = MALE if sex == "1" else FEMALE
        length = 1 if self.random.random() < 0.18 else 2
        return chosen, chosen + "".join(self.random.choice(pool) for _ in range(length))

    def birth(self, low: int, high: int) -> date:
        """A birthday of somebody aged `low` to `high` today."""
        days = self.random.randint(low * 365 + low // 4, high * 365 + high // 4 + 364)
        return self.today - timedelta(days=days)

    def number(self, sex: str, birth: date) -> str:
        """A citizen number with a valid check character and the unassigned area code."""
        while True:
            sequence = self.random.choice(BY_SEX[sex])
            body = f"{REGION}{birth:%Y%m%d}{sequence:03d}"
            number = body + check_character(body)
            if number not in self.used:
                self.used.add(number)
                return number

    def passport(self) -> str:
        """Two letters that no country prints together with seven digits, each once."""
        while True:
            number = f"XT{self.random.randrange(10**7):07d}"
            if number not in self.used:
                self.used.add(number)
                return number

    def phone(self) -> str:
        head = self.random.choice(("138", "139", "150", "159", "182", "186", "187", "177"))
        return head + "".join(str(self.random.randrange(10)) for _ in range(8))

    def member(
        self, sex: str, low: int, high: int, relation: str, *, surname: str = "", local: bool
    ) -> Invented:
        """One member of a household; `local` people have their hukou in the city."""
        _, name = self.name(sex, surname)
        birth = self.birth(low, high)
        short, full = self.random.choice(ORIGINS)
        child = age_on(birth, self.today) < PHONE_FROM
        return Invented(
            name=name, sex=sex, birth=birth, number=self.number(sex, birth),
            phone="" if child else self.phone(), relation=relation,
            origin="上海普陀" if local else short,
            hukou_address="" if local else full, category="11" if local else "20",
        )  # fmt: skip

    def family(self, *, local: bool) -> list[Invented]:
        """A household as they are: elders alone, couples, parents with children, three ages."""
        kind = self.random.choices(
            ("elder", "elders", "couple", "parents", "three"), (12, 18, 18, 38, 14)
        )[0]
        head_sex = self.random.choice("12")
        surname = self.random.choice(SURNAMES)
        if kind == "elder":
            return [self.member(head_sex, 66, 92, "02", surname=surname, local=local)]
        if kind == "elders":
            return [
                self.member("1", 64, 88, "02", surname=surname, local=local),
                self.member("2", 62, 86, "12", local=local),
            ]
        adults = [
            self.member("1", 27, 58, "02", surname=surname, local=local),
            self.member("2", 26, 56, "12", local=local),
        ]
        if kind == "couple":
            return adults
        child_sex = self.random.choice("12")
        relation = "20" if child_sex == "1" else "30"
        child = self.member(child_sex, 0, 15, relation, surname=surname, local=local)
        if kind == "parents":
            return [*adults, child]
        return [*adults, child, self.member("2", 60, 82, "52", local=local)]

    def guests(self) -> list[Invented]:
        """One or two people from abroad who rent a flat."""
        found: list[Invented] = []
        for place in self.random.sample(range(len(GUESTS)), self.random.choice((1, 1, 2))):
            name, printed, sex, nationality = GUESTS[place]
            found.append(
                Invented(
                    name=name, sex=sex, birth=self.birth(24, 55), number=self.passport(),
                    phone=self.phone(), origin="", hukou_address="", category="32",
                    relation="99" if found else "02", reason=self.random.choice(("01", "04")),
                    document=DocumentKind.PASSPORT.value, nationality=nationality,
                    foreign_name=printed,
                )
            )  # fmt: skip
        return found

    def sharers(self) -> list[Invented]:
        """People who rent together."""
        count = self.random.choices((1, 2, 3, 4), (30, 40, 20, 10))[0]
        found = [
            self.member(self.random.choice("12"), 20, 44, "02" if index == 0 else "99", local=False)
            for index in range(count)
        ]
        for person in found:
            person.reason = self.random.choice(("01", "01", "01", "02", "04"))
        return found
