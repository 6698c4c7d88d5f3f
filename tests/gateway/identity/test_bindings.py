"""What an account is bound to has to exist: institution, trainee, region and issuer."""

from uuid import uuid4

import pytest

from tests.conftest import Start
from tests.gateway.identity.conftest import Settled
from tests.registry import made

ISSUER = "https://login.example.gov"


@pytest.mark.parametrize("noun", ["clients", "users"])
async def test_what_nobody_knows_is_refused_by_name(city: Settled, noun: str) -> None:
    async with city() as both:
        admin = both.gateway.as_("admin")
        for body, fault in (
            ({"role": "institution", "institution_id": str(uuid4())}, ("unknown_institution", "/institution_id")),
            ({"role": "person", "trainee_id": str(uuid4())}, ("unknown_trainee", "/trainee_id")),
            ({"role": "town", "region_code": "522601999"}, ("unknown_region", "/region_code")),
            ({"role": "department", "department": "农业局"}, ("unknown_department", "/department")),
        ):
            refused = await admin.post(f"/v1/{noun}", json={"name": "某单位"} | body)
            assert (refused.status_code, [(each["code"], each["pointer"]) for each in refused.json()["errors"]]) == (422, [fault])
        town = (await admin.post(f"/v1/{noun}", json={"name": "三棵树镇", "role": "town", "region_code": "522601100"})).json()
        assert town["region_name"] == "三棵树镇"
        refused = await admin.patch(f"/v1/{noun}/{town['id']}", json={"region_code": "522601999"})
        assert refused.json()["errors"][0]["code"] == "unknown_region"
        lead = (await admin.post(f"/v1/{noun}", json={"name": "丙", "role": "department", "department": "市农业农村局"})).json()
        refused = await admin.patch(f"/v1/{noun}/{lead['id']}", json={"department": "农业局"})
        assert refused.json()["errors"][0]["code"] == "unknown_department"
        office = await admin.post(
            f"/v1/{noun}", json={"name": "丁", "role": "partner", "department": "佛山市人社局"}
        )  # none of the county's
        assert office.status_code == 201


@pytest.mark.parametrize("noun", ["clients", "users"])
async def test_accounts_show_the_names_of_what_they_are_bound_to(city: Settled, noun: str) -> None:
    async with city() as both:
        admin = both.gateway.as_("admin", name="罗管理员")
        school, trainee = await made.school(both.registry, name="凯里市某合作社"), await made.trainee(both.registry, 1)
        account = (await admin.post(f"/v1/{noun}", json={"name": "甲", "role": "institution", "institution_id": school})).json()
        person = (await admin.post(f"/v1/{noun}", json={"name": "乙", "role": "person", "trainee_id": trainee})).json()
        assert (account["institution_name"], account["made_by_name"]) == ("凯里市某合作社", "罗管理员")
        assert (person["trainee_name"], person["id_number_masked"][:4]) == ("杨秀英", "5226")
        listed = {each["id"]: each for each in (await admin.get(f"/v1/{noun}")).json()["items"]}
        assert (listed[account["id"]]["institution_name"], listed[person["id"]]["trainee_name"]) == ("凯里市某合作社", "杨秀英")
        me = (await both.gateway.as_("person", trainee_id=trainee).get("/v1/me")).json()
        assert (me["trainee_name"], me["institution_name"]) == ("杨秀英", None)


async def test_a_merged_trainee_is_refused_and_the_kept_one_named(city: Settled) -> None:
    async with city() as both:
        old, kept = await made.trainee(both.registry, 1), await made.trainee(both.registry, 2)
        assert (await both.registry.as_("officer").post(f"/v1/trainees/{old}:merge", json={"into": kept})).status_code == 200
        refused = await both.gateway.as_("admin").post("/v1/users", json={"name": "乙", "role": "person", "trainee_id": old})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown_trainee") and kept in refused.text


async def test_without_the_registry_nobody_is_bound_and_the_others_are_made(start: Start) -> None:
    async with start("gateway") as gateway:
        admin = gateway.as_("admin")
        answer = await admin.post("/v1/users", json={"name": "甲", "role": "institution", "institution_id": str(uuid4())})
        assert (answer.status_code, answer.json()["code"], "retry-after" in answer.headers) == (503, "unavailable", True)
        assert (await admin.post("/v1/users", json={"name": "乙", "role": "officer"})).status_code == 201
        assert (await admin.post("/v1/users", json={"name": "丙", "role": "town", "region_code": "522601100"})).status_code == 201


BOUND = {"issuer": ISSUER, "subject": "u-1"}


async def test_a_user_is_bound_to_the_trusted_issuer_alone(start: Start) -> None:
    async with start("gateway", oidc_issuer=ISSUER, oidc_audience="kaili") as gateway, start("gateway") as trusting_none:
        for asked, said, fault in (
            (gateway, {"issuer": ISSUER}, ("missing_field", "/subject")),
            (gateway, {"subject": "u-1"}, ("missing_field", "/issuer")),
            (gateway, BOUND | {"issuer": "https://elsewhere.example"}, ("unknown_issuer", "/issuer")),
            (gateway, BOUND | {"subject": made.citizen(1)}, ("invalid_value", "/subject")),
            (trusting_none, BOUND, ("unknown_issuer", "/issuer")),
        ):
            refused = await asked.as_("admin").post("/v1/users", json={"name": "经办人", "role": "officer"} | said)
            assert (refused.status_code, [(each["code"], each["pointer"]) for each in refused.json()["errors"]]) == (422, [fault])
            assert made.citizen(1) not in refused.text


async def test_a_subject_is_one_user_until_that_one_is_disabled(start: Start) -> None:
    async with start("gateway", oidc_issuer=ISSUER, oidc_audience="kaili") as gateway:
        admin, body = gateway.as_("admin"), {"name": "经办人", "role": "officer"} | BOUND
        first = await admin.post("/v1/users", json=body)
        assert (first.status_code, first.json()["subject"], "client_secret" in first.json()) == (201, "u-1", False)
        taken = await admin.post("/v1/users", json=body | {"login": "b"})
        assert (taken.status_code, taken.json()["code"]) == (409, "subject_bound")
        path = f"/v1/users/{first.json()['id']}"
        alone = await admin.patch(path, json={"issuer": None, "subject": None})
        assert (alone.status_code, alone.json()["errors"][0]["pointer"]) == (422, "/subject")  # or nobody could sign in as this user
        assert (await admin.patch(path, json=BOUND | {"subject": "u-2"})).json()["subject"] == "u-2"
        assert (await admin.patch(path, json=BOUND)).json()["subject"] == "u-1"
        await admin.post(f"{path}:disable")
        assert (await admin.post("/v1/users", json=body | {"login": "b"})).status_code == 201


async def test_a_user_without_a_password_has_none_to_guess_or_to_change(start: Start) -> None:
    async with start("gateway", oidc_issuer=ISSUER, oidc_audience="kaili") as gateway:
        user = (await gateway.as_("admin").post("/v1/users", json={"name": "经办人", "role": "officer"} | BOUND)).json()
        for password in ("", "None", "经办人"):
            answer = await gateway.as_("public").post("/v1/sessions", json={"name": "经办人", "password": password or "-"})
            assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_refused")
        change = {"current_password": "-", "new_password": "Sun-over-hills-25"}
        refused = await gateway.as_("officer", subject=user["id"]).post("/v1/me:change-password", json=change)
        assert (refused.status_code, refused.json()["code"]) == (409, "no_password")
