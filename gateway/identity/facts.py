"""What is known of those whom accounts are bound to: regions and departments by the county's data, institutions and people by the registry, as they are today.

A trainee is known by id, or by the citizen ID number that an issuer verified; the number goes in the body, and an old number or a merged id leads to the
person who is kept.
"""

from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel

from gateway.codes import Role
from gateway.identity.errors import UNKNOWN_DEPARTMENT, UNKNOWN_INSTITUTION, UNKNOWN_REGION, UNKNOWN_TRAINEE
from gateway.identity.schemas import AccountChange, Bindings, ClientIn, UserIn
from shared import access, county, errors, http_client, redaction, web

ASKED_AT = "/internal/v1/bindings"


class Person(BaseModel):
    """A trainee, by the id they are kept under."""

    trainee_id: UUID
    name: str
    deceased: bool


class Known(BaseModel):
    """Of what was asked for: whether there is such an institution, who the trainee is, and whose number it is."""

    institution: bool
    trainee: Person | None
    of_number: Person | None


async def known(kernel: web.Kernel, call: access.Call, **asked: str | UUID | None) -> Known:
    """Asked for by `institution_id`, `trainee_id`, `id_number`. A registry that is away is the caller's 503."""
    said = {name: str(value) for name, value in asked.items() if value is not None}
    return http_client.read(Known, await kernel.neighbours["registry"].post(ASKED_AT, call, said), "registry")


def unknown_here(role: str, asked: Bindings | AccountChange) -> list[errors.Fault]:
    """A region, or the department of an account of a lead department, that the county's data do not name. A partner's office is none of the county's."""
    faults = []
    if asked.region_code is not None and asked.region_code not in county.region_codes():
        fix = "请按 GET /v1/regions 填写镇、街道的代码。"
        faults.append(errors.Fault(UNKNOWN_REGION, pointer="/region_code", seen=asked.region_code, allowed="本县的区划代码", fix=fix))
    if role == Role.DEPARTMENT and asked.department is not None and asked.department not in county.departments():
        seen, allowed = redaction.quoted(asked.department), "、".join(sorted(county.departments()))
        fix = "请按方案填写责任单位的全称。"
        faults.append(errors.Fault(UNKNOWN_DEPARTMENT, pointer="/department", seen=seen, allowed=allowed, fix=fix))
    return faults


async def unknown(kernel: web.Kernel, call: access.Call, asked: Bindings) -> list[errors.Fault]:
    """What an account is to be bound to and nobody knows. Asked of what its role is bound to alone; the caller's own institution is known."""
    faults = unknown_here(asked.role, asked)
    institution_id = asked.institution_id if asked.role == Role.INSTITUTION else None
    trainee_id = asked.trainee_id if asked.role == Role.PERSON else None
    if institution_id == call.actor.institution_id:
        institution_id = None
    if institution_id is None and trainee_id is None:
        return faults
    found = await known(kernel, call, institution_id=institution_id, trainee_id=trainee_id)
    if institution_id and not found.institution:
        faults.append(errors.Fault(UNKNOWN_INSTITUTION, pointer="/institution_id", fix="请先登记机构,或核对编号。"))
    if trainee_id and (found.trainee is None or found.trainee.trainee_id != trainee_id):
        fix = f"该学员已并入 {found.trainee.trainee_id},请改用它。" if found.trainee else "请核对学员编号。"
        faults.append(errors.Fault(UNKNOWN_TRAINEE, pointer="/trainee_id", fix=fix))
    return faults


async def _of_client(body: ClientIn, call: web.Caller, kernel: web.KernelOf) -> list[errors.Fault]:
    return await unknown(kernel, call, body)


async def _of_user(body: UserIn, call: web.Caller, kernel: web.KernelOf) -> list[errors.Fault]:
    return await unknown(kernel, call, body)


# Gathered ahead of the operation's session, each from the body of its operation.
OfClient = Annotated[list[errors.Fault], Depends(_of_client)]
OfUser = Annotated[list[errors.Fault], Depends(_of_user)]
