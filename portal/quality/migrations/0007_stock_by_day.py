"""The stock of each rule by day, and since when a rule has failed; a wall around the counts."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0011_service_roles'),
        ('quality', '0006_stock_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='rulefailure',
            name='since',
            field=models.DateTimeField(blank=True, null=True, verbose_name='首次未能检查'),
        ),
        migrations.CreateModel(
            name='IssueCount',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('day', models.DateField(verbose_name='日期')),
                ('rule', models.CharField(max_length=8, verbose_name='规则')),
                ('open', models.PositiveIntegerField(verbose_name='现存')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
            ],
            options={
                'verbose_name': '每日现存问题数',
                'indexes': [models.Index(fields=['street_id', 'day'], include=('rule', 'open'), name='quality_count_street'), models.Index(fields=['day'], include=('committee', 'rule', 'open'), name='quality_count_day')],
                'constraints': [models.UniqueConstraint(fields=('committee', 'day', 'rule'), name='quality_count_once')],
            },
        ),
        protect("quality_issuecount"),
    ]
