"""What the housing department found, walled in; only its findings are written there."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect

TABLE = "housing_legalitydetermination"
SAME_COMMITTEE = f"""
ALTER TABLE {TABLE} ADD CONSTRAINT housing_legality_of_dwelling
FOREIGN KEY (dwelling_id, committee_id) REFERENCES housing_dwellingunit (id, committee_id)
ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE
"""


class Migration(migrations.Migration):

    dependencies = [
        ('housing', '0007_codes_given_once'),
        ('orgs', '0008_force_member'),
    ]

    operations = [
        migrations.CreateModel(
            name='LegalityDetermination',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('result', models.CharField(choices=[('1', '合法'), ('2', '违法建筑'), ('3', '危险房屋'), ('4', '擅自改变用途'), ('5', '认定中'), ('6', '无法认定'), ('9', '未认定')], max_length=1, verbose_name='认定结果')),
                ('part', models.CharField(choices=[('whole', '整套'), ('part', '部分')], default='whole', max_length=5, verbose_name='认定范围')),
                ('basis_no', models.CharField(blank=True, max_length=60, verbose_name='依据文号')),
                ('basis_organ', models.CharField(blank=True, max_length=60, verbose_name='出具机关')),
                ('basis_on', models.DateField(blank=True, null=True, verbose_name='依据日期')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('officer', models.CharField(max_length=50, verbose_name='认定人')),
                ('at', models.DateTimeField(verbose_name='认定时间')),
                ('review_asked_on', models.DateField(blank=True, null=True, verbose_name='提出异议日期')),
                ('review_note', models.CharField(blank=True, max_length=200, verbose_name='异议及答复')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('dwelling', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='determinations', to='housing.dwellingunit', verbose_name='房屋')),
            ],
            options={
                'verbose_name': '合法性认定',
                'indexes': [models.Index(fields=['dwelling', '-at'], name='housing_legality_latest')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('result__in', ['1', '2', '3', '4']), _negated=True), models.Q(models.Q(('basis_no', ''), _negated=True), models.Q(('basis_organ', ''), _negated=True), ('basis_on__isnull', False)), _connector='OR'), name='housing_legality_on_paper', violation_error_message='认定要写明依据文号、出具机关和日期'), models.CheckConstraint(condition=models.Q(models.Q(('review_asked_on', None), ('review_note', '')), models.Q(('review_asked_on__isnull', False), models.Q(('review_note', ''), _negated=True)), _connector='OR'), name='housing_legality_review_told', violation_error_message='异议日期和内容要一起填')],
            },
        ),
        protect(TABLE),
        migrations.RunSQL(
            SAME_COMMITTEE, f"ALTER TABLE {TABLE} DROP CONSTRAINT housing_legality_of_dwelling"
        ),
    ]
