from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('readers', '0001_readers_and_consents'),
    ]

    operations = [
        migrations.AddField(
            model_name='consent',
            name='origin',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
    ]
