"""How far lists and register agreed, by unit, kept when the rows of a comparison are gone."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect

#: What was counted on a past day is counted so today.
KEEP = ["REVOKE UPDATE, DELETE ON exchange_reconciliation FROM portal_app"]
LET_GO = ["GRANT UPDATE, DELETE ON exchange_reconciliation TO portal_app"]


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0008_forms'),
        ('orgs', '0012_shared_views'),
    ]

    operations = [
        migrations.CreateModel(
            name='Reconciliation',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('partner', models.CharField(choices=[('population', '市实有人口信息系统'), ('hrss', '人力资源社会保障'), ('housing', '住房保障和房屋管理'), ('civil', '民政'), ('education', '教育（学校）'), ('platform', '居（村）委综合管理信息平台'), ('ledger', '其他电子台账')], max_length=12, verbose_name='来源单位')),
                ('kind', models.CharField(max_length=20, verbose_name='比对内容')),
                ('finished_on', models.DateField(verbose_name='完成日期')),
                ('same', models.PositiveIntegerField(verbose_name='两边一致')),
                ('records', models.PositiveIntegerField(verbose_name='两边并集')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.comparisonrun', verbose_name='比对')),
            ],
            options={
                'verbose_name': '对账结果',
                'indexes': [models.Index(fields=['committee', 'partner', 'kind', 'finished_on', 'id'], name='exchange_reconciled')],
                'constraints': [models.UniqueConstraint(fields=('run', 'committee'), name='exchange_reconciled_once', violation_error_message='这次比对已记过这个单位的结果'), models.CheckConstraint(condition=models.Q(('records__gte', 1), ('same__lte', models.F('records'))), name='exchange_same_within_union', violation_error_message='一致的记录不能多于两边的并集，并集不能为空')],
            },
        ),
        protect("exchange_reconciliation"),
        migrations.RunSQL(KEEP, LET_GO),
    ]
