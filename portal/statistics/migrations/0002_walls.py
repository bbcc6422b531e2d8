"""Row-level security of the cells, and months that nobody can change once they are published."""

from django.db import migrations

from portal.orgs.rls import protect

TABLES = ("statistics_populationcell", "statistics_showncount")
KEEP = [
    statement
    for table in TABLES
    for statement in (
        f"REVOKE UPDATE ON {table} FROM portal_app",
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION metrics_keep_snapshot()",
    )
]
LET_GO = [
    statement
    for table in TABLES
    for statement in (
        f"DROP TRIGGER {table}_keep ON {table}",
        f"GRANT UPDATE ON {table} TO portal_app",
    )
]


class Migration(migrations.Migration):
    dependencies = [
        ("statistics", "0001_cells"),
        ("metrics", "0005_corrections"),
        ("orgs", "0002_scope_functions"),
    ]
    operations = [*(protect(table) for table in TABLES), migrations.RunSQL(KEEP, LET_GO)]
