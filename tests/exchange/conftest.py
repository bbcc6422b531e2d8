"""The wizard as a person drives it: a browser without JavaScript, and a worker on demand."""

import pytest

from tests.exchange import plates
from tests.exchange.builders import Wizard


@pytest.fixture
def plate_files(settings, tmp_path):
    """The frame alone, with the tests' own kind of file."""
    settings.EXCHANGE_MODULES = ["tests.exchange.plates"]
    plates.BREAK.clear()


@pytest.fixture(autouse=True)
def _files_of_this_test(settings, tmp_path):
    """Uploaded files lie where the test ends."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        },
    }


@pytest.fixture
def wizard(cast):
    return Wizard(cast, "clerk")
