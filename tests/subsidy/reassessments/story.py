"""Facts that change beneath a claim, and the world in which that is told."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from services.subsidy.claims.tables import DueReassessment
from services.subsidy.following import operations as following
from services.subsidy.reassessments.job import run_due
from services.subsidy.reassessments.tables import Reassessment
from shared import changes, clock, db
from tests.subsidy.claims.world import AFTER_NOTICE, World, a_person, key

PENSION = {"status": "employee_pension", "from_on": "2024-01-01", "until_on": None, "source": "社保"}
OVERLAP = {"class_number": "KL-PX-2025-000009", "on": "2025-04-08", "half_day": "am"}


def pension(class_: dict[str, Any], person: dict[str, Any]) -> None:
    person["statuses"] = [PENSION]


def category(class_: dict[str, Any], person: dict[str, Any]) -> None:
    person["categories"] = [{"code": "rural_transfer_worker", "since_on": "2025-04-09", "until_on": None}]


def overlap(class_: dict[str, Any], person: dict[str, Any]) -> None:
    person["attended_other_class"] = [OVERLAP]


def attendance(class_: dict[str, Any], person: dict[str, Any]) -> None:
    person["half_days"] = person["half_days"][:1]


def teaches(class_: dict[str, Any], person: dict[str, Any]) -> None:
    person["teaches_class"] = True


def listed(class_: dict[str, Any], person: dict[str, Any]) -> None:
    class_["institution"] |= {"blacklisted": True}


Fact = tuple[str, Callable[[dict[str, Any], dict[str, Any]], None], str]  # the event, what changes in the registry's answer, the finding
FACTS: dict[str, Fact] = {
    "a pension record": ("status_record.received", pension, "status_excluded"),
    "a category dated anew": ("trainee.changed", category, "category_not_eligible"),
    "a half-day in another class": ("attendance.overlapped", overlap, "overlapping_class"),
    "fewer days": ("attendance.corrected", attendance, ""),
    "a teacher on the roster": ("teacher.changed", teaches, "trainer_on_roster"),
    "a listing on the class's day": ("institution.designated", listed, "institution_blacklisted"),
}


class Told:
    """A world in which events are taken in and all that is due is judged, as the follower and the job do."""

    def __init__(self, world: World) -> None:
        self.world, self.people = world, [a_person(), a_person()]
        self.class_id, self.certificate_id = world.open_class(self.people), db.new_id()

    @property
    def class_(self) -> dict[str, Any]:
        return self.world.classes[self.class_id][0]

    async def event(self, kind: str, event_id: UUID | None = None, **told: Any) -> None:
        about = {"trainee": self.people[0]["trainee_id"], "status_record": db.new_id(), "teacher": db.new_id()}
        about |= {
            "certificate": self.certificate_id,
            "institution": self.world.school_id,
            "attendance": self.class_id,
            "class": self.class_id,
        }
        if kind.startswith("status_record"):
            told |= {"trainee_id": self.people[0]["trainee_id"]}
        if kind.startswith("teacher"):
            told |= {"institution_id": self.world.school_id}
        item = changes.Event(
            id=event_id or db.new_id(),
            source="/registry",
            type=kind,
            subject=UUID(str(about[kind.partition(".")[0]])),
            time=clock.read(AFTER_NOTICE),
            sequence="1-1",
            data=told,
        )
        async with self.world.subsidy.kernel.writing.begin() as session:
            await following.taking_in(self.world.subsidy.kernel.own_call)(session, [item])

    async def hears(self, kind: str) -> None:
        await self.event(kind)
        await run_due(self.world.subsidy.kernel)

    async def claim(self, status: str) -> dict[str, Any]:
        """A claim whose money is there: open, approved, sent to the bank, or paid."""
        if status not in ("exported", "paid"):
            return await self.world.bring_to(status, self.class_id)
        claim = await self.world.bring_to("approved", self.class_id)
        batch = await self.batch("payment-batches", {"fund_id": self.world.fund_id, "claim_ids": [claim["id"]]}, 201)
        batch = await self.batch(f"payment-batches/{batch['id']}:export", None, version=batch["version"])
        if status == "paid":
            await self.pay(batch)
        return await self.seen(claim)

    async def pay(self, batch: dict[str, Any]) -> None:
        results = [{"payment_id": each["id"], "result": "paid", "paid_on": "2025-05-20"} for each in batch["payments"]]
        await self.batch(f"payment-batches/{batch['id']}:confirm", {"results": results}, version=batch["version"])

    async def batch(self, path: str, body: Any, status: int = 200, version: int | None = None) -> dict[str, Any]:
        headers = key() | ({"If-Match": f'"{version}"'} if version else {})
        answer = await self.world.as_("finance", at=AFTER_NOTICE).post(f"/v1/{path}", json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    async def seen(self, claim: dict[str, Any]) -> dict[str, Any]:
        answer = await self.world.as_("auditor", at=AFTER_NOTICE).get(f"/v1/claims/{claim['id']}")
        return dict(answer.json())

    async def recoveries(self, status: str = "proposed") -> list[dict[str, Any]]:
        answer = await self.world.as_("finance", at=AFTER_NOTICE).get("/v1/recoveries", params={"status": status})
        return list(answer.json()["items"])

    async def due(self) -> int:
        async with self.world.subsidy.kernel.reading() as session:
            return await session.scalar(select(func.count()).select_from(DueReassessment)) or 0

    async def kept(self, outcome: str | None = None) -> int:
        async with self.world.subsidy.kernel.reading() as session:
            wanted = select(func.count()).select_from(Reassessment)
            return await session.scalar(wanted.where(Reassessment.outcome == outcome) if outcome else wanted) or 0


def codes(line: dict[str, Any]) -> list[str]:
    return [each["code"] for each in line["findings"]]
