"""Row-level security of what belongs to one assessed unit; definitions and published results are open."""

from django.db import migrations

from portal.orgs.rls import protect

TABLES = ("unitsheet", "indicatorvalue", "score", "evidence", "processevent")


class Migration(migrations.Migration):
    dependencies = [("assessment", "0001_initial"), ("orgs", "0002_scope_functions")]
    operations = [protect(f"assessment_{name}") for name in TABLES]
