"""Row-level security of permits, the key that ties a case to its dwelling, and sealed numbers."""

from django.db import migrations

from portal.orgs.rls import protect

TABLES = (
    "permitapplication", "eligibilitycheck", "permitmaterial", "residencepermit", "permitsecret",
)
SAME_COMMITTEE = """
ALTER TABLE permits_permitapplication ADD CONSTRAINT permits_case_at_dwelling
FOREIGN KEY (dwelling_id, committee_id) REFERENCES housing_dwellingunit (id, committee_id)
ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE
"""
SECRETS = """
REVOKE ALL ON permits_permitsecret FROM portal_app;
GRANT INSERT, DELETE, SELECT (id, committee_id, permit_id, key_id) ON permits_permitsecret
TO portal_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("permits", "0001_initial"),
        ("housing", "0002_walls"),
        ("orgs", "0002_scope_functions"),
    ]
    operations = [
        *[protect(f"permits_{name}") for name in TABLES],
        migrations.RunSQL(
            SAME_COMMITTEE,
            "ALTER TABLE permits_permitapplication DROP CONSTRAINT permits_case_at_dwelling",
        ),
        migrations.RunSQL(SECRETS, "GRANT ALL ON permits_permitsecret TO portal_app"),
    ]
