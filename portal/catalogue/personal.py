"""Which columns of a model tell of a person, as it and its bases declare (docs/adr/0005)."""

from django.db.models import Model


def classified(model: type[Model]) -> tuple[set[str], set[str]]:
    """The columns that the model and its abstract bases declare: (personal, plain).

    A class may reclassify what it inherits: the nearest declaration counts.
    """
    personal: set[str] = set()
    plain: set[str] = set()
    for ancestor in reversed(model.__mro__):
        declaration = vars(ancestor).get("PersonalData")
        if declaration is None:
            continue
        own_personal = set(declaration.personal)
        own_plain = set(declaration.plain)
        personal = (personal - own_plain) | own_personal
        plain = (plain - own_personal) | own_plain
    return personal, plain
