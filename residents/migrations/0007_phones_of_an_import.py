"""A narrow door for imports: ciphertexts of telephones that a file is about to replace (D-6, D-12).

Undo puts the old ciphertext back as it was; nobody decrypts it. The door opens inside the scope,
for telephones only, and only while a file of that committee is being applied.
"""

from django.db import migrations

DOOR = """
CREATE FUNCTION phones_before_import(people uuid[])
RETURNS TABLE (person uuid, secret_id uuid, key_id varchar, cipher bytea, phone_index bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    SELECT r.id, s.id, s.key_id, s.cipher, r.phone_index
    FROM public.residents_secret s
    JOIN public.residents_resident r ON r.id = s.resident_id
    WHERE s.resident_id = ANY (people) AND s.kind = 'phone'
    AND s.committee_id - (SELECT public.app_low()) BETWEEN 0 AND (SELECT public.app_span())
    AND EXISTS (
        SELECT 1 FROM public.exchange_importbatch b
        WHERE b.committee_id = s.committee_id AND b.state = 'applying'
    )
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("residents", "0006_district_by_address"), ("exchange", "0006_reading")]
    operations = [migrations.RunSQL(DOOR, "DROP FUNCTION phones_before_import(uuid[])")]
