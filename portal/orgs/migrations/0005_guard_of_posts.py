"""PostgreSQL itself refuses a post that the acting person may not give (D-3, security 2.3)."""

from django.db import migrations

from portal.orgs.lattice import GUARD, UNGUARD


class Migration(migrations.Migration):
    dependencies = [("orgs", "0004_post_requests"), ("accounts", "0003_login")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
