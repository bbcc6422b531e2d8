"""Every look at a whole number is a row, written by the door that gives the number (D-6).

The door checks the scope, counts against the rule `reveal_quota` and against a ceiling that no
rule lifts, and writes the row, all in one function: a statement stacked onto another gives one
number at a time, counted and told like any. Its person is the holder of the post in the signed
scope. `residents_revealcount` is read by nobody any more and goes with the next release.
"""

import django.db.models.deletion
from django.db import migrations, models

from portal.orgs.rls import protect

DOOR = """
REVOKE ALL ON residents_reveal FROM portal_app;
GRANT SELECT ON residents_reveal TO portal_app;

-- the door of before counts nothing: nobody enters it any more, and it goes with the next release
REVOKE ALL ON FUNCTION reveal_secret(uuid, text) FROM PUBLIC;
CREATE FUNCTION reveal_secret(person uuid, wanted text, why text)
RETURNS TABLE (refused text, secret_id uuid, key_id varchar, cipher bytea)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
DECLARE
    low bigint := public.app_low();
    span bigint := public.app_span();
    looker bigint;
    rule jsonb;
    day_begins timestamptz;
    looks integer;
    found public.residents_secret;
BEGIN
    IF low IS NULL THEN RETURN; END IF;
    SELECT a.user_id INTO looker FROM public.orgs_appointment a
    WHERE a.id = split_part(current_setting('app.scope', true), '.', 4)::bigint;
    SELECT * INTO found FROM public.residents_secret s
    WHERE s.resident_id = person AND s.kind = wanted AND s.committee_id - low BETWEEN 0 AND span;
    IF looker IS NULL OR found.id IS NULL THEN RETURN; END IF;
    -- looks of one person at the same moment are counted one after the other
    PERFORM pg_advisory_xact_lock(731010700, looker::integer);
    day_begins := date_trunc('day', now() AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'Asia/Shanghai';
    SELECT r.parameters INTO rule FROM public.rules_ruleset r
    WHERE r.code = 'reveal_quota' AND r.effective_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date
    AND (r.effective_to IS NULL OR r.effective_to > (now() AT TIME ZONE 'Asia/Shanghai')::date)
    ORDER BY r.version DESC LIMIT 1;
    SELECT count(*) INTO looks FROM public.residents_reveal v
    WHERE v.user_id = looker AND v.at >= day_begins;
    IF looks >= least(300, (rule ->> CASE span WHEN 0 THEN 'per_day_committee'
        WHEN 999 THEN 'per_day_street' ELSE 'per_day_district' END)::integer) THEN
        RETURN QUERY SELECT 'day', NULL::uuid, NULL::varchar, NULL::bytea;
        RETURN;
    END IF;
    SELECT count(*) INTO looks FROM public.residents_reveal v
    WHERE v.user_id = looker AND v.at > clock_timestamp() - interval '1 minute';
    IF looks >= least(60, (rule ->> 'per_minute')::integer) THEN
        RETURN QUERY SELECT 'minute', NULL::uuid, NULL::varchar, NULL::bytea;
        RETURN;
    END IF;
    INSERT INTO public.residents_reveal (user_id, committee_id, resident_id, kind, purpose, at)
    VALUES (looker, found.committee_id, person, wanted, left(why, 32), clock_timestamp());
    RETURN QUERY SELECT '', found.id, found.key_id, found.cipher;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("residents", "0004_identity_sentence"),
        ("orgs", "0003_scope_of_one_transaction"),
        ("rules", "0001_initial"),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name="RevealCount")]
        ),
        migrations.CreateModel(
            name="Reveal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_id", models.BigIntegerField(verbose_name="人员编号")),
                ("resident_id", models.UUIDField(verbose_name="居民")),
                ("kind", models.CharField(choices=[("identity", "证件号"), ("phone", "手机")], max_length=8)),
                ("purpose", models.CharField(max_length=32, verbose_name="事由")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("committee", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orgs.orgunit")),
            ],
            options={
                "verbose_name": "查看完整号码",
                "indexes": [
                    models.Index(fields=["user_id", "-at"], name="residents_looks_of"),
                    models.Index(fields=["at"], name="residents_looks_by_day"),
                ],
            },
        ),
        protect("residents_reveal"),
        migrations.RunSQL(DOOR, migrations.RunSQL.noop),
    ]
