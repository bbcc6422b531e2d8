"""Row-level security of the exchange: staged rows are personal data."""

from django.db import migrations

from portal.orgs.rls import protect

TABLES = ("importbatch", "importrow", "columnmapping")


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial"), ("orgs", "0002_scope_functions")]
    operations = [protect(f"exchange_{name}") for name in TABLES]
