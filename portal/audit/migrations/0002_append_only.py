"""The application inserts events and reads none; the reader sees those of its units (D-8)."""

from django.db import migrations

from portal.orgs.rls import FORMER_POLICY

CONDITION = FORMER_POLICY.format(column="scope_code")
WALL = f"""
ALTER TABLE audit_auditevent ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_auditevent FORCE ROW LEVEL SECURITY;
CREATE POLICY write ON audit_auditevent FOR INSERT TO portal_app WITH CHECK (true);
CREATE POLICY returning_id ON audit_auditevent FOR SELECT TO portal_app USING (true);
CREATE POLICY scope ON audit_auditevent FOR SELECT TO portal_audit USING {CONDITION};
REVOKE ALL ON audit_auditevent FROM portal_app, portal_audit;
GRANT INSERT, SELECT (id) ON audit_auditevent TO portal_app;
GRANT SELECT ON audit_auditevent TO portal_audit;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("orgs", "0002_scope_functions")]
    operations = [migrations.RunSQL(WALL, "DROP POLICY scope ON audit_auditevent")]
