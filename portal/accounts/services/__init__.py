"""The only writers of accounts; each function is one act."""

from portal.accounts.services.kept import Kept, TooMuchToKeep, keep, take_back
from portal.accounts.services.people import open_account, prefer

__all__ = ["Kept", "TooMuchToKeep", "keep", "open_account", "prefer", "take_back"]
