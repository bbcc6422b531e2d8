"""Months are closed for good, runs say when they failed and until when nothing has changed."""

from django.db import migrations, models

KEEP = """
CREATE OR REPLACE FUNCTION metrics_keep_snapshot() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_TABLE_NAME = 'metrics_metricrun' THEN
        IF OLD.kind IN ('nightly', 'monthly') AND OLD.state = 'published' THEN
            RAISE EXCEPTION 'a published snapshot does not change';
        END IF;
    ELSIF EXISTS (SELECT 1 FROM public.metrics_metricrun r WHERE r.id = OLD.run_id
                  AND r.kind IN ('nightly', 'monthly') AND r.state = 'published') THEN
        RAISE EXCEPTION 'a published snapshot does not change';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$
"""
LET_GO = KEEP.replace("IN ('nightly', 'monthly')", "= 'nightly'")


class Migration(migrations.Migration):
    dependencies = [("metrics", "0002_walls")]
    operations = [
        migrations.AddField(
            "metricrun", "confirmed_at", models.DateTimeField("确认无变动时间", null=True)
        ),
        migrations.AddField("metricrun", "failed_at", models.DateTimeField("失败时间", null=True)),
        migrations.AddField(
            "metricrun",
            "mark",
            models.CharField("登记变动标记", max_length=40, blank=True, db_default=""),
        ),
        migrations.AlterField(
            "metricrun",
            "kind",
            models.CharField(
                "类别",
                max_length=8,
                choices=[("preview", "当日预览"), ("nightly", "每日快照"), ("monthly", "月结")],
            ),
        ),
        migrations.RunSQL(KEEP, LET_GO),
    ]
