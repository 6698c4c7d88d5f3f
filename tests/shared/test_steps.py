"""The one machine of states: role, then state, then four eyes, then the paper's own facts."""

from uuid import UUID

import pytest

from shared.steps import Doer, Machine, Refusal, Step, by, person_of

PAPER = Machine(
    "申请单",
    {"draft": "草稿", "submitted": "已提交", "decided": "已决定"},
    (
        Step("edit", "修改", by({"school"}, "draft")),
        Step("submit", "提交", by({"school"}, "draft"), to="submitted", part="submit"),
        Step("decide", "决定", by({"officer"}, "submitted") | by({"chief"}, "draft", "submitted"), to="decided", part="decision"),
    ),
    parts={"submit": "提交", "decision": "决定"},
)
SCHOOL, OFFICER, CHIEF = Doer("school", "a"), Doer("officer", "b"), Doer("chief", "c")


def code(refusal: Refusal | None) -> str | None:
    return refusal and refusal.code


@pytest.mark.parametrize(
    ("action", "state", "doer", "refused"),
    [
        pytest.param("submit", "draft", SCHOOL, None, id="its-role-in-its-state"),
        pytest.param("submit", "submitted", SCHOOL, "invalid_state", id="another-state"),
        pytest.param("submit", "submitted", OFFICER, "wrong_role", id="role-comes-before-state"),
        pytest.param("decide", "draft", OFFICER, "invalid_state", id="a-state-of-another-role"),
        pytest.param("decide", "draft", CHIEF, None, id="each-role-has-its-own-states"),
    ],
)
def test_a_step_is_taken_by_its_role_from_its_states(action: str, state: str, doer: Doer, refused: str | None) -> None:
    assert code(PAPER.why_not(action, state, doer)) == refused


def test_a_wrong_state_says_where_it_stands_when_it_could_be_done_and_what_can_be_done_now() -> None:
    refusal = PAPER.why_not("submit", "submitted", SCHOOL)
    assert refusal == Refusal("invalid_state", "申请单当前状态为“已提交”,“提交”须在“草稿”时办理。现在可以办理:决定。")


def test_whoever_did_one_part_does_no_other() -> None:
    done = [("submit", "b")]
    assert code(PAPER.why_not("decide", "submitted", OFFICER, done)) == "same_person"
    assert PAPER.why_not("decide", "submitted", CHIEF, done) is None
    assert PAPER.why_not("decide", "submitted", OFFICER, [("decision", "b")]) is None  # the same part twice is one person's work
    assert PAPER.why_not("edit", "draft", SCHOOL, [("decision", "a")]) is None  # a step without a part is nobody's own work
    assert PAPER.why_not("decide", "submitted", OFFICER, [("note", "b")]) is None  # what is no part is not looked at


def test_what_the_papers_own_facts_say_comes_last_and_stands_in_what_is_allowed() -> None:
    def further(action: str) -> Refusal | None:
        return Refusal("not_over", "公示未满") if action == "decide" else None

    assert code(PAPER.why_not("decide", "submitted", OFFICER, further=further)) == "not_over"
    assert code(PAPER.why_not("decide", "draft", OFFICER, further=further)) == "invalid_state"
    assert PAPER.allowed_actions("submitted", OFFICER, further=further) == {"decide": Refusal("not_over", "公示未满")}
    assert {action: code(why) for action, why in PAPER.allowed_actions("draft", SCHOOL).items()} == {"edit": None, "submit": None}


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(Step("send", "寄出", by({"school"}, "sent")), id="from-a-state-that-is-none"),
        pytest.param(Step("send", "寄出", by({"school"}, "draft"), to="sent"), id="to-a-state-that-is-none"),
        pytest.param(Step("send", "寄出", by({"school"}, "draft"), part="posting"), id="a-part-that-is-none"),
    ],
)
def test_a_table_that_names_what_is_not_stated_is_a_programming_error(step: Step) -> None:
    with pytest.raises(ValueError, match="send"):
        Machine("申请单", {"draft": "草稿"}, (step,))


def test_a_table_whose_steps_are_all_stated_stands_with_parts_or_without() -> None:
    steps = (Step("edit", "修改", by({"school"}, "draft")), Step("send", "寄出", by({"school"}, "draft"), to="draft", part="posting"))
    made = Machine("申请单", {"draft": "草稿"}, steps, parts={"posting": "寄送"})
    assert [made.step(each.action) for each in steps] == list(steps)
    with pytest.raises(KeyError):
        made.step("burn")


def test_an_account_without_a_person_stands_for_itself() -> None:
    assert person_of(None, "local-officer") == "account local-officer"
    assert person_of(UUID(int=7), "local-officer") == str(UUID(int=7))
