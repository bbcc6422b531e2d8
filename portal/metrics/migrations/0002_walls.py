"""Row-level security of the values, and snapshots that nobody can change any more (D-10)."""

from django.db import migrations

from portal.orgs.rls import protect

KEEP = [
    "REVOKE UPDATE ON metrics_metricvalue FROM portal_app",
    """
    CREATE FUNCTION metrics_keep_snapshot() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS $$
    BEGIN
        IF TG_TABLE_NAME = 'metrics_metricrun' THEN
            IF OLD.kind = 'nightly' AND OLD.state = 'published' THEN
                RAISE EXCEPTION 'a published snapshot does not change';
            END IF;
        ELSIF EXISTS (SELECT 1 FROM public.metrics_metricrun r WHERE r.id = OLD.run_id
                      AND r.kind = 'nightly' AND r.state = 'published') THEN
            RAISE EXCEPTION 'a published snapshot does not change';
        END IF;
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END
    $$
    """,
    "CREATE TRIGGER metrics_keep_run BEFORE UPDATE OR DELETE ON metrics_metricrun "
    "FOR EACH ROW EXECUTE FUNCTION metrics_keep_snapshot()",
    "CREATE TRIGGER metrics_keep_value BEFORE DELETE ON metrics_metricvalue "
    "FOR EACH ROW EXECUTE FUNCTION metrics_keep_snapshot()",
]
LET_GO = [
    "DROP TRIGGER metrics_keep_value ON metrics_metricvalue",
    "DROP TRIGGER metrics_keep_run ON metrics_metricrun",
    "DROP FUNCTION metrics_keep_snapshot()",
    "GRANT UPDATE ON metrics_metricvalue TO portal_app",
]


class Migration(migrations.Migration):
    dependencies = [("metrics", "0001_initial"), ("orgs", "0002_scope_functions")]
    operations = [protect("metrics_metricvalue"), migrations.RunSQL(KEEP, LET_GO)]
