"""What a search finds here: trainees, institutions and classes. A person's full number finds the person among those that the caller may see anyway, and
counts and is recorded as a look-up does (个人信息保护法 art. 51)."""

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import func, select

from services.registry import fields
from services.registry.institutions.institutions import routes as institutions
from services.registry.institutions.institutions import visibility as institution_rows
from services.registry.institutions.institutions.tables import Institution
from services.registry.people.harvests import operations as harvests
from services.registry.people.trainees import routes as trainees
from services.registry.people.trainees import visibility
from services.registry.people.trainees.conditions import WRITTEN_AS
from services.registry.people.trainees.tables import Trainee
from services.registry.training.classes import visibility as class_rows
from services.registry.training.classes.tables import TrainingClass
from shared import access, person_names, redaction, search, web
from shared.national_numbers import compact


def _of_number(key: bytes) -> Any:
    numbered = select(func.coalesce(WRITTEN_AS.merged_into, WRITTEN_AS.id))
    return numbered.where(WRITTEN_AS.id_number_key == key, WRITTEN_AS.holds_number).scalar_subquery()


KINDS: Final = (
    search.Papers(
        "trainee",
        "trainees",
        trainees.SEES,
        lambda actor: Trainee.merged_into.is_(None) & visibility.rows(actor),
        Trainee.id,
        Trainee.name,
        lambda text, kernel: Trainee.id == _of_number(kernel.vault.blind(compact(text), fields.ID_NUMBER)),
        [Trainee.known_as],
        Trainee.external_refs,
        subtitle=Trainee.id_number_masked,
        spelt=person_names.sought,
    ),
    search.Papers(
        "institution",
        "institutions",
        institutions.SEES,
        institution_rows.rows,
        Institution.id,
        Institution.name,
        search.one_of(Institution.uscc),
        [Institution.name, Institution.uscc],
        Institution.external_refs,
        number=Institution.uscc,
    ),
    search.Papers(
        "class",
        "classes",
        class_rows.READERS,
        class_rows.rows,
        TrainingClass.id,
        TrainingClass.name,
        search.one_of(TrainingClass.number),
        [TrainingClass.name, TrainingClass.number],
        TrainingClass.external_refs,
        number=TrainingClass.number,
        subtitle=Institution.name,
        joined=lambda wanted: wanted.join(Institution, Institution.id == TrainingClass.institution_id),
    ),
)
router = web.Router("search")


@router.operation("POST", search.PATH, may=access.INTERNAL, summary="按名称或编号查找本服务的事项", writes=False, recorded=True)
async def find(body: search.Asked, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> search.Found:
    actor = access.actor_of(body.seen_by)
    found = await search.find(session, actor, kernel, KINDS, body.text)
    if redaction.names_citizen(body.text) and KINDS[0].open_to(actor):
        await harvests.looked_up(session, replace(call, actor=actor), kernel, 1, [hit.id for hit in found.items if hit.kind == "trainee"])
    return found
