"""Row-level security: the second wall, declared by each area's migrations (D-4).

The policy's shape matters: `committee_id - low` cannot be served by an index, on purpose, so
that sorted pages keep coming from the index that the application's own equality names.
"""

from django.db import migrations

POLICY = "(({column} - (SELECT app_low())) BETWEEN 0 AND (SELECT app_span()))"


def protect(table: str, column: str = "committee_id") -> migrations.RunSQL:
    """The operation that walls in one table whose `column` holds a unit code."""
    condition = POLICY.format(column=column)
    return migrations.RunSQL(
        sql=[
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY scope ON {table} USING {condition} WITH CHECK {condition}",
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
