"""What makes a trade filing count on a day."""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from services.registry.reference.trade_filings.tables import TradeFiling


def in_force(on: Any) -> ColumnElement[bool]:
    """Both its days counted in, and not from the day on which it was withdrawn."""
    begun, lasts = TradeFiling.from_on <= on, or_(TradeFiling.until_on.is_(None), TradeFiling.until_on >= on)
    return and_(begun, lasts, or_(TradeFiling.withdrawn_on.is_(None), TradeFiling.withdrawn_on > on))
