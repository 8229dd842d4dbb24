"""A pool says how many and its digest; who is in it lies behind the curtain."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("experts", "0002_behind_the_curtain")]

    operations = [migrations.RemoveField(model_name="pool", name="members")]
