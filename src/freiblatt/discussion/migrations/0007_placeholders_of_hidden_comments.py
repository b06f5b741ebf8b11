from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('discussion', '0006_desk'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='comment',
            name='comment_slot_fits_state',
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('slot__gt', 0), ('state', 'public')), models.Q(('state', 'public'), _negated=True), _connector='OR'), name='comment_public_is_listed'),
        ),
    ]
