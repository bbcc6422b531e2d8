"""Leases, walled in and tied to their dwelling's committee; until when a dwelling is let."""

import datetime
import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect

SAME_COMMITTEE = """
ALTER TABLE housing_lease ADD CONSTRAINT housing_lease_of_dwelling
FOREIGN KEY (dwelling_id, committee_id) REFERENCES housing_dwellingunit (id, committee_id)
ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE
"""


class Migration(migrations.Migration):

    dependencies = [
        ('housing', '0004_rooms'),
        ('orgs', '0007_no_key_no_actor'),
    ]

    operations = [
        migrations.AddField(
            model_name='dwellingunit',
            name='leased_until',
            field=models.DateField(blank=True, null=True, verbose_name='租赁登记至'),
        ),
        migrations.CreateModel(
            name='Lease',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('address', models.CharField(max_length=160, verbose_name='地址')),
                ('kind', models.CharField(choices=[('whole', '整租'), ('shared', '合租'), ('sublet', '转租'), ('dormitory', '集体宿舍'), ('centralised', '集中出租')], default='whole', max_length=12, verbose_name='租赁方式')),
                ('rooms', models.CharField(blank=True, max_length=40, verbose_name='出租部位')),
                ('room_count', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='出租间数')),
                ('landlord_kind', models.CharField(choices=[('person', '个人'), ('organisation', '单位')], default='person', max_length=12, verbose_name='出租人类型')),
                ('landlord', models.CharField(max_length=50, verbose_name='出租人')),
                ('lessee', models.CharField(max_length=50, verbose_name='承租人')),
                ('intermediary', models.CharField(blank=True, max_length=60, verbose_name='居间或代理机构')),
                ('contract_no', models.CharField(blank=True, max_length=40, verbose_name='合同编号')),
                ('starts_on', models.DateField(verbose_name='起租日期')),
                ('ends_on', models.DateField(verbose_name='止租日期')),
                ('persons_declared', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='约定居住人数')),
                ('safety_signed', models.BooleanField(default=False, verbose_name='已签安全承诺书')),
                ('filing_no', models.CharField(blank=True, max_length=40, verbose_name='备案号')),
                ('filed_on', models.DateField(blank=True, null=True, verbose_name='备案日期')),
                ('file_by', models.DateField(verbose_name='应备案日期')),
                ('state', models.CharField(choices=[('active', '在租'), ('renewed', '已续租'), ('ended', '已终止'), ('void', '误登已撤销')], default='active', max_length=8, verbose_name='状态')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='终止日期')),
                ('end_reason', models.CharField(blank=True, max_length=200, verbose_name='事由')),
                ('created_at', models.DateTimeField(verbose_name='登记时间')),
                ('created_by', models.CharField(max_length=50, verbose_name='登记人')),
                ('updated_at', models.DateTimeField(verbose_name='变更时间')),
                ('updated_by', models.CharField(max_length=50, verbose_name='变更人')),
                ('version', models.IntegerField(default=1)),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('dwelling', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='leases', to='housing.dwellingunit', verbose_name='房屋')),
                ('renews', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='renewal', to='housing.lease', verbose_name='续自')),
            ],
            options={
                'verbose_name': '租赁',
                'indexes': [models.Index(fields=['committee', 'ends_on', 'id'], name='housing_leases_committee'), models.Index(fields=['street_id', 'ends_on', 'id'], name='housing_leases_street'), models.Index(fields=['ends_on', 'id'], include=('committee',), name='housing_leases_district')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='housing_lease_in_order', violation_error_message='止租日期早于起租日期'), models.CheckConstraint(condition=models.Q(('ends_on__lte', django.db.models.expressions.CombinedExpression(models.F('starts_on'), '+', models.Value(datetime.timedelta(days=7305))))), name='housing_lease_not_too_long', violation_error_message='租期最长 20 年'), models.CheckConstraint(condition=models.Q(models.Q(('filed_on', None), ('filing_no', '')), models.Q(models.Q(('filing_no', ''), _negated=True), ('filed_on__isnull', False)), _connector='OR'), name='housing_lease_filed_with_number', violation_error_message='备案号和备案日期要一起填'), models.CheckConstraint(condition=models.Q(models.Q(('ended_on__isnull', False), ('state', 'ended')), models.Q(models.Q(('state', 'ended'), _negated=True), ('ended_on', None)), _connector='OR'), name='housing_lease_ended_on_a_day', violation_error_message='终止租赁要有终止日期')],
            },
        ),
        protect("housing_lease"),
        migrations.RunSQL(
            SAME_COMMITTEE, "ALTER TABLE housing_lease DROP CONSTRAINT housing_lease_of_dwelling"
        ),
    ]
