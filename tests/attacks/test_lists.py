"""Every list there is, over real papers: walked both ways by everything it sorts by, and asked for what cannot be and for either of two."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.attacks.doors import Operation, Try, ask_all
from tests.attacks.world import PLAN, World, sent_as
from tests.contracts.test_lists import Taken, lists_of

READERS = ("auditor", "admin", "officer", "system", "partner")
CODED = {"region_code", "occupation_code", "district_code", "or_occupation_code", "programme"}  # codes of the county's data
WRONG = {"enum": "nobody-knows", "uuid": "not-an-id", "date": "2025-13-01", "boolean": "perhaps", "integer": "many"}
OF_NO_PAPER = {
    "/v1/attendance/{attendance_id}/history",
    "/v1/enrolments/{enrolment_id}/employment/{employment_id}/history",
    "/v1/institutions/{institution_id}/teachers/{teacher_id}/history",
    "/v1/webhook-endpoints/{endpoint_id}/deliveries",
    "/v1/outside-payments/{payment_id}/history",
    "/v1/status-lists/{list_id}/history",
    "/v1/status-records/{record_id}/history",
    "/v1/trade-filings/{filing_id}/history",
    "/v1/catalogues/{paper_id}/history",
    "/v1/skill-standards/{paper_id}/history",
    "/v1/enrolments/{enrolment_id}/job-offers/{offer_id}/history",
    "/v1/plans/{plan}/subtargets/{subtarget_id}/history",
    "/v1/trainees/{trainee_id}/corrections/{correction_id}/history",
}  # this world has none, or not by an id of its own: `paper_id` is the training base's, `filing_id` evaluation's
BY_CODE = {"plan": PLAN.rpartition("/")[2], "code": "agricultural_short"}
Params = Mapping[str, Any]


class Lists:
    """All lists, each at the gateway and as someone who reads all of it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tokens = {role: world.forge.true(role) for role in READERS}
        self._roles = {one.path: one.roles for one in world.operations if one.method == "GET"}
        self.takes: Mapping[str, Mapping[str, Taken]] = lists_of(httpx.get(f"{world.stack.gateway_url}/openapi.json", timeout=60).json())
        answers = self.ask((path, {"limit": 200}) for path in self.takes)
        self.whole: Mapping[str, list[Any]] = {path: said["items"] for path, _, said in answers if "items" in said}

    def ask(self, asked: Iterable[tuple[str, Params]]) -> list[tuple[str, Params, Any]]:
        """What each list answers to each question."""
        tries = {id(made): (made, one) for one in asked for made in [self._try(*one)]}
        return [(*tries[id(made)][1], answer.said) for made, answer in ask_all(made for made, _ in tries.values())]

    def _try(self, path: str, params: Params) -> Try:
        role = next((role for role in READERS if role in self._roles[path]), None)
        headers = sent_as(self._tokens[role]) if role else {}
        one = Operation("gateway", "GET", path, self._roles[path], None, None)
        return Try(
            one,
            "gateway",
            f"{self._world.stack.gateway_url}{one.at(self._world.ids | BY_CODE)}?{urlencode(params, doseq=True)}",
            "",
            headers,
        )


@pytest.fixture(scope="module")
def lists(world: World) -> Lists:
    return Lists(world)


def test_every_list_sorts_both_ways_and_its_pages_lose_nothing(lists: Lists) -> None:
    assert lists.takes.keys() - lists.whole.keys() == OF_NO_PAPER
    orders = [(path, order) for path in lists.whole if "sort" in lists.takes[path] for order in lists.takes[path]["sort"].codes]
    whole = lists.ask((path, {"sort": order, "limit": 200, "include_total": "true"}) for path, order in orders)
    found = {(path, asked["sort"]): said["items"] for path, asked, said in whole}
    short = {(path, asked["sort"]) for path, asked, said in whole if said["next_cursor"]}
    assert not {path for path, _ in short} - {"/v1/problems"} and all(said["total"] >= len(said["items"]) for *_, said in whole)
    assert sum(len(items) > 1 for items in found.values()) > 60
    wrong = [
        (path, order)
        for (path, order), items in found.items()
        if not order.startswith("-")
        and _valued(order, items) != _valued(order, found[path, f"-{order}"])[::-1]
        and (path, order) not in short
    ]
    assert wrong == []
    halves = {
        (path, order): (len(items) + 1) // 2 for (path, order), items in found.items() if len(items) > 1 and (path, order) not in short
    }
    first = lists.ask((path, {"sort": order, "limit": half}) for (path, order), half in halves.items())
    second = lists.ask((path, {**asked, "cursor": said["next_cursor"]}) for path, asked, said in first)
    begun = {(path, asked["sort"]): said["items"] for path, asked, said in first}
    lost = [
        (path, asked["sort"]) for path, asked, said in second if begun[path, asked["sort"]] + said["items"] != found[path, asked["sort"]]
    ]
    assert lost == []


def _valued(order: str, items: list[Any]) -> list[Any]:
    """The items that have a value to be sorted by; the others come last both ways."""
    return [item for item in items if item.get(order, 0) is not None]


def test_what_cannot_be_is_a_400_that_names_the_parameter(lists: Lists) -> None:
    asked = [
        (path, {name: WRONG.get(taken.kind, "zz")})
        for path, takes in lists.takes.items()
        for name, taken in takes.items()
        if taken.kind in WRONG or name in CODED | {"cursor"}
    ]
    assert len(asked) > 250
    wrong = [
        (path, params, said.get("code"))
        for path, params, said in lists.ask(asked)
        if said.get("status") != 400 or said.get("parameter") not in params
    ]
    assert wrong == []


def test_a_code_given_twice_means_either(lists: Lists) -> None:
    """Of every filter of codes, with two codes of papers that there are where an item shows it."""
    filters = {
        (path, name): codes[:2]
        for path, items in lists.whole.items()
        for name, taken in lists.takes[path].items()
        if taken.kind == "enum" and taken.repeated
        for codes in [list(dict.fromkeys([item[name] for item in items if isinstance(item.get(name), str)] + list(taken.codes)))]
    }
    assert len(filters) > 25
    answers = lists.ask((path, {name: given, "limit": 200}) for (path, name), codes in filters.items() for given in (*codes, codes))
    found = {(path, str(params)): said["items"] for path, params, said in answers}
    wrong = [
        (path, name)
        for (path, name), codes in filters.items()
        for one, other, either in [[found[path, str({name: given, "limit": 200})] for given in (*codes, codes)]]
        if either != [item for item in lists.whole[path] if item in one or item in other]
    ]
    assert wrong == []
