"""A pool says how many and its digest; who is in it lies behind the curtain."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("experts", "0003_readable_tables_do_not_look_behind")]

    operations = [migrations.RemoveField(model_name="pool", name="members")]
