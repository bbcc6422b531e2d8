"""The rooms of dwellings, what they say of how these are let, and officers' words, walled in."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect

TABLES = {
    "housing_room": "housing_room_of_dwelling",
    "housing_grouprentaltest": "housing_letting_of_dwelling",
    "housing_grouprentaldecision": "housing_rental_of_dwelling",
}
SAME_COMMITTEE = [
    f"ALTER TABLE {table} ADD CONSTRAINT {key} "
    "FOREIGN KEY (dwelling_id, committee_id) REFERENCES housing_dwellingunit (id, committee_id) "
    "ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE"
    for table, key in TABLES.items()
]
LOOSEN = [f"ALTER TABLE {table} DROP CONSTRAINT {key}" for table, key in TABLES.items()]


class Migration(migrations.Migration):

    dependencies = [
        ('housing', '0008_legality'),
        ('orgs', '0009_housing_officer'),
    ]

    operations = [
        migrations.CreateModel(
            name='GroupRentalDecision',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('kind', models.CharField(choices=[('confirmed', '认定群租'), ('dismissed', '查实不是群租'), ('rectified', '整改完成')], max_length=10, verbose_name='结论')),
                ('visited_on', models.DateField(verbose_name='上门日期')),
                ('visitor_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None, verbose_name='上门人员编号')),
                ('visitors', models.CharField(max_length=200, verbose_name='上门人员')),
                ('badge_shown', models.BooleanField(verbose_name='已出示证件')),
                ('entry_basis', models.CharField(choices=[('consent', '住户同意'), ('legal_power', '依法检查'), ('outside_only', '未入户')], max_length=12, verbose_name='入户依据')),
                ('facts', models.CharField(max_length=200, verbose_name='事实和理由')),
                ('assistance', models.CharField(blank=True, max_length=200, verbose_name='帮助安置')),
                ('officer_id', models.BigIntegerField(verbose_name='认定人编号')),
                ('officer', models.CharField(max_length=50, verbose_name='认定人')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('dwelling', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rental_decisions', to='housing.dwellingunit', verbose_name='房屋')),
            ],
            options={
                'verbose_name': '群租认定',
                'indexes': [models.Index(fields=['dwelling', '-at'], name='housing_rental_latest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('visitor_ids__len__gte', 2)), name='housing_rental_visit_of_two', violation_error_message='上门应有两人以上'), models.CheckConstraint(condition=models.Q(('badge_shown', True)), name='housing_rental_badge_shown', violation_error_message='上门应出示证件'), models.CheckConstraint(condition=models.Q(('entry_basis', 'outside_only'), ('kind', 'confirmed'), _negated=True), name='housing_rental_seen_inside', violation_error_message='没有入户不能认定群租'), models.CheckConstraint(condition=models.Q(('assistance', ''), ('kind', 'rectified'), _negated=True), name='housing_rental_helped', violation_error_message='整改完成要写明对住户的帮助安置')],
            },
        ),
        migrations.CreateModel(
            name='GroupRentalTest',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('state', models.CharField(choices=[('unknown', '无法判断'), ('clear', '未见群租'), ('suspected', '疑似'), ('confirmed', '已认定'), ('rectified', '已整改')], max_length=10, verbose_name='群租状态')),
                ('criteria', models.JSONField(default=list, verbose_name='各项标准')),
                ('rule', models.CharField(max_length=40, verbose_name='所依规则')),
                ('tested_at', models.DateTimeField(verbose_name='判断时间')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('dwelling', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='group_rental', to='housing.dwellingunit', verbose_name='房屋')),
            ],
            options={
                'verbose_name': '群租判断',
                'indexes': [models.Index(fields=['street_id', 'tested_at', 'id'], name='housing_lettings_street'), models.Index(fields=['tested_at', 'id'], include=('committee',), name='housing_lettings')],
            },
        ),
        migrations.CreateModel(
            name='Room',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('label', models.CharField(max_length=20, verbose_name='房间')),
                ('use', models.CharField(choices=[('bedroom', '卧室'), ('living', '起居室'), ('kitchen', '厨房'), ('bath', '卫生间'), ('balcony', '阳台'), ('storage', '贮藏室'), ('partition', '隔出的小间')], max_length=10, verbose_name='原设计用途')),
                ('usable_area', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name='使用面积（m²）')),
                ('by_bed', models.CharField(blank=True, choices=[('yes', '按床位出租'), ('no', '不按床位')], max_length=3, verbose_name='按床位出租')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='撤销日期')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('dwelling', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='room_set', to='housing.dwellingunit', verbose_name='房屋')),
            ],
            options={
                'verbose_name': '房间',
                'indexes': [models.Index(condition=models.Q(('closed_on', None)), fields=['dwelling'], name='housing_rooms_of_dwelling')],
                'constraints': [models.UniqueConstraint(fields=('id', 'committee'), name='housing_room_committee'), models.UniqueConstraint(condition=models.Q(('closed_on', None)), fields=('dwelling', 'label'), name='housing_room_label_once', violation_error_message='这套房屋已有同名的房间'), models.CheckConstraint(condition=models.Q(('usable_area', None), models.Q(('usable_area__gt', 0), ('usable_area__lte', 500)), _connector='OR'), name='housing_room_area_plausible', violation_error_message='使用面积应大于 0、不超过 500 m²')],
            },
        ),
        *[protect(table) for table in TABLES],
        migrations.RunSQL(SAME_COMMITTEE, LOOSEN),
    ]
