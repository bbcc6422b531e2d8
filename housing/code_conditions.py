"""What the database can tell of a house code by itself: its form and its check digit (DQ-09)."""

from django.db.models import BooleanField, Case, CharField, F, Func, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Right
from django.db.models.lookups import Exact

from housing.codes import SCHEMES

CODE_LENGTH = 26


def mistaken_code() -> Q:
    """A code of no known form, or of JGJ/T 246 with a check digit that is not its own."""
    forms = "|".join(f"(?:{scheme.pattern.pattern})" for scheme in SCHEMES.values())
    known = Q(house_code__regex=f"^(?:{forms})$")
    digits = Q(house_code__regex=f"^[0-9]{{{CODE_LENGTH}}}$")
    fails = Case(
        When(digits, then=~Q(Exact(Right("house_code", 1), check_digit("house_code")))),
        default=Value(False), output_field=BooleanField(),
    )  # fmt: skip
    return ~Q(house_code="") & (~known | Q(fails))


def check_digit(column: str) -> Combinable:
    """The check digit of the first 25 digits of a code, ISO 7064 MOD 11,10.

    As `housing.codes.mod11_10` counts it: what is left over (less one) after each digit is looked
    up in a table, by itself and the digit. Only for codes that are digits throughout.
    """
    left = "'9'"
    for place in range(1, CODE_LENGTH):
        left = f"substr('{LEFT}', ({left} || substr(%(expressions)s, {place}, 1))::int + 1, 1)"
    return Func(F(column), template=f"mod(10 - ({left})::int, 10)::text", output_field=CharField())


#: What is left over, less one, by what was left before (less one) and the next digit.
LEFT = "".join(
    str(((before + 1 + digit) % 10 or 10) * 2 % 11 - 1)
    for before in range(10)
    for digit in range(10)
)
