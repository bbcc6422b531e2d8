"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()


def _be_impatient() -> None:
    """Nobody at a screen waits for a server that does not answer."""
    from portal.celery import app
    from portal.orgs.postgresql import patience

    patience.install()
    options = {
        **app.conf.broker_transport_options,
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
    }
    app.conf.broker_transport_options = options


_be_impatient()
