"""Lists that know how many rows they have from what they show anyway."""

from functools import cached_property

from portal.ui.listing import RegisterList


class SelfCounting(RegisterList):
    """A list that counts its rows only where its first tab has not told."""

    @cached_property
    def count(self) -> tuple[int, bool]:
        """Rows that pass the filters, and whether the number is exact.

        The first tab is the list without conditions.
        """
        if not self.chips and not self.filter_errors and self.views:
            told = self.views[0].count
            if told is not None:
                return told, True
        return super().count
