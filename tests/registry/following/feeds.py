"""The registry beside the real services whose feeds it follows: taking in what they announced, whenever a test wants it."""

from services.registry.following import operations
from services.registry.people.known.tables import KnownCertificate, KnownPlacement
from shared import following
from shared.following import Fetch, TakeIn
from tests.conftest import Service

LETTING_GO = {
    "evaluation": operations.letting_go("evaluation", operations.take_in_certificates, KnownCertificate),
    "eastwest": operations.letting_go("eastwest", operations.take_in_placements, KnownPlacement),
    "subsidy": operations.letting_go("subsidy", operations.take_in_claims),
}


def followed(registry: Service, other: Service) -> tuple[Fetch, TakeIn]:
    """How the registry reads and takes in this service's feed."""
    registry.knows(other)
    kernel, name = registry.kernel, other.kernel.service
    neighbour = kernel.neighbours[name]
    fetch = following.feed_of(neighbour, kernel.own_call)
    if name == "eastwest":
        return operations.with_placements(fetch, neighbour, kernel.own_call), operations.take_in_placements
    return fetch, {"evaluation": operations.take_in_certificates, "subsidy": operations.take_in_claims}[name]


async def catch_up(registry: Service, *others: Service) -> int:
    """Takes in everything these services have announced; answers how many events that were."""
    taken = 0
    for other in others:
        fetch, take_in = followed(registry, other)
        while number := await following.follow_once(
            registry.kernel.engine, other.kernel.service, fetch, take_in, LETTING_GO[other.kernel.service]
        ):
            taken += number
    return taken
