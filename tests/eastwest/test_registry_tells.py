"""What the real registry tells eastwest of classes: who attended which, on which days, and who was trained for an order."""

from datetime import date

from sqlalchemy import text

from services.eastwest import clients
from shared import clock, db
from shared.access import Actor, Call
from tests.conftest import Service, Start
from tests.registry import made

CALL = Call(Actor("eastwest", "service"), clock.now())


async def test_classes_attended_are_told_under_whichever_id_is_asked_for_and_those_completed_for_an_order(
    eastwest: Service, start: Start
) -> None:
    async with start("registry") as registry:
        eastwest.knows(registry)
        school = await made.school(registry)
        present, absent, old = [await made.trainee(registry, n) for n in (1, 2, 3)]
        class_id = await made.proposed(registry, school, "in_progress", starts_on="2025-04-09", ends_on="2025-04-10")
        officer = registry.as_("officer", at="2025-04-10T18:00:00+08:00")
        for each in (present, absent, old):
            await made.posted(officer, f"/v1/classes/{class_id}/enrolments", {"trainee_id": each}, 201)
        signed = [
            {"trainee_id": each, "on": on, "half_day": "am", "source": "paper"}
            for each, on in ((present, "2025-04-09"), (present, "2025-04-10"), (old, "2025-04-10"))
        ]
        await made.posted(officer, f"/v1/classes/{class_id}/attendance:batch", {"mode": "commit", "items": signed}, 207)
        await made.posted(registry.as_("officer", at="2025-04-11T09:00:00+08:00"), f"/v1/classes/{class_id}:complete", {}, 200)
        kept = await made.trainee(registry, 4)
        await made.posted(officer, f"/v1/trainees/{old}:merge", {"into": kept}, 200)
        histories = await clients.histories(eastwest.kernel, CALL, [present, absent, old, kept, db.new_id()])
        found = histories.classes
        assert {str(each.trainee_id): each.sex in ("male", "female") for each in histories.people} == dict.fromkeys(
            (present, absent, old, kept), True
        )
        told = {(str(each.trainee_id), each.attended_from_on, each.attended_to_on) for each in found}
        first, last = date(2025, 4, 9), date(2025, 4, 10)
        assert told == {(present, first, last), (old, last, last), (kept, last, last)}
        assert {(str(each.class_id), each.starts_on, each.ends_on) for each in found} == {(class_id, first, last)}
        order_id = db.new_id()
        async with registry.kernel.writing.begin() as session:
            await session.execute(
                text("UPDATE classes SET kind = 'order', order_id = :order WHERE id = :id"), {"order": order_id, "id": class_id}
            )
        people = await clients.order_people(eastwest.kernel, CALL, order_id, last)
        assert {str(each.trainee_id) for each in people} == {present, kept}
        assert await clients.order_people(eastwest.kernel, CALL, order_id, first) == []
