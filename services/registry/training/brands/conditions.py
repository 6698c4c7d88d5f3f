"""When a brand counts, in SQL."""

from datetime import date

from sqlalchemy import ColumnElement, and_, case, func

from services.registry.training.brands.tables import MATERIALS, Brand


def complete_on() -> ColumnElement[date | None]:
    """The day the last of the four materials was finished, in SQL; null while one is missing."""
    days = [getattr(Brand, f"{material}_on") for material in MATERIALS]
    return case((and_(*(day.is_not(None) for day in days)), func.greatest(*days)))
