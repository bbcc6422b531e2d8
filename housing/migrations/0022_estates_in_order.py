"""The key of the estates that are there already, a committee at a time; going back blanks it.

An estate that the release before enters or renames meanwhile has no key, or that of its old name:
saving it, or running this step again, mends that. Until then it stands first, or at its old place.
"""

import re

from django.db import migrations

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
TENS = {"十": 10, "百": 100}
NUMERALS = "".join((*DIGITS, *TENS))
COUNTED = re.compile(
    f"(?<=第)[{NUMERALS}]+|[{NUMERALS}]+(?=[村期号坊区组弄支条幢栋座院里街]|$)"
)


def number(numeral):
    if not set(numeral) & TENS.keys():
        return int("".join(str(DIGITS[sign]) for sign in numeral))
    whole, ones = 0, 0
    for sign in numeral:
        if sign in TENS:
            whole, ones = whole + (ones or 1) * TENS[sign], 0
        else:
            ones = DIGITS[sign]
    return whole + ones


def key_of(name):
    told = COUNTED.sub(lambda found: str(number(found.group())), name)
    return re.sub("[0-9]+", lambda digits: digits.group().zfill(6), told)


def give_keys(apps, editor):
    Estate = apps.get_model("housing", "Estate")
    rows = Estate.objects.using(editor.connection.alias)
    committees = rows.order_by("committee_id").values_list("committee_id", flat=True).distinct()
    for committee in list(committees):
        held = list(rows.filter(committee_id=committee).only("id", "name"))
        for estate in held:
            estate.sort_key = key_of(estate.name)
        rows.bulk_update(held, ["sort_key"], batch_size=500)
    if left := rows.filter(sort_key="").exclude(name="").count():
        raise RuntimeError(f"{left} estates have no place in the order")


def forget_keys(apps, editor):
    Estate = apps.get_model("housing", "Estate")
    Estate.objects.using(editor.connection.alias).exclude(sort_key="").update(sort_key="")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("housing", "0021_estate_order_indexes")]

    operations = [migrations.RunPython(give_keys, forget_keys)]
