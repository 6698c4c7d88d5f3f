"""What goes into a file of classes, of trainees or of enrolments: one statement, whatever the county's layout asks of it.

Of classes those that were approved, by their first day; of enrolments the people in them who have not withdrawn; of trainees those registered.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, Select, func, select

from services.registry import fields
from services.registry.codes import ClassStatus, EnrolmentOutcome
from services.registry.institutions.institutions.tables import Institution
from services.registry.people.trainees.conditions import IS_THE_ONE, WRITTEN_AS
from services.registry.people.trainees.tables import Trainee
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments import conditions
from services.registry.training.enrolments.tables import Enrolment
from shared import exports
from shared.exports import Filters, Made, Write
from shared.layouts import FULL_NUMBER
from shared.privacy import Vault
from shared.web import Kernel

HELD: Final = (ClassStatus.APPROVED, ClassStatus.IN_PROGRESS, ClassStatus.COMPLETED)
TAKES_PART: Final = Enrolment.outcome != EnrolmentOutcome.WITHDRAWN
_ENROLLED: Final = (
    select(func.count())
    .where(Enrolment.class_id == TrainingClass.id, TAKES_PART, conditions.once())
    .correlate(TrainingClass)
    .scalar_subquery()
)
_CLASS: Final[Mapping[str, Any]] = {
    "class_number": TrainingClass.number,
    "class_name": TrainingClass.name,
    "institution_name": Institution.name,
    "institution_uscc": Institution.uscc,
    "occupation_code": TrainingClass.occupation_code,
    "occupation_name": TrainingClass.occupation_code,
    "trade_name": TrainingClass.trade_name,
    "starts_on": TrainingClass.starts_on,
    "ends_on": TrainingClass.ends_on,
    "hours": TrainingClass.hours,
    "seats": TrainingClass.seats,
    "enrolled_people": _ENROLLED,
    "completed_people": TrainingClass.completed_people,
    "class_region": TrainingClass.region_code,
    "channel": TrainingClass.channel,
    "level": TrainingClass.level,
    "delivery": TrainingClass.delivery,
    "class_status": TrainingClass.status,
}
_PERSON: Final[Mapping[str, Any]] = {
    "name": Trainee.name,
    FULL_NUMBER: Trainee.id_number,
    "id_number_masked": Trainee.id_number_masked,
    "birth_on": Trainee.birth_on,
    "phone_masked": Trainee.phone_masked,
    "village": Trainee.village,
    "region": Trainee.region_code,
    "id_type": Trainee.id_type,
    "sex": Trainee.sex,
    "education": Trainee.education,
}
COLUMNS: Final[Mapping[str, Mapping[str, Any]]] = {
    "classes": _CLASS,
    "trainees": _PERSON,
    "enrolments": {**_CLASS, **_PERSON, "days_attended": Enrolment.days_attended, "enrolment_outcome": Enrolment.outcome},
}


async def file(kernel: Kernel, code: str, filters: Filters, write: Write) -> Made:
    """The file of that layout; 404, 422 as `exports.asked` and `exports.few_enough` say."""
    layout = exports.asked("registry", code, filters)
    wanted = _rows(layout.about, filters, {column.field for column in layout.columns}).limit(exports.ROWS_AT_MOST + 1)
    async with kernel.reading() as session:
        found = (await session.execute(wanted)).mappings().all()
    exports.few_enough(found)
    return await exports.make(code, layout, filters, write, lambda: _opened(kernel.vault, found) if layout.full_numbers else found)


def _rows(about: str, filters: Filters, named: set[str]) -> Select[Any]:
    columns = [column.label(name) for name, column in COLUMNS[about].items() if name in named]
    if about == "trainees":
        kept = filters.where_at(Trainee.registered_at, Trainee.employer_id)
        return select(*columns, Trainee.id.label("trainee_id")).where(Trainee.merged_into.is_(None), *kept).order_by(Trainee.id)
    held = [TrainingClass.status.in_(HELD), *filters.where(TrainingClass.starts_on, TrainingClass.institution_id)]
    if about == "classes":
        wanted = select(*columns).select_from(TrainingClass).join(Institution, Institution.id == TrainingClass.institution_id)
        return wanted.where(*held).order_by(TrainingClass.starts_on, TrainingClass.id)
    wanted = (
        select(*columns, Trainee.id.label("trainee_id"))
        .select_from(Enrolment)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .join(Institution, Institution.id == TrainingClass.institution_id)
        .join(WRITTEN_AS, WRITTEN_AS.id == Enrolment.trainee_id)
        .join(Trainee, IS_THE_ONE)
    )
    return wanted.where(*held, TAKES_PART, conditions.once()).order_by(TrainingClass.starts_on, TrainingClass.id, Enrolment.id)


def _opened(vault: Vault, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """With the numbers in full."""
    return [{**row, FULL_NUMBER: fields.opened(vault, "trainees", row["trainee_id"], FULL_NUMBER, row[FULL_NUMBER])} for row in rows]
