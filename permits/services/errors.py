"""Why an act on a permit case is refused, in sentences for the screen."""


class UnableToReceive(Exception):
    """The application cannot be taken; `field` names the part of the form, blank for the whole."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class UnableToMove(Exception):
    """The act does not follow from where the case is, or is not this person's to do."""


class UnableToDecide(UnableToMove):
    """What the review or decision needs is missing."""
