"""A scope counts in the transaction that it was signed for, while the post is held (D-4).

Before, a token counted for ten minutes wherever it was shown; `pg_stat_activity` shows those of all
other web processes to a statement smuggled in by injection.

The functions are PARALLEL RESTRICTED: a parallel worker is a process of its own. The policies ask
through `(SELECT app_low())`, which the leader evaluates once and hands to its workers.
"""

from django.db import migrations

from portal.orgs.rls import SCOPE_FUNCTIONS
from portal.orgs.signed_tokens import HELD_TODAY, of_this_transaction

FORMER = SCOPE_FUNCTIONS[SCOPE_FUNCTIONS.index("CREATE FUNCTION app_scope") :].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
BOUND = """
CREATE OR REPLACE FUNCTION app_scope() RETURNS bigint[]<SIGNED> THEN
        RETURN NULL;
    END IF;
    -- 0 is clockwork: it holds no post, and only the portal's own processes sign for it
    IF parts[4] <> '0' AND NOT EXISTS (
        SELECT 1 FROM public.orgs_appointment a JOIN public.accounts_user u ON u.id = a.user_id
        WHERE a.id = parts[4]::bigint AND a.unit_id = parts[1]::bigint AND <HELD>
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
""".replace("<SIGNED>", of_this_transaction("app.scope")).replace("<HELD>", HELD_TODAY)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency("accounts.User"),
        ("orgs", "0002_scope_functions"),
    ]
    operations = [migrations.RunSQL(BOUND, FORMER)]
