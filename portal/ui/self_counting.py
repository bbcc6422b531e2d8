"""Lists that know how many rows they have from what they show anyway."""

from functools import cached_property

from portal.ui.listing import RegisterList


class SelfCounting(RegisterList):
    """A list that counts its rows only where neither its first tab nor its page has told."""

    @cached_property
    def count(self) -> tuple[int, bool]:
        """Rows that pass the filters, and whether the number is exact.

        The first tab is the list without conditions. A first page that nothing follows is all of
        it; the page is not read for that alone.
        """
        if not self.chips and not self.filter_errors and self.views:
            told = self.views[0].count
            if told is not None:
                return told, True
        shown = self.page if "page" in self.__dict__ else None
        if shown and not shown.has_previous and not shown.has_next:
            return len(shown.rows), True
        return super().count
