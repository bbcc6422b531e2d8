"""Row-level security of the population register, composite keys, and the two narrow doors.

`reveal_secret` gives one ciphertext inside the caller's scope; `registered_where` tells only the
committee and the last verification of numbers that somebody holds in their hands (D-5, D-6).
"""

from django.db import migrations

from portal.orgs.rls import protect

TABLES = ("resident", "identity", "secret", "household", "residence", "verification")
CHILDREN = {
    "residents_identity": ("resident_id", "residents_resident"),
    "residents_secret": ("resident_id", "residents_resident"),
    "residents_household": ("dwelling_id", "housing_dwellingunit"),
    "residents_residence": ("dwelling_id", "housing_dwellingunit"),
    "residents_verification": ("dwelling_id", "housing_dwellingunit"),
}
COMPOSITE = [
    f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_committee "
    f"FOREIGN KEY ({column}, committee_id) REFERENCES {parent} (id, committee_id) "
    "ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE"
    for child, (column, parent) in CHILDREN.items()
]
# Core PostgreSQL has no GiST operator class for uuid (D-16); two people share a 64-bit hash and
# overlapping days with a chance of one in ten million at the size of a whole city.
NO_OVERLAP = """
ALTER TABLE residents_residence ADD CONSTRAINT residents_primary_without_overlap
EXCLUDE USING gist (
    int8range(uuid_hash_extended(resident_id, 0), uuid_hash_extended(resident_id, 0), '[]')
        WITH &&,
    daterange(begin_on, end_on) WITH &&
) WHERE (is_primary AND status <> 'void')
"""
SECRETS = """
REVOKE ALL ON residents_secret FROM portal_app;
GRANT INSERT, UPDATE, DELETE, SELECT (id, committee_id, resident_id, kind, key_id)
ON residents_secret TO portal_app;

CREATE FUNCTION reveal_secret(person uuid, wanted text)
RETURNS TABLE (secret_id uuid, key_id varchar, cipher bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    SELECT s.id, s.key_id, s.cipher FROM public.residents_secret s
    WHERE s.resident_id = person AND s.kind = wanted
    AND s.committee_id - (SELECT public.app_low()) BETWEEN 0 AND (SELECT public.app_span())
$$;

CREATE FUNCTION registered_where(numbers bytea[])
RETURNS TABLE (blind_index bytea, committee_id bigint, verified_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    SELECT i.blind_index, i.committee_id,
        (SELECT max(r.verified_on) FROM public.residents_residence r
         WHERE r.resident_id = i.resident_id AND r.status = 'active')
    FROM public.residents_identity i
    WHERE i.blind_index = ANY (numbers) AND (SELECT public.app_low()) IS NOT NULL
$$;
"""
UNDO_SECRETS = """
DROP FUNCTION registered_where(bytea[]); DROP FUNCTION reveal_secret(uuid, text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("residents", "0001_initial"),
        ("housing", "0002_walls"),
        ("orgs", "0002_scope_functions"),
    ]
    operations = [
        *[protect(f"residents_{name}") for name in TABLES],
        migrations.RunSQL(
            COMPOSITE,
            [
                f"ALTER TABLE {child} DROP CONSTRAINT {child}_{column}_committee"
                for child, (column, _) in CHILDREN.items()
            ],
        ),
        migrations.RunSQL(
            NO_OVERLAP,
            "ALTER TABLE residents_residence DROP CONSTRAINT residents_primary_without_overlap",
        ),
        migrations.RunSQL(SECRETS, UNDO_SECRETS),
    ]
