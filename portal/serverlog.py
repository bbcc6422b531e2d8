"""What gunicorn says of itself, in our form: it would quote the address of a broken request."""

from typing import Any

from gunicorn.config import Config
from gunicorn.glogging import Logger

from portal import logs


class ServerLog(Logger):
    """The server's own log: JSON lines as everywhere, frames instead of sentences."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.formatter())

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """What is quoted stays away: a request's address holds what was typed."""
        self.error_log.error(str(msg).replace("%s", "…"), exc_info=True)
