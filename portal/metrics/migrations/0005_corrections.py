"""What later closes note of closed months, walled and kept like the closes themselves."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect

KEEP = [
    "REVOKE UPDATE ON metrics_correction FROM portal_app",
    "CREATE TRIGGER metrics_keep_correction BEFORE DELETE ON metrics_correction "
    "FOR EACH ROW EXECUTE FUNCTION metrics_keep_snapshot()",
]
LET_GO = [
    "DROP TRIGGER metrics_keep_correction ON metrics_correction",
    "GRANT UPDATE ON metrics_correction TO portal_app",
]


class Migration(migrations.Migration):

    dependencies = [
        ('metrics', '0004_one_close_a_month'),
        ('orgs', '0011_service_roles'),
    ]

    operations = [
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('month_end', models.DateField(verbose_name='更正的月末')),
                ('metric', models.CharField(max_length=40, verbose_name='指标')),
                ('was', models.DecimalField(decimal_places=4, max_digits=16, verbose_name='原数')),
                ('now', models.DecimalField(decimal_places=4, max_digits=16, verbose_name='现数')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='metrics.metricrun')),
            ],
            options={
                'verbose_name': '月结后更正',
                'indexes': [models.Index(fields=['month_end', 'street_id'], name='metrics_corrections')],
                'constraints': [models.UniqueConstraint(fields=('committee', 'run', 'month_end', 'metric'), name='metrics_noted_once', violation_error_message='这项更正已经记入')],
            },
        ),
        protect("metrics_correction"),
        migrations.RunSQL(KEEP, LET_GO),
    ]
