"""What other services told and claims are held for: institutions on the blacklist. The registry remains the source."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.subsidy.metadata import Row


class KnownBlacklisting(Row):
    """An institution that was put on the blacklist and not reinstated since."""

    __tablename__ = "known_blacklistings"

    institution_id: Mapped[UUID] = mapped_column(primary_key=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
