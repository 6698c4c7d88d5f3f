"""The events of certificates as evaluation announces them, and as the registry reads them."""

from datetime import date
from uuid import UUID

from services.registry.following import clients, operations
from shared import changes, following
from tests.conftest import Start
from tests.evaluation import made
from tests.evaluation.made import done, world


async def test_every_event_of_a_certificate_is_read(start: Start) -> None:
    async with world(start) as w:
        outside = await done(w.officer().post("/v1/certificates", json=made.certificate(await w.worker(1))))
        class_holder = await w.worker(2)
        batch = await w.batch((await w.filing())["id"], [class_holder], "issued")
        [minted] = await w.certificates(assessment_id=batch["id"])
        await done(w.reviewer("2025-09-01").post(f"/v1/certificates/{minted['id']}:revoke", json={"reason": "考场作弊"}))
        w.registry.knows(w.evaluation)
        kernel = w.registry.kernel
        feed = changes.Feed.model_validate(await following.feed_of(kernel.neighbours["evaluation"], kernel.own_call)(None, 200, 0))
        told = {each.type: each for each in feed.items if each.type in operations.CERTIFICATE_EVENTS}
        assert set(told) == operations.CERTIFICATE_EVENTS
        registered = clients.CertificateTold.model_validate(told["certificate.registered"].data)
        assert (told["certificate.registered"].subject, registered.kind) == (UUID(outside["id"]), "skill_level")
        assert (registered.issued_on, registered.occupation_code, registered.class_id) == (date(2024, 11, 5), made.ELECTRICIAN, None)
        issued = clients.CertificateTold.model_validate(told["certificate.issued"].data)
        revoked = clients.CertificateTold.model_validate(told["certificate.revoked"].data)
        assert issued.trainee_id == UUID(class_holder) and issued.revoked_on is None
        assert revoked == issued.model_copy(update={"revoked_on": date(2025, 9, 1)})
