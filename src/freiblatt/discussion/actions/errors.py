"""What the room's verbs raise."""


class DiscussionError(Exception):
    """What was asked for cannot be done; the message is a sentence for the person who asked."""


class ThreadClosedError(DiscussionError):
    """Nobody can write below this article any more, or not yet."""


class NameTakenError(DiscussionError):
    """The name is that of somebody else, who can be told by it."""


class AddressMissingError(DiscussionError):
    """Letters were wished for, and nothing says where they go."""


class PassageError(DiscussionError):
    """The words that somebody chose are not those of the article."""


class TooManyError(DiscussionError):
    """Too much was sent from one neighbourhood; `wait_seconds` says until when."""

    def __init__(self, message: str, *, wait_seconds: float) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds
