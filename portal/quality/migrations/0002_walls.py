"""Row-level security of the issues: they name people and dwellings."""

from django.db import migrations

from portal.orgs.rls import protect


class Migration(migrations.Migration):
    dependencies = [("quality", "0001_initial"), ("orgs", "0002_scope_functions")]
    operations = [protect("quality_dataqualityissue")]
