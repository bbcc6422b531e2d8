"""Seals over the trail: batches, their chain, and how far the sealing has come (D-8).

`audit_next_batch()` computes what the next seal covers. It runs as the owner, since the
application may not read the trail; it tells numbers and a digest, never a row. A batch is every
event of the transactions from the last seal's end up to the oldest that still runs: whatever
commits late belongs to a later batch, so nothing is skipped (a mark by id would skip it for good).
"""

from django.db import migrations, models

# the same words as in portal.audit.seals, which recomputes the digests with its own
FORM = """jsonb_build_array(
    e.id, (extract(epoch FROM e.at) * 1000000)::bigint, e.action, e.actor_id, e.actor_name,
    e.actor_unit, e.actor_unit_name, e.actor_role, e.scope_code, e.target_type, e.target_id,
    e.target_text, to_jsonb(e.subjects), e.changes, e.purpose, e.reason, e.result, e.request_id,
    host(e.ip), e.xid::text)::text"""
RIGHTS = """
REVOKE ALL ON audit_seal, audit_sealing FROM portal_app, portal_audit;
GRANT SELECT, INSERT ON audit_seal TO portal_app;
GRANT SELECT, UPDATE (verified_at, verified_note) ON audit_sealing TO portal_app;
GRANT SELECT ON audit_seal TO portal_audit;
INSERT INTO audit_sealing (id, mark_at, mark_xid, sealed_through, verified_note)
VALUES (1, now(), pg_snapshot_xmax(pg_current_snapshot())::text::bigint, now(), '');
"""
NEXT_BATCH = f"""
CREATE FUNCTION audit_next_batch(most integer) RETURNS TABLE (
    seq bigint, xid_from bigint, xid_to bigint, events bigint, first_id bigint, last_id bigint,
    root bytea, previous bytea, complete boolean
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
#variable_conflict use_column
DECLARE
    held public.audit_sealing;
    latest public.audit_seal;
    low xid8;
    high xid8 := pg_snapshot_xmin(pg_current_snapshot());
    horizon xid8 := high;
    edge xid8;
BEGIN
    SELECT * INTO STRICT held FROM public.audit_sealing FOR UPDATE;
    SELECT * INTO latest FROM public.audit_seal s ORDER BY s.seq DESC LIMIT 1;
    low := coalesce(latest.xid_to, 0)::text::xid8;
    IF high < low THEN
        RAISE EXCEPTION 'the transaction counter % is behind the last seal %', high, low;
    END IF;
    SELECT e.xid INTO edge FROM public.audit_auditevent e
    WHERE e.xid >= low AND e.xid < high ORDER BY e.xid OFFSET most LIMIT 1;
    IF edge = low THEN
        SELECT min(e.xid) INTO edge FROM public.audit_auditevent e
        WHERE e.xid > low AND e.xid < high;
    END IF;
    high := coalesce(edge, high);
    IF high = horizon THEN
        IF horizon::text::bigint >= held.mark_xid THEN
            UPDATE public.audit_sealing SET sealed_through = mark_at, mark_at = now(),
                mark_xid = pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
        END IF;
    END IF;
    RETURN QUERY
    SELECT coalesce(latest.seq, 0) + 1, low::text::bigint, high::text::bigint, count(*),
        min(e.id), max(e.id),
        sha256(coalesce(string_agg(sha256(convert_to({FORM}, 'UTF8')), ''::bytea
            ORDER BY e.xid, e.id, e.at), ''::bytea)),
        coalesce(latest.digest, ''::bytea), high = horizon
    FROM public.audit_auditevent e WHERE e.xid >= low AND e.xid < high;
END
$$;
REVOKE ALL ON FUNCTION audit_next_batch(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_next_batch(integer) TO portal_app;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_partitions")]
    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(verbose_name="封存时间")),
                ("xid_from", models.BigIntegerField(verbose_name="起始事务")),
                ("xid_to", models.BigIntegerField(verbose_name="截止事务")),
                ("events", models.BigIntegerField(verbose_name="条数")),
                ("first_id", models.BigIntegerField(verbose_name="首条编号")),
                ("last_id", models.BigIntegerField(verbose_name="末条编号")),
                ("root", models.BinaryField(max_length=32, verbose_name="内容摘要")),
                ("previous", models.BinaryField(max_length=32, verbose_name="上一封存")),
                ("digest", models.BinaryField(max_length=32, verbose_name="封存摘要")),
                ("signature", models.BinaryField(max_length=64, verbose_name="签名")),
            ],
            options={"verbose_name": "留痕封存"},
        ),
        migrations.CreateModel(
            name="Sealing",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("mark_at", models.DateTimeField(verbose_name="标记时间")),
                ("mark_xid", models.BigIntegerField(verbose_name="标记事务")),
                ("sealed_through", models.DateTimeField(verbose_name="已封存至")),
                ("verified_at", models.DateTimeField(null=True, verbose_name="校验时间")),
                (
                    "verified_note",
                    models.CharField(blank=True, max_length=300, verbose_name="校验发现"),
                ),
            ],
            options={
                "verbose_name": "封存进度",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="audit_sealing_single_row"
                    )
                ],
            },
        ),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunSQL(NEXT_BATCH, "DROP FUNCTION audit_next_batch(integer)"),
    ]
