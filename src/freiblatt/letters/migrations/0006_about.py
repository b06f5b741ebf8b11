from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('letters', '0005_subscriptions_count_no_letters'),
    ]

    operations = [
        migrations.AddField(
            model_name='letter',
            name='about',
            field=models.CharField(blank=True, default='', editable=False, max_length=100),
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(
                condition=models.Q(('about', ''), _negated=True), fields=['about'], name='letters_by_subject'
            ),
        ),
    ]
