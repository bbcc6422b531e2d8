"""The signature of a scope alone says that the scope is well formed (D-4).

A policy asks `app_scope()` three times for each table of each statement. Half of its time went into
a regular expression that looked at the token's form before its signature; but only the portal signs
tokens, and what it signs is well formed, so that nothing unsigned is ever cast.
"""

from importlib import import_module

from django.db import migrations

BOUND = import_module("portal.orgs.migrations.0003_scope_of_one_transaction").BOUND
WHOLE = BOUND[: BOUND.index("CREATE OR REPLACE FUNCTION app_low")]
FORM = "token IS NULL OR NOT (token ~ '^([0-9]{1,18}[.]){6}[0-9a-f]{64}$')"
SPLIT = "parts := string_to_array(token, '.');"
SEVEN = "IF array_length(parts, 1) <> 7 THEN RETURN NULL; END IF;"
SIGNED = (
    WHOLE.replace(FORM, "token IS NULL")
    .replace(SPLIT, f"{SPLIT}\n    {SEVEN}")
    # without a key there is no signature to equal: nothing is shown
    .replace("<> parts[7]", "IS DISTINCT FROM parts[7]")
)


class Migration(migrations.Migration):
    dependencies = [("orgs", "0005_guard_of_posts")]
    operations = [migrations.RunSQL(SIGNED, WHOLE)]
