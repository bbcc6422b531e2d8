"""The paper that the product is built from, cut into its clauses (S-02). Plain Python."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

SOURCE = Path(__file__).parent / "data" / "paper.zh.txt"
NUMBER = "普府办〔2016〕人口服务管理实施意见"
TITLE = "关于进一步加强普陀区基层人口服务管理工作的实施意见"
ISSUER = "上海市普陀区人民政府办公室"
ISSUED_ON = date(2016, 6, 12)
NUMBER_NOTE = "所据文本未载发文字号，此处为本平台内部编号"

# First and last requirement number that each clause gives rise to.
REQUIREMENTS: dict[str, tuple[int, int]] = {
    "前言": (1, 2), "一": (3, 5), "二": (6, 11), "三(一)1": (12, 16), "三(一)2": (17, 29),
    "三(一)3": (30, 39), "三(二)1": (40, 41), "三(二)2": (42, 58), "三(二)3": (59, 66),
    "三(三)1": (67, 78), "三(三)2": (79, 87), "三(三)3": (88, 99), "三(三)4": (100, 106),
    "三(三)5": (107, 110), "三(四)1": (111, 116), "三(四)2": (117, 120), "三(四)3": (121, 123),
    "三(五)1": (124, 126), "三(五)2": (127, 131), "三(五)3": (132, 136), "四(一)": (137, 139),
    "四(二)": (140, 140), "四(三)": (141, 142),
}  # fmt: skip
CHAPTER = re.compile(r"^([一二三四])、(.+)$")
SECTION = re.compile(r"^\(([一二三四五])\)(.+)$")
ITEM = re.compile(r"^(\d)\.(.+)$")


@dataclass(frozen=True)
class Clause:
    """One clause: `ref` as people cite it, its heading, and its text."""

    ref: str
    heading: str
    text: str

    @property
    def requirements(self) -> list[str]:
        """Requirement numbers S-xx of this clause; empty for mere headings."""
        first, last = REQUIREMENTS.get(self.ref, (1, 0))
        return [f"S-{number:02d}" for number in range(first, last + 1)]


def clauses() -> list[Clause]:
    """The paper's clauses in order; headings without text of their own are left out."""
    found: list[Clause] = []
    chapter = section = ""
    for line in SOURCE.read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if match := CHAPTER.match(text):
            chapter, section = match[1], ""
            found.append(Clause(chapter, match[2], ""))
        elif match := SECTION.match(text):
            section = match[1]
            heading, _, body = match[2].partition("。")
            found.append(Clause(f"{chapter}({section})", heading, body))
        elif match := ITEM.match(text):
            heading, _, body = match[2].partition("。")
            found.append(Clause(f"{chapter}({section}){match[1]}", heading, body))
        elif text and not chapter:
            found.append(Clause("前言", "发文对象与依据", _joined(found, "前言", text)))
        elif text and found:
            last = found.pop()
            found.append(Clause(last.ref, last.heading, f"{last.text}{text}"))
    merged = {clause.ref: clause for clause in found}
    return [clause for clause in merged.values() if clause.text]


def _joined(found: list[Clause], ref: str, text: str) -> str:
    return "".join(clause.text for clause in found if clause.ref == ref) + text
