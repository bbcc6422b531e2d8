"""Drafts of the entry page, walled like the register (ciphertext; ui.md 8.4)."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect


class Migration(migrations.Migration):

    dependencies = [
        ('housing', '0004_rooms'),
        ('orgs', '0005_guard_of_posts'),
        ('residents', '0010_transfers'),
    ]

    operations = [
        migrations.CreateModel(
            name='EntryDraft',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('user_id', models.BigIntegerField(verbose_name='填写人')),
                ('room', models.CharField(max_length=60, verbose_name='房屋')),
                ('people', models.IntegerField(verbose_name='人数')),
                ('sealed', models.BinaryField(verbose_name='密文')),
                ('saved_at', models.DateTimeField(verbose_name='保存时间')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('dwelling', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='housing.dwellingunit', verbose_name='房屋')),
            ],
            options={
                'verbose_name': '入户登记草稿',
                'indexes': [models.Index(fields=['saved_at'], name='res_draft_saved')],
                'constraints': [models.UniqueConstraint(fields=('user_id', 'dwelling'), name='residents_one_draft')],
            },
        ),
        protect("residents_entrydraft"),
        migrations.RunSQL(
            "ALTER TABLE residents_entrydraft ADD CONSTRAINT "
            "residents_entrydraft_dwelling_id_committee FOREIGN KEY (dwelling_id, committee_id) "
            "REFERENCES housing_dwellingunit (id, committee_id) ON UPDATE CASCADE "
            "DEFERRABLE INITIALLY IMMEDIATE",
            "ALTER TABLE residents_entrydraft DROP CONSTRAINT "
            "residents_entrydraft_dwelling_id_committee",
        ),
    ]
