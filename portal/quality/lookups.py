"""`field__any_of`: one of many keys, handed to PostgreSQL as one array.

Django's `in` writes a placeholder for each key and prepares each by itself, which for a page of
rows takes longer than the answer.
"""

from typing import Any

from django.db.models import Lookup, UUIDField


@UUIDField.register_lookup
class AnyOf(Lookup):
    """`column = ANY(keys)`, for a list of UUIDs."""

    lookup_name = "any_of"
    prepare_rhs = False  # a list of keys, none of which is text

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right})", [*left_params, *right_params]
