"""Row-level security of the ledger: files and their rows are personal data."""

from django.db import migrations

from portal.orgs.rls import protect


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial"), ("orgs", "0002_scope_functions")]
    operations = [protect(f"jobs_{name}") for name in ("job", "jobchunk", "rowoutcome")]
