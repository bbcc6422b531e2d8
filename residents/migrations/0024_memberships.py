"""What somebody was in a household before, walled; it follows the dwelling to another committee."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect


class Migration(migrations.Migration):

    dependencies = [
        ('housing', '0008_legality'),
        ('orgs', '0009_housing_officer'),
        ('residents', '0021_quality_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='PastMembership',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('relation', models.CharField(blank=True, max_length=2, verbose_name='与户主关系')),
                ('valid_from', models.DateField(verbose_name='起')),
                ('valid_to', models.DateField(verbose_name='止')),
                ('act', models.CharField(choices=[('split', '分户'), ('merge', '并户'), ('head', '更换户主'), ('move', '转户')], max_length=5, verbose_name='事项')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('changed_at', models.DateTimeField(verbose_name='办理时间')),
                ('changed_by', models.CharField(max_length=50, verbose_name='办理人')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('dwelling', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='housing.dwellingunit')),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='past_members', to='residents.household')),
                ('residence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='past_memberships', to='residents.residence')),
            ],
            options={
                'verbose_name': '曾在户',
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__gte', models.F('valid_from'))), name='residents_membership_days', violation_error_message='户内关系的止日不能早于起日')],
            },
        ),
        protect("residents_pastmembership"),
        migrations.RunSQL(
            "ALTER TABLE residents_pastmembership ADD CONSTRAINT "
            "residents_pastmembership_dwelling_id_committee FOREIGN KEY (dwelling_id, committee_id) "
            "REFERENCES housing_dwellingunit (id, committee_id) ON UPDATE CASCADE "
            "DEFERRABLE INITIALLY IMMEDIATE",
            "ALTER TABLE residents_pastmembership DROP CONSTRAINT "
            "residents_pastmembership_dwelling_id_committee",
        ),
    ]
