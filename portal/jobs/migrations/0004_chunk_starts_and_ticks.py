"""How often a chunk was begun, and what the clock has done; old code may run beside it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0003_counts'),
    ]

    operations = [
        migrations.AddField(
            model_name='jobchunk',
            name='starts',
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name='Tick',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('schedule', models.CharField(max_length=40)),
                ('due_at', models.DateTimeField()),
                ('done_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': '定时任务',
                'constraints': [models.UniqueConstraint(fields=('schedule', 'due_at'), name='jobs_tick_done_once')],
            },
        ),
    ]
