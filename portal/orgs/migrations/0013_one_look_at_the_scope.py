"""A policy looks at the scope once for each table of a statement, not three times (D-4).

`committee_id - low BETWEEN 0 AND span` is two comparisons with three functions, each of which
checked the signature and the post anew: 0.2 ms of statements that take half a millisecond. A range
holds both ends, so that they also come from one reading of one token.

Not in one transaction: each table is locked for the moment of its own change, and what was changed
stays changed if another table is held for too long (`prepare_database` tries again).
"""

from importlib import import_module

from django.db import migrations

from portal.orgs.rls import FORMER_POLICY, POLICY

SCOPE = import_module("portal.orgs.migrations.0006_signature_before_form").SIGNED
FORMER_BOUNDS = import_module("portal.orgs.migrations.0003_scope_of_one_transaction").BOUND
FORMER_BOUNDS = FORMER_BOUNDS[FORMER_BOUNDS.index("CREATE OR REPLACE FUNCTION app_low") :]
REACH = SCOPE.replace("app_scope() RETURNS bigint[]", "app_reach() RETURNS int8range").replace(
    "ARRAY[parts[1]::bigint, parts[2]::bigint]",
    "int8range(parts[1]::bigint, parts[1]::bigint + parts[2]::bigint, '[]')",
)
BOUNDS = """
CREATE OR REPLACE FUNCTION app_low() RETURNS bigint LANGUAGE sql STABLE PARALLEL RESTRICTED
AS $$ SELECT lower(public.app_reach()) $$;
CREATE OR REPLACE FUNCTION app_span() RETURNS bigint LANGUAGE sql STABLE PARALLEL RESTRICTED
AS $$ SELECT upper(reach) - lower(reach) - 1 FROM public.app_reach() reach $$;
"""
# Only the two functions above ever asked it; the release before asks them as well.
UNASKED = """
-- squawk-ignore ban-drop-function
DROP FUNCTION IF EXISTS app_scope()
"""
# As PostgreSQL prints both forms of a policy; \1 is the column.
THREE_LOOKS = (
    r"\(\((\w+) - \( SELECT app_low\(\) AS app_low\)\) >= 0\) AND "
    r"\(\(\1 - \( SELECT app_low\(\) AS app_low\)\) <= \( SELECT app_span\(\) AS app_span\)\)"
)
ONE_LOOK = r"range_contains_elem\(\( SELECT app_reach\(\) AS app_reach\), (\w+)\)"
REWRITE = """
DO $do$
DECLARE
    policy record;
BEGIN
    FOR policy IN SELECT * FROM pg_policies WHERE qual ~ $re$<FROM>$re$ LOOP
        EXECUTE format('ALTER POLICY %I ON %I.%I USING (%s)',
            policy.policyname, policy.schemaname, policy.tablename,
            regexp_replace(policy.qual, $re$<FROM>$re$, $re$<TO>$re$))
            || coalesce(' WITH CHECK ('
                || regexp_replace(policy.with_check, $re$<FROM>$re$, $re$<TO>$re$) || ')', '');
        COMMIT;
    END LOOP;
END
$do$
"""


def rewritten(former: str, latter: str) -> str:
    """The statement that changes each policy of the form `former` (an expression) into `latter`."""
    return REWRITE.replace("<FROM>", former).replace("<TO>", latter.format(column=r"\1"))


class Migration(migrations.Migration):
    atomic = False
    # whose policies are written without `protect`, which would know of `app_reach()`
    dependencies = [
        ("audit", "0003_partitions"),
        ("orgs", "0012_shared_views"),
        ("residents", "0010_transfers"),
    ]
    operations = [
        migrations.RunSQL(REACH, "DROP FUNCTION app_reach()"),
        migrations.RunSQL([BOUNDS, UNASKED], [SCOPE, FORMER_BOUNDS]),
        migrations.RunSQL(rewritten(THREE_LOOKS, POLICY), rewritten(ONE_LOOK, FORMER_POLICY)),
    ]
