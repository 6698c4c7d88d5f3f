"""When a brand or a dish counts, in SQL."""

from datetime import date

from sqlalchemy import ColumnElement, and_, case, func

from services.registry.codes import BrandKind
from services.registry.training.brands.tables import MATERIALS, Brand


def complete_on() -> ColumnElement[date | None]:
    """The day the last of a brand's four materials was finished, or a dish was created whose recipe is a standard; null while something is missing."""
    days = [getattr(Brand, f"{material}_on") for material in MATERIALS]
    whole = and_(Brand.kind == BrandKind.BRAND, *(day.is_not(None) for day in days))
    standard = and_(Brand.kind == BrandKind.DISH, func.num_nonnulls(Brand.recipe_standard, Brand.recipe_standard_file_id) > 0)
    return case((whole, func.greatest(*days)), (standard, Brand.created_on))
