"""The slip that the store gives a request on its way to Django, and reads when it is back. Same process, no header."""

from dataclasses import dataclass, field
from datetime import datetime

from freiblatt.pagestore.fragments import Fragment, Rendered


@dataclass
class Slip:
    """What the store wants of Django, and what Django allowed."""

    ENVIRON = "freiblatt.slip"

    #: Only these fragments are wanted, no page.
    wanted_fragments: list[Fragment] = field(default_factory=list)
    rendered: dict[Fragment, Rendered] = field(default_factory=dict)
    #: The keys under which the answer may be kept; None: not at all.
    keys: list[str] | None = None
    until: datetime | None = None
