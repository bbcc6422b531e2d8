"""Which rules could not be asked, so that a page says so."""



from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('quality', '0002_walls'),
    ]

    operations = [
        migrations.CreateModel(
            name='RuleFailure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=8, verbose_name='规则')),
                ('unit', models.BigIntegerField(verbose_name='单位')),
                ('failed_at', models.DateTimeField(verbose_name='时间')),
            ],
            options={
                'verbose_name': '未能检查的规则',
                'constraints': [models.UniqueConstraint(fields=('rule', 'unit'), name='quality_failed_once')],
            },
        ),
    ]
