"""Without a key there is no signature to equal: nobody acts, as 0006 has it for the scope.

Before, a missing row of `portal_scope_key` made the comparison NULL, and any token passed it.
"""

from django.db import migrations

from portal.orgs.lattice import GUARD

START = GUARD.index("CREATE FUNCTION app_actor()")
WHOLE = GUARD[START : GUARD.index("CREATE FUNCTION app_actor_post")].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
CLOSED = WHOLE.replace("<> parts[7]", "IS DISTINCT FROM parts[7]")


class Migration(migrations.Migration):
    dependencies = [("orgs", "0006_signature_before_form")]
    operations = [migrations.RunSQL(CLOSED, WHOLE)]
