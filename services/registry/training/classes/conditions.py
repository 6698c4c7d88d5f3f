"""When a class counts for an order or a line of a plan, in SQL: the same for the count and for the list of those counted."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, and_, any_, literal, or_

from services.registry.training.classes.tables import TrainingClass

_on_first_day: list[ColumnElement[int]] = []


def counts_first_day(people: ColumnElement[int]) -> None:
    """Who keeps enrolments says how many were in a class on its first day (`app`)."""
    _on_first_day[:] = [people]


def of_order(begun_by_at_least: Any) -> ColumnElement[bool]:
    """Trained to an order of the partner city, and this many were in it on its first day."""
    return and_(TrainingClass.order_id.is_not(None), _on_first_day[0] >= begun_by_at_least)


def completed_of_order(completed_at_least: Any) -> ColumnElement[bool]:
    return and_(TrainingClass.order_id.is_not(None), TrainingClass.completed_people >= completed_at_least)


def counted(programmes: Any, channels: Any, occupations: Any, of: Any = TrainingClass.__table__) -> ColumnElement[bool]:
    """Names one of the programmes, or is of a channel or an occupation that counts without naming it. Each an array of codes. `of`: rows that say of classes
    what they are."""
    return or_(of.c.programmes.overlap(programmes), of.c.channel == any_(channels), of.c.occupation_code == any_(occupations))


def counted_any_of(
    programmes: Sequence[str] | None, channels: Sequence[str] | None, occupations: Sequence[str] | None
) -> list[ColumnElement[bool]]:
    """The same as a filter of lists; none where nothing is asked for."""
    if channels or occupations:
        return [counted(*(literal(list(codes or ()), ARRAY(Text)) for codes in (programmes, channels, occupations)))]
    return [TrainingClass.programmes.overlap(list(programmes))] if programmes else []
