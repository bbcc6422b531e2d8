"""The words of the welcome sheet that the product starts with, in two languages (S-117).

The district confirms them and states its own hours; a new edition is a new version of the rule.
"""

WELCOME_HOURS = "服务窗口：本居（村）委会办公室，工作日 9:00–11:30、13:30–17:00（以公告为准）"
WELCOME_SECTIONS = [
    {
        "title": "你可以办的事",
        "title_en": "What you can apply for",
        "text": "凭登记可办居住登记凭证，符合条件的可申领居住证；子女就学、公共卫生、计划生育、"
        "社会保障等服务的条件和材料，窗口一次告知。",
        "text_en": "Your registration lets you obtain a registration receipt and, where the "
        "conditions are met, a residence permit. Ask at the window about schooling, public "
        "health, family planning and social insurance: conditions and papers are told at once.",
    },
    {
        "title": "登记了什么",
        "title_en": "What is recorded",
        "text": "姓名、证件、联系电话、住址、居住事由和同住家人。只用于居住登记和公共服务，"
        "谁看过、改过都有记录。",
        "text_en": "Name, document, telephone, address, reason for living here and family living "
        "with you. It serves registration and public services only; every look and change is "
        "logged.",
    },
    {
        "title": "查阅和更正",
        "title_en": "See and correct it",
        "text": "可随时到窗口查阅、复制本人登记，要求更正、补充、删除或解释，15 日内书面答复；"
        "未满 14 周岁的由监护人提出。",
        "text_en": "You may see and copy your record at any time and ask for correction, deletion "
        "or an explanation; you get a written answer within 15 days. For a child under 14 the "
        "guardian asks.",
    },
    {
        "title": "你的义务",
        "title_en": "What is asked of you",
        "text": "搬来、搬走或登记内容有变，请告诉居（村）委会。登记不收费。",
        "text_en": "Please tell the committee when you move in or out or when something changes. "
        "Registration is free of charge.",
    },
]
