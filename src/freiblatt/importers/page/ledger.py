"""The lines of a saved page, and what became of each: no line may end without an account."""

from dataclasses import dataclass, field

from freiblatt.importers.page.furniture import plain
from freiblatt.importers.page.saved import LeftOut, Reason, Warned


@dataclass
class Ledger:
    """Lines are asked for by place, from 0; reports name them by number, from 1."""

    lines: list[str]
    left_out: list[LeftOut] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> "Ledger":
        """Return the ledger of a whole text. Lines are kept as they are, but for spaces at their ends."""
        return cls([line.strip(" \t\u00a0\u200b\ufeff\u3000") for line in text.split("\n")])

    def __len__(self) -> int:
        return len(self.lines)

    def is_blank(self, place: int) -> bool:
        """Return whether nothing visible stands at `place`."""
        return not plain(self.lines[place])

    def filled(self, start: int, end: int) -> list[int]:
        """Return the places from `start` to before `end` where something stands."""
        return [place for place in range(start, end) if not self.is_blank(place)]

    def leave_out(self, place: int, reason: Reason) -> None:
        """Account for one line that is no content."""
        if not self.is_blank(place):
            self.left_out.append(LeftOut(place + 1, self.lines[place], reason))

    def warn(self, kind: str, place: int = -1, text: str = "", other: str = "") -> None:
        """Note something the desk should look at."""
        self.warnings.append(Warned(kind, place + 1, text, other))
