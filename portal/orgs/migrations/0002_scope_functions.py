"""The functions that PostgreSQL asks for the acting scope (D-4)."""

from django.db import migrations

from portal.orgs.rls import DROP_SCOPE_FUNCTIONS, SCOPE_FUNCTIONS


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial")]
    operations = [migrations.RunSQL(SCOPE_FUNCTIONS, DROP_SCOPE_FUNCTIONS)]
