import freiblatt.readers.models
from django.db import migrations, models


def without() -> models.CharField:
    return models.CharField(blank=True, default='', editable=False, max_length=12)


def with_salt() -> models.CharField:
    return models.CharField(blank=True, default=freiblatt.readers.models.new_salt, editable=False, max_length=12)


class Migration(migrations.Migration):

    dependencies = [
        ('readers', '0002_origin'),
    ]

    # Rows that exist stay without one, so that links in letters that have gone out lead on. What is made from now on
    # has one, and no link without it leads there, whatever number a restored database gives it.
    operations = [
        migrations.AddField(model_name='reader', name='salt', field=without()),
        migrations.AddField(model_name='consent', name='salt', field=without()),
        migrations.AlterField(model_name='reader', name='salt', field=with_salt()),
        migrations.AlterField(model_name='consent', name='salt', field=with_salt()),
    ]
