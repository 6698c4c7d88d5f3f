"""Accounts for the other services."""

from tests.conftest import Start
from tests.registry.invented import PAN, YANG, institution, made, trainee

ACCOUNT = "6217001234567894321"


async def test_accounts_are_told_in_full_and_on_the_trail(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        old = await made(officer, "/v1/trainees", trainee(YANG))
        person = await made(officer, "/v1/trainees", trainee(PAN, name="潘秀英", bank_account=ACCOUNT))
        await officer.post(f"/v1/trainees/{old['id']}:merge", json={"into": person["id"]})
        school = await made(officer, "/v1/institutions", institution())
        asked = {"trainee_ids": [old["id"], person["id"]], "institution_ids": [school["id"]]}
        told = (await registry.internal().post("/internal/v1/payees", json=asked)).json()
        same = {"name": "潘秀英", "bank_account": ACCOUNT, "account_of": None, "account_shared": False}
        assert told["trainees"] == [
            {"id": each} | same | {"merged_into": into} for each, into in ((old["id"], person["id"]), (person["id"], None))
        ]
        assert told["institutions"] == [
            {
                "id": school["id"],
                "name": school["name"],
                "bank_account": None,
                "account_of": None,
                "account_shared": False,
                "merged_into": None,
            }
        ]
        trail = (await registry.as_("auditor").get("/v1/audit", params={"action": "payee.read"})).json()["items"]
        assert {(each["subject"], each["actor"]) for each in trail} == {
            (each, "subsidy") for each in (old["id"], person["id"], school["id"])
        }
        assert (await registry.as_("finance").post("/internal/v1/payees", json=asked)).status_code == 403


async def test_an_account_that_an_institution_gives_as_its_own_is_told_of_the_person(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        person = await made(officer, "/v1/trainees", trainee(PAN, bank_account=ACCOUNT))
        school = await made(officer, "/v1/institutions", institution(bank_account=ACCOUNT))
        asked = {"trainee_ids": [person["id"]], "institution_ids": []}
        told = (await registry.internal().post("/internal/v1/payees", json=asked)).json()
        assert told["trainees"][0]["account_of"] == school["name"]


async def test_an_account_that_another_trainee_has_is_told_of_both_and_not_of_who_was_merged(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        people = [await made(officer, "/v1/trainees", trainee(number, bank_account=ACCOUNT)) for number in (PAN, YANG)]
        asked = {"trainee_ids": [each["id"] for each in people], "institution_ids": []}

        async def shared() -> list[bool]:
            told = (await registry.internal().post("/internal/v1/payees", json=asked)).json()["trainees"]
            return [each["account_shared"] for each in told]

        assert await shared() == [True, True]
        await officer.post(f"/v1/trainees/{people[1]['id']}:merge", json={"into": people[0]["id"]})
        assert await shared() == [False, False]
