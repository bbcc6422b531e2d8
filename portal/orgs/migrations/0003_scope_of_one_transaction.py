"""A scope counts in the transaction that it was signed for, while the post is held (D-4).

Before, a token counted for ten minutes wherever it was shown; `pg_stat_activity` shows those of all
other web processes to a statement smuggled in by injection.

The functions are PARALLEL RESTRICTED: a parallel worker is a process of its own. The policies ask
through `(SELECT app_low())`, which the leader evaluates once and hands to its workers.
"""

from django.db import migrations

from portal.orgs.rls import SCOPE_FUNCTIONS

FORMER = SCOPE_FUNCTIONS[SCOPE_FUNCTIONS.index("CREATE FUNCTION app_scope") :].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
BOUND = """
CREATE OR REPLACE FUNCTION app_scope() RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
DECLARE
    token text := nullif(current_setting('app.scope', true), '');
    parts text[];
    held public.portal_scope_key;
BEGIN
    IF token IS NULL OR NOT (token ~ '^([0-9]{1,18}[.]){6}[0-9a-f]{64}$') THEN RETURN NULL; END IF;
    parts := string_to_array(token, '.');
    SELECT * INTO held FROM public.portal_scope_key;
    IF encode(sha256(held.outer_pad || sha256(
        held.inner_pad || convert_to(array_to_string(parts[1:6], '.'), 'UTF8')
    )), 'hex') <> parts[7] THEN
        RETURN NULL;
    END IF;
    IF parts[3]::bigint < extract(epoch FROM now())
        OR parts[5]::bigint <> pg_backend_pid()
        OR parts[6]::bigint <> (extract(epoch FROM now()) * 1000000)::bigint THEN
        RETURN NULL;
    END IF;
    -- 0 is clockwork: it holds no post, and only the portal's own processes sign for it
    IF parts[4] <> '0' AND NOT EXISTS (
        SELECT 1 FROM public.orgs_appointment a JOIN public.accounts_user u ON u.id = a.user_id
        WHERE a.id = parts[4]::bigint AND a.unit_id = parts[1]::bigint AND u.is_active
        AND a.starts_on <= (now() AT TIME ZONE 'Asia/Shanghai')::date
        AND (a.ends_on IS NULL OR a.ends_on >= (now() AT TIME ZONE 'Asia/Shanghai')::date)
    ) THEN
        RETURN NULL;
    END IF;
    RETURN ARRAY[parts[1]::bigint, parts[2]::bigint];
END
$$;
CREATE OR REPLACE FUNCTION app_low() RETURNS bigint LANGUAGE sql STABLE PARALLEL RESTRICTED
AS $$ SELECT (public.app_scope())[1] $$;
CREATE OR REPLACE FUNCTION app_span() RETURNS bigint LANGUAGE sql STABLE PARALLEL RESTRICTED
AS $$ SELECT (public.app_scope())[2] $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency("accounts.User"),
        ("orgs", "0002_scope_functions"),
    ]
    operations = [migrations.RunSQL(BOUND, FORMER)]
