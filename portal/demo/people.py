"""Invented people: names put together from lists, numbers with the unassigned area 319999."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain

from portal.demo.chance import Dice, Weighted
from portal.demo.plots import CYCLE, Plot
from residents.completeness import years_before
from residents.identity import DocumentKind, check_character

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
HEADS = ("138", "139", "150", "159", "182", "186", "187", "177")
PASSPORTS = 37_000  # numbers of each committee
FAMILIES = Weighted((("elder", 10), ("elders", 16), ("couple", 19), ("parents", 40), ("three", 15)))
SHARERS = Weighted(((1, 25), (2, 36), (3, 25), (4, 14)))


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

    random: Dice
    today: date
    plot: Plot
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.grown_since = years_before(self.today, PHONE_FROM)

    def name(self, sex: str, surname: str = "") -> tuple[str, str]:
        """A surname and a full name that suits the sex."""
        chosen = surname or self.random.choice(SURNAMES)
        pool = MALE if sex == "1" else FEMALE
        given = self.random.choice(pool)
        if self.random.random() >= 0.18:
            given += self.random.choice(pool)
        return chosen, chosen + given

    def born(self, sex: str, low: int, high: int) -> tuple[date, str]:
        """A birthday of somebody aged `low` to `high` today, with a citizen number.

        The number has a valid check character and the unassigned area code. Sequence numbers
        are dealt out to the committees in turn, day after day, so the birthday is moved back by
        a day or two until one of this committee's own is free.
        """
        sequences, own = BY_SEX[sex], self.plot.residues
        days = self.random.randint(low * 365 + low // 4, high * 365 + high // 4 + 364)
        count = len(sequences)
        place = (self.today.toordinal() - days) * count + int(self.random.random() * count)
        turn = bisect_right(own, place % CYCLE) - 1
        start = place - place % CYCLE
        while True:
            if turn < 0:
                turn, start = len(own) - 1, start - CYCLE
            day, sequence = divmod(start + own[turn], count)
            birth = date.fromordinal(day)
            body = f"{REGION}{birth.isoformat().replace('-', '')}{sequences[sequence]:03d}"
            if body not in self.used:
                self.used.add(body)
                return birth, body + check_character(body)
            turn -= 1

    def passport(self) -> str:
        """Two letters that no country prints together with seven digits, each once."""
        while True:
            own = self.plot.index * PASSPORTS + self.random.randrange(PASSPORTS)
            number = f"XT{own:07d}"
            if number not in self.used:
                self.used.add(number)
                return number

    def phone(self) -> str:
        return f"{self.random.choice(HEADS)}{int(self.random.random() * 10**8):08d}"

    def member(
        self, sex: str, low: int, high: int, relation: str, *, surname: str = "", local: bool
    ) -> Invented:
        """One member of a household; `local` people have their hukou in the city."""
        _, name = self.name(sex, surname)
        birth, number = self.born(sex, low, high)
        short, full = self.random.choice(ORIGINS)
        return Invented(
            name=name, sex=sex, birth=birth, number=number,
            phone="" if birth > self.grown_since else self.phone(), relation=relation,
            origin="上海普陀" if local else short,
            hukou_address="" if local else full, category="11" if local else "20",
        )  # fmt: skip

    def family(self, *, local: bool) -> list[Invented]:
        """A household as they are: elders alone, couples, parents with children, three ages."""
        kind = FAMILIES.pick(self.random)
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
        children = [
            self._child(surname, local) for _ in range(2 if self.random.random() < 0.2 else 1)
        ]
        if kind == "parents":
            return [*adults, *children]
        elders = [self.member("2", 60, 82, "52", local=local)]
        if self.random.random() < 0.4:
            elders.append(self.member("1", 62, 84, "51", surname=surname, local=local))
        return [*adults, *children, *elders]

    def _child(self, surname: str, local: bool) -> Invented:
        sex = self.random.choice("12")
        return self.member(sex, 0, 15, "20" if sex == "1" else "30", surname=surname, local=local)

    def guests(self) -> list[Invented]:
        """One or two people from abroad who rent a flat."""
        found: list[Invented] = []
        for place in self.random.sample(range(len(GUESTS)), self.random.choice((1, 1, 2))):
            name, printed, sex, nationality = GUESTS[place]
            found.append(
                Invented(
                    name=name, sex=sex, birth=self._birth(24, 55), number=self.passport(),
                    phone=self.phone(), origin="", hukou_address="", category="32",
                    relation="99" if found else "02", reason=self.random.choice(("01", "04")),
                    document=DocumentKind.PASSPORT.value, nationality=nationality,
                    foreign_name=printed,
                )
            )  # fmt: skip
        return found

    def _birth(self, low: int, high: int) -> date:
        return self.today - timedelta(days=self.random.randint(low * 365, high * 365))

    def sharers(self) -> list[Invented]:
        """People who rent together."""
        count = SHARERS.pick(self.random)
        found = [
            self.member(self.random.choice("12"), 20, 44, "02" if index == 0 else "99", local=False)
            for index in range(count)
        ]
        for person in found:
            person.reason = self.random.choice(("01", "01", "01", "02", "04"))
        return found
