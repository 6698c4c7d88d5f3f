"""What a search finds here: claims, by number, institution or class."""

from services.subsidy.claims.routes import READERS
from services.subsidy.claims.tables import Claim
from services.subsidy.claims.visibility import rows
from shared import search

router = search.router(
    search.Papers(
        "claim",
        "claims",
        READERS,
        rows,
        Claim.id,
        Claim.sought_by,
        search.one_of(Claim.number),
        [Claim.number, Claim.sought_by],
        Claim.external_refs,
        number=Claim.number,
        trainee_id=Claim.trainee_id,
    )
)
