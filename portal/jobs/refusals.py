"""What a service answers instead of doing an act."""


class Refusal(Exception):
    """An act that is refused: the sentence says why and how to go on.

    `field` names the form's field that it belongs to; blank for none.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field
