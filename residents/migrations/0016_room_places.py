"""In which room somebody sleeps, walled in; the room is one of the same committee."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect

TABLE = "residents_roomplace"
SAME_COMMITTEE = (
    f"ALTER TABLE {TABLE} ADD CONSTRAINT residents_place_in_room "
    "FOREIGN KEY (room_id, committee_id) REFERENCES housing_room (id, committee_id) "
    "ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE"
)


class Migration(migrations.Migration):

    dependencies = [
        ('housing', '0009_dwelling_rooms'),
        ('orgs', '0009_housing_officer'),
        ('residents', '0015_corrections'),
    ]

    operations = [
        migrations.CreateModel(
            name='RoomPlace',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('residence', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='room_place', to='residents.residence', verbose_name='居住段')),
                ('room', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='housing.room', verbose_name='房间')),
            ],
            options={
                'verbose_name': '居住房间',
            },
        ),
        protect(TABLE),
        migrations.RunSQL(
            SAME_COMMITTEE, f"ALTER TABLE {TABLE} DROP CONSTRAINT residents_place_in_room"
        ),
    ]
