"""Finished pages in memory, within a limit; the longest unasked goes first. Nothing in here imports Django."""

from collections import OrderedDict

from freiblatt.pagestore.keys import Address
from freiblatt.pagestore.pages import Page


class Shelf:
    """Pages by address. Used by the event loop's thread alone."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.size = 0
        self.pages: OrderedDict[Address, Page] = OrderedDict()

    def put(self, page: Page) -> None:
        """Keep `page` in place of an older one of the same address. One larger than a quarter of the shelf is not."""
        self.drop(page.address)
        if page.size > self.limit_bytes // 4:
            return
        self.pages[page.address] = page
        self.size += page.size
        while self.size > self.limit_bytes:
            _, oldest = self.pages.popitem(last=False)
            self.size -= oldest.size

    def get(self, address: Address) -> Page | None:
        """Return the page of `address`, fresh or not, or None."""
        page = self.pages.get(address)
        if page is not None:
            self.pages.move_to_end(address)
        return page

    def drop(self, address: Address) -> None:
        """Forget the page of `address`."""
        page = self.pages.pop(address, None)
        if page is not None:
            self.size -= page.size
