from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('discussion', '0007_placeholders_of_hidden_comments'),
    ]

    operations = [
        migrations.AddField(
            model_name='vote',
            name='sender_key',
            field=models.CharField(blank=True, max_length=32),
        ),
    ]
