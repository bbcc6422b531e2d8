"""The trail by month, without moving a row; each event tells the transaction that wrote it (D-19).

The table of before becomes the oldest partition as it stands. Months are made three ahead by
`audit_make_partitions()`, which `prepare_database` and the nightly clock call: the application
owns nothing, so the function runs as its owner, takes no argument and can make nothing else. What
no month holds goes to the partition of the rest, so that no event is ever refused for want of one.

`xid` lets batches be sealed without ever skipping an event whose transaction commits late.
"""

from django.db import migrations

from portal.orgs.rls import FORMER_POLICY

CONDITION = FORMER_POLICY.format(column="scope_code")
CONVERT = """
SET LOCAL lock_timeout = '5s';
ALTER TABLE audit_auditevent RENAME TO audit_auditevent_before;
ALTER TABLE audit_auditevent_before DROP CONSTRAINT audit_auditevent_pkey;
ALTER INDEX audit_by_unit RENAME TO audit_before_by_unit;
ALTER INDEX audit_by_target RENAME TO audit_before_by_target;
ALTER TABLE audit_auditevent_before ALTER COLUMN id DROP IDENTITY;
ALTER TABLE audit_auditevent_before ADD COLUMN xid xid8 NOT NULL DEFAULT '0';
ALTER TABLE audit_auditevent_before ALTER COLUMN xid SET DEFAULT pg_current_xact_id();

CREATE SEQUENCE audit_auditevent_id_seq;
SELECT setval('audit_auditevent_id_seq', (SELECT coalesce(max(id), 0) + 1
    FROM audit_auditevent_before), false);
CREATE TABLE audit_auditevent (
    LIKE audit_auditevent_before INCLUDING DEFAULTS, PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
ALTER TABLE audit_auditevent ALTER COLUMN id SET DEFAULT nextval('audit_auditevent_id_seq');
ALTER SEQUENCE audit_auditevent_id_seq OWNED BY audit_auditevent.id;

-- the trail of a unit, of a record, of a person at work, newest first; what is not sealed yet
CREATE INDEX audit_by_unit ON audit_auditevent (scope_code, id DESC);
CREATE INDEX audit_by_target ON audit_auditevent (target_type, target_id, id DESC);
CREATE INDEX audit_by_actor ON audit_auditevent (actor_name, id DESC);
CREATE INDEX audit_by_transaction ON audit_auditevent (xid);
-- who looked at a person: served by audit_of_person(), since no policy lets @> reach an index
CREATE INDEX audit_by_subject ON audit_auditevent USING gin (subjects);

DO $$
DECLARE bound timestamptz;
BEGIN
    SELECT (date_trunc('month', coalesce(max(at), now() - interval '14 months')
        AT TIME ZONE 'Asia/Shanghai') + interval '1 month') AT TIME ZONE 'Asia/Shanghai'
    INTO bound FROM audit_auditevent_before;
    EXECUTE format('ALTER TABLE audit_auditevent ATTACH PARTITION audit_auditevent_before '
        'FOR VALUES FROM (MINVALUE) TO (%L)', bound);
END
$$;
CREATE TABLE audit_auditevent_rest PARTITION OF audit_auditevent DEFAULT;
"""
WALL = f"""
ALTER TABLE audit_auditevent ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_auditevent FORCE ROW LEVEL SECURITY;
CREATE POLICY write ON audit_auditevent FOR INSERT TO portal_app WITH CHECK (true);
CREATE POLICY returning_id ON audit_auditevent FOR SELECT TO portal_app USING (true);
CREATE POLICY scope ON audit_auditevent FOR SELECT TO portal_audit USING {CONDITION};
REVOKE ALL ON audit_auditevent, audit_auditevent_before, audit_auditevent_rest
    FROM portal_app, portal_audit;
GRANT INSERT, SELECT (id) ON audit_auditevent TO portal_app;
GRANT SELECT ON audit_auditevent TO portal_audit;
GRANT USAGE, SELECT ON SEQUENCE audit_auditevent_id_seq TO portal_app;
-- a partition is reached through its parent only
DROP POLICY write ON audit_auditevent_before;
DROP POLICY returning_id ON audit_auditevent_before;
DROP POLICY scope ON audit_auditevent_before;
ALTER TABLE audit_auditevent_rest ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_auditevent_rest FORCE ROW LEVEL SECURITY;
"""
FUNCTIONS = """
CREATE FUNCTION audit_make_partitions() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET lock_timeout = '3s'
AS $$
DECLARE
    this_month timestamp := date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai');
    oldest timestamptz;
    month timestamp;
    low timestamptz;
    high timestamptz;
    name text;
    made integer := 0;
BEGIN
    SELECT substring(pg_get_expr(relpartbound, oid) FROM 'TO \\(''([^'']+)''\\)')::timestamptz
    INTO oldest FROM pg_class WHERE oid = 'public.audit_auditevent_before'::regclass;
    FOR month IN SELECT generate_series(
        this_month - interval '12 months', this_month + interval '3 months', interval '1 month')
    LOOP
        low := month AT TIME ZONE 'Asia/Shanghai';
        high := (month + interval '1 month') AT TIME ZONE 'Asia/Shanghai';
        name := 'audit_auditevent_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN low < oldest OR to_regclass('public.' || name) IS NOT NULL;
        EXECUTE format('CREATE TABLE public.%I (LIKE public.audit_auditevent INCLUDING DEFAULTS)',
            name);
        EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('REVOKE ALL ON public.%I FROM portal_app, portal_audit', name);
        EXECUTE format('WITH kept AS (DELETE FROM public.audit_auditevent_rest '
            'WHERE at >= %L AND at < %L RETURNING *) INSERT INTO public.%I SELECT * FROM kept',
            low, high, name);
        EXECUTE format('ALTER TABLE public.audit_auditevent ATTACH PARTITION public.%I '
            'FOR VALUES FROM (%L) TO (%L)', name, low, high);
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;
REVOKE ALL ON FUNCTION audit_make_partitions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_make_partitions() TO portal_app;

CREATE FUNCTION audit_of_person(person uuid, since timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    SELECT e.id FROM public.audit_auditevent e
    WHERE e.subjects @> ARRAY[person] AND e.at >= since
    AND e.scope_code - (SELECT public.app_low()) BETWEEN 0 AND (SELECT public.app_span())
$$;
REVOKE ALL ON FUNCTION audit_of_person(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_of_person(uuid, timestamptz) TO portal_audit;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [
        migrations.RunSQL(CONVERT + WALL + FUNCTIONS),
        migrations.RunSQL("SELECT audit_make_partitions()"),
    ]
