"""The bare pages for a web server: no middleware, no login, no audit, the owner's connection.

The owner of the tables is not held by row-level security. All else is set as in the portal.
"""

import django
from django.conf import Settings, settings
from django.core.handlers.wsgi import WSGIHandler

from portal import settings as portal

BARE = {
    "MIDDLEWARE": [],
    "ROOT_URLCONF": "bench.bare",
    "DATABASES": {
        "default": {
            **portal.DATABASES["owner"],
            "ENGINE": "django.db.backends.postgresql",
        }
    },
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [portal.BASE_DIR / "bench" / "templates"],
            "OPTIONS": {"context_processors": []},
        }
    ],
}
settings.configure(default_settings=Settings("portal.settings"), **BARE)
django.setup(set_prefix=False)
application = WSGIHandler()
