"""`field__starts_with`: a prefix that an index serves under row-level security (D-4).

LIKE is not leakproof, so a policy keeps it away from every index; PostgreSQL's `^@` is.
"""

from typing import Any

from django.db.models import CharField, Lookup


@CharField.register_lookup
class StartsWith(Lookup):
    """`column ^@ 'prefix'`, case and width as they are stored."""

    lookup_name = "starts_with"

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} ^@ {right}", [*left_params, *right_params]
