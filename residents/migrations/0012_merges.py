"""Duplicate registrations made one, walled like the register; a merge follows the kept record."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0007_no_key_no_actor'),
        ('residents', '0011_drafts'),
    ]

    operations = [
        migrations.CreateModel(
            name='ResidentMerge',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('exchanged', models.JSONField(default=list)),
                ('voided', models.JSONField(default=list)),
                ('taken', models.JSONField(default=list)),
                ('wards', models.JSONField(default=list)),
                ('kept_version', models.IntegerField()),
                ('dropped_version', models.IntegerField()),
                ('reason', models.CharField(max_length=200, verbose_name='依据')),
                ('merged_at', models.DateTimeField(verbose_name='合并时间')),
                ('merged_by', models.CharField(max_length=50, verbose_name='合并人')),
                ('undo_until', models.DateField(verbose_name='可撤销至')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='撤销时间')),
                ('undone_by', models.CharField(blank=True, max_length=50, verbose_name='撤销人')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('dropped', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.resident', verbose_name='重复的记录')),
                ('kept', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.resident', verbose_name='保留的记录')),
            ],
            options={
                'verbose_name': '重复登记合并',
                'constraints': [models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('dropped',), name='residents_dropped_once', violation_error_message='这条记录已经合并过'), models.CheckConstraint(condition=models.Q(('kept', models.F('dropped')), _negated=True), name='residents_merge_of_two', violation_error_message='不能与自己合并')],
            },
        ),
        protect("residents_residentmerge"),
        migrations.RunSQL(
            "ALTER TABLE residents_residentmerge ADD CONSTRAINT "
            "residents_residentmerge_kept_id_committee FOREIGN KEY (kept_id, committee_id) "
            "REFERENCES residents_resident (id, committee_id) ON UPDATE CASCADE "
            "DEFERRABLE INITIALLY IMMEDIATE",
            "ALTER TABLE residents_residentmerge DROP CONSTRAINT "
            "residents_residentmerge_kept_id_committee",
        ),
    ]
