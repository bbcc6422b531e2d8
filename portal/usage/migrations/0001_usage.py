"""How often each committee used the municipal system, walled in."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orgs', '0012_shared_views'),
    ]

    operations = [
        migrations.CreateModel(
            name='SystemUsage',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('day', models.DateField(verbose_name='日期')),
                ('sessions', models.PositiveIntegerField(verbose_name='有目的使用次数')),
                ('source', models.CharField(choices=[('hand', '手工'), ('file', '文件')], max_length=4, verbose_name='来源')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('updated_at', models.DateTimeField(verbose_name='更新时间')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
            ],
            options={
                'verbose_name': '市系统使用',
                'constraints': [models.UniqueConstraint(fields=('committee', 'day'), name='usage_day_once'), models.CheckConstraint(condition=models.Q(('sessions__lte', 9999)), name='usage_sessions_can_be_right', violation_error_message='一天的使用次数应在 0 到 9999 之间')],
            },
        ),
        protect("usage_systemusage"),
    ]
