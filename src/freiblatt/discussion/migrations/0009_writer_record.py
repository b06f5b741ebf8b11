import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('discussion', '0008_vote_sender_key'),
        ('readers', '0002_origin'),
    ]

    operations = [
        migrations.CreateModel(
            name='WriterRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('writer_key', models.CharField(max_length=32, unique=True)),
                ('n_refused', models.PositiveIntegerField(default=0)),
                ('reader', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='readers.reader')),
            ],
            options={
                'verbose_name': 'record of a writer',
                'verbose_name_plural': 'records of writers',
                'default_permissions': (),
            },
        ),
    ]
