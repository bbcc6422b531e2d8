"""Row-level security: the second wall, declared by each area's migrations (D-4).

The policy's shape matters: no index can serve a function of a row's unit, on purpose, so that
sorted pages keep coming from the index that the application's own equality names.
"""

from django.db import migrations

#: One look at the scope for each table of a statement (orgs 0013). The function and not `@>`, whose
#: guess of half a percent of the rows would mislead the planner in a place where nearly all pass.
POLICY = "range_contains_elem((SELECT app_reach()), {column})"
#: The same as policies said it before 0013, with three looks.
FORMER_POLICY = "(({column} - (SELECT app_low())) BETWEEN 0 AND (SELECT app_span()))"
_CREATE = "CREATE POLICY scope ON {table} USING ({condition}) WITH CHECK ({condition})"


def protect(table: str, column: str = "committee_id") -> migrations.RunSQL:
    """The operation that walls in one table whose `column` holds a unit code.

    Before orgs 0013 there is no `app_reach()`; 0013 rewrites the policies that it meets.
    """
    now, before = (
        _CREATE.format(table=table, condition=each.format(column=column))
        for each in (POLICY, FORMER_POLICY)
    )
    return migrations.RunSQL(
        sql=[
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"DO $$ BEGIN IF to_regprocedure('app_reach()') IS NULL THEN {before};"
            f" ELSE {now}; END IF; END $$",
        ],
        reverse_sql=[
            f"DROP POLICY scope ON {table}",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )


# As migration 0002 made them; 0003 has replaced the functions since.
SCOPE_FUNCTIONS = """
CREATE TABLE portal_scope_key (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL
);
REVOKE ALL ON portal_scope_key FROM PUBLIC, portal_app, portal_audit;

CREATE FUNCTION app_scope() RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
DECLARE
    token text := nullif(current_setting('app.scope', true), '');
    parts text[];
    payload bytea;
    held public.portal_scope_key;
BEGIN
    IF token IS NULL THEN RETURN NULL; END IF;
    parts := string_to_array(token, '.');
    IF array_length(parts, 1) <> 4 OR NOT (token ~ '^[0-9]+[.][0-9]+[.][0-9]+[.][0-9a-f]{64}$') THEN
        RETURN NULL;
    END IF;
    SELECT * INTO held FROM public.portal_scope_key;
    payload := convert_to(parts[1] || '.' || parts[2] || '.' || parts[3], 'UTF8');
    IF encode(sha256(held.outer_pad || sha256(held.inner_pad || payload)), 'hex') <> parts[4] THEN
        RETURN NULL;
    END IF;
    IF parts[3]::bigint < extract(epoch FROM now()) THEN RETURN NULL; END IF;
    RETURN ARRAY[parts[1]::bigint, parts[2]::bigint];
END
$$;

CREATE FUNCTION app_low() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT (app_scope())[1] $$;
CREATE FUNCTION app_span() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT (app_scope())[2] $$;
"""

DROP_SCOPE_FUNCTIONS = """
DROP FUNCTION app_span(); DROP FUNCTION app_low(); DROP FUNCTION app_scope();
DROP TABLE portal_scope_key;
"""
