"""Pictures of a labelling round for who labels in it and may read no bucket: by who shared it out.

What a person may see so is what the round shows them: their own pictures, its examples, their own masks.
Whoever shared the round out must be able to read the picture still.
"""

from vedette.api.door import Visit
from vedette.identity.principal import Principal


async def reader_of(visit: Visit, round_id: str, source: str) -> Principal:
    """Return by whose rights a picture is read: the person's own, or the round's where one is named."""
    assert visit.principal is not None
    if not round_id:
        return visit.principal
    return await visit.in_thread(_owner_of, visit, visit.principal, round_id, source)


def _owner_of(visit: Visit, person: Principal, round_id: str, source: str) -> Principal:
    house = visit.house
    labelling_round = house.rounds.answers.may_see(person, round_id, source)
    return house.identity.current(labelling_round.owner_principal)
