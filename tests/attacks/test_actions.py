"""`allowed_actions` of every paper × everyone who sees it: what a screen is told beforehand is what the action answers.

Each action is tried with a body that has an unknown member, so that nothing changes: where the paper says that the action may be taken the answer is
about the body, and else it is the very refusal that the paper has told.
"""

import re

from tests.attacks.doors import PARAMETER, ask_all
from tests.attacks.papers import LED_ELSEWHERE, Papers


def test_every_paper_with_actions_says_which_are_allowed(seen: Papers) -> None:
    assert len(seen.papers) > 18
    schemas, paths = seen.document["components"]["schemas"], seen.document["paths"]
    answers = {path: paths[path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"] for path in seen.papers}
    assert {path for path, ref in answers.items() if "allowed_actions" not in schemas[ref.rpartition("/")[2]]["required"]} == set()


def test_every_paper_tells_what_its_actions_answer(seen: Papers) -> None:
    assert not seen.wrong, "\n".join(seen.wrong)


def test_every_action_honours_the_version_it_is_sent_with(seen: Papers) -> None:
    assert len(seen.stale) > 80
    answered = ask_all(seen.stale.values())
    wrong = [f"{one.operation}: {answer.status} {answer.code}" for one, answer in answered if answer.code != "stale_version"]
    assert not wrong, "\n".join(wrong)


def test_all_that_can_be_done_with_a_paper_is_told_to_somebody(seen: Papers) -> None:
    assert {path: done - seen.told[path] for path, done in seen.papers.items() if done - seen.told[path]} == {}


def test_what_the_worklist_asks_for_is_allowed(seen: Papers) -> None:
    """Of each kind one item for everyone whom it waits for."""
    lists = [seen.ask(seen.at["GET", "/v1/worklist"], "/v1/worklist?limit=200", who) for who in seen.tokens]
    items = [(one.what, item) for one, answer in ask_all(lists) for item in {each["kind"]: each for each in answer.said["items"]}.values()]
    waiting = {}
    for who, item in items:
        if item["kind"] not in LED_ELSEWHERE:
            template = next(path for path in seen.papers if re.fullmatch(PARAMETER.sub("[^/]+", path), item["link"]))
            one = seen.ask(seen.at["GET", template], item["link"], who)
            waiting[id(one)] = (one, item)
    assert {item["kind"] for _, item in waiting.values()} >= {"class_submitted", "filing_checked", "objection_late"}
    wrong = [
        f"{one.what}: {item['kind']} waits for {item['action']}"
        for one, answer in ask_all(one for one, _ in waiting.values())
        for item in [waiting[id(one)][1]]
        if item["action"] not in {each["action"] for each in answer.said["allowed_actions"] if each["allowed"]}
    ]
    assert wrong == []
