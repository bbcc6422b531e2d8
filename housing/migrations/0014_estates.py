"""Estates as records of their own, walled in, and the building's way to its own.

The text column `estate` of a building stays as it is: the release before reads and writes it. The
model calls it `estate_name` now.
"""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import portal.orgs.records
from portal.orgs.rls import protect


class Migration(migrations.Migration):
    dependencies = [("housing", "0013_building_facts"), ("orgs", "0002_scope_functions")]

    operations = [
        migrations.CreateModel(
            name='Estate',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('name', models.CharField(db_collation='C', max_length=60, verbose_name='小区名称')),
                ('property_company', models.CharField(blank=True, max_length=60, verbose_name='物业公司')),
                ('owners_committee', models.CharField(blank=True, choices=[('1', '已成立'), ('0', '未成立')], max_length=1, verbose_name='业委会')),
                ('built_from', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='建成年份（起）')),
                ('built_to', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='建成年份（止）')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='并入日期')),
                ('source', models.CharField(default='S1', max_length=2, verbose_name='来源')),
                ('updated_at', models.DateTimeField(verbose_name='变更时间')),
                ('updated_by', models.CharField(max_length=50, verbose_name='变更人')),
                ('version', models.IntegerField(default=1)),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('joined_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='housing.estate', verbose_name='并入小区')),
            ],
            options={
                'verbose_name': '小区',
                'indexes': [models.Index(fields=['committee', 'name', 'id'], name='housing_estates_committee'), models.Index(fields=['street_id', 'name', 'id'], name='housing_estates_street'), models.Index(fields=['name', 'id'], include=('committee',), name='housing_estates_district')],
                'constraints': [models.UniqueConstraint(fields=('id', 'committee'), name='housing_estate_committee'), models.UniqueConstraint(condition=models.Q(('ended_on', None)), fields=('committee', 'name'), name='housing_estate_name_once', violation_error_message='本居（村）委已有同名小区'), models.CheckConstraint(condition=models.Q(('built_from', None), ('built_from__range', (1840, 2100)), _connector='OR'), name='housing_estate_built_from_plausible', violation_error_message='建成年份应在 1840 到 2100 之间'), models.CheckConstraint(condition=models.Q(('built_to', None), models.Q(('built_from__isnull', False), ('built_to__gte', models.F('built_from')), ('built_to__lte', 2100)), _connector='OR'), name='housing_estate_built_in_order', violation_error_message='建成年份的止年不早于起年'), models.CheckConstraint(condition=models.Q(models.Q(('ended_on', None), ('joined_to', None)), models.Q(('ended_on__isnull', False), ('joined_to__isnull', False)), _connector='OR'), name='housing_estate_ended_into_another', violation_error_message='并入日期与并入的小区应同时填写')],
            },
        ),
        protect("housing_estate"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("building", "estate", "estate_name"),
                migrations.AlterField(
                    "building",
                    "estate_name",
                    models.CharField(blank=True, db_column='estate', max_length=60, verbose_name='小区'),
                ),
            ],
        ),
        migrations.AddField(
            "building",
            "estate",
            models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='building_set', to='housing.estate', verbose_name='小区'),
        ),
    ]
