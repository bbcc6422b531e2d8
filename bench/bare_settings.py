"""Settings of the bare pages: no middleware, no login, no audit, the owner's connection.

The owner of the tables is not held by row-level security.
"""

from portal.settings import *  # noqa: F403
from portal.settings import BASE_DIR, DATABASES

MIDDLEWARE = []
ROOT_URLCONF = "bench.bare"
DATABASES = {"default": {**DATABASES["owner"], "ENGINE": "django.db.backends.postgresql"}}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "bench" / "templates"],
        "OPTIONS": {"context_processors": []},
    }
]
