"""Row-level security of exports: conditions name people, parts hold whose rows left."""

from django.db import migrations

from portal.orgs.rls import protect

TABLES = ("exportrequest", "exportdecision", "exportpart")


class Migration(migrations.Migration):
    dependencies = [("exchange", "0003_exports"), ("orgs", "0003_scope_of_one_transaction")]
    operations = [protect(f"exchange_{name}") for name in TABLES]
