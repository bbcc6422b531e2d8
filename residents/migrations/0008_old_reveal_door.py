"""The door and the counter of before (0005) go: nothing was ever released that knew them."""

from django.db import migrations

GONE = """
DROP FUNCTION reveal_secret(uuid, text);
DROP TABLE residents_revealcount;
"""


class Migration(migrations.Migration):
    dependencies = [("residents", "0007_phones_of_an_import")]
    operations = [migrations.RunSQL(GONE, migrations.RunSQL.noop)]
