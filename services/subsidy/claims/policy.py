"""The life of a claim: its states, who may take which step from where to where, and whose work must be different persons'."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

STATUSES = {
    "draft": ("草稿", "Draft"),
    "submitted": ("已提交", "Submitted"),
    "reviewed": ("初审通过", "First review passed"),
    "in_notice": ("公示中", "In public notice"),
    "approved": ("已批准", "Approved"),
    "paid": ("已支付", "Paid"),
    "returned": ("退回补正", "Returned for correction"),
    "rejected": ("不予通过", "Rejected"),
    "withdrawn": ("已撤回", "Withdrawn"),
    "recovering": ("追回中", "Being recovered"),
    "recovered": ("已追回", "Recovered"),
}
VERDICTS = {"eligible": ("符合", "Eligible"), "refused": ("不予补贴", "Refused"), "held": ("待核实", "Held")}
EFFECTS = {"refuse": ("不予补贴", "Refuse"), "hold": ("暂缓,待人工核实", "Hold"), "note": ("提示", "Note")}
OUTCOMES = {"accept": ("认可", "Accept"), "refuse": ("不予补贴", "Refuse"), "split": ("另立新单", "Split into a new claim")}

APPLICANTS = frozenset({"institution", "person", "town"})
EDITABLE = frozenset({"draft", "returned"})
UNDER_REVIEW = frozenset({"submitted", "reviewed", "in_notice"})
OPEN = UNDER_REVIEW | {"approved"}  # money may still go out, so a hold stops something
NOT_COUNTED = frozenset({"draft", "rejected", "withdrawn"})  # claims in these states hold no entitlement

PARTS = {"submit": "提交", "first_review": "初审", "second_review": "复审", "payment": "拨付"}


@dataclass(frozen=True, slots=True)
class Action:
    """One step. `part`: whose work it is, for the four eyes; `to` None leaves the status as it is."""

    name: str
    title: str
    from_by_role: Mapping[str, frozenset[str]]
    to: str | None = None
    part: str | None = None

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(self.from_by_role)


def _by(roles: Iterable[str], *states: str) -> dict[str, frozenset[str]]:
    return {role: frozenset(states) for role in roles}


ACTIONS: Mapping[str, Action] = {
    action.name: action
    for action in (
        Action("edit", "修改", _by(APPLICANTS, *EDITABLE)),
        Action("submit", "提交", _by(APPLICANTS, *EDITABLE), to="submitted", part="submit"),
        Action("withdraw", "撤回", _by(APPLICANTS, *EDITABLE, *UNDER_REVIEW), to="withdrawn"),
        Action("review", "初审", _by(["officer"], "submitted"), to="reviewed", part="first_review"),
        Action("confirm", "复审", _by(["reviewer"], "reviewed"), to="in_notice", part="second_review"),
        Action("approve", "批准", _by(["finance"], "in_notice"), to="approved", part="payment"),
        Action("return", "退回补正", _by(["officer"], "submitted", "reviewed") | _by(["reviewer"], "reviewed", "in_notice"), to="returned"),
        Action("reject", "不予通过", _by(["officer"], "submitted", "reviewed") | _by(["reviewer"], "reviewed", "in_notice"), to="rejected"),
        Action("hold", "暂缓", _by(["officer", "reviewer"], *OPEN)),
        Action("release", "解除暂缓", _by(["reviewer"], *OPEN)),
        Action("resolve", "处理待核实人员", _by(["reviewer"], *UNDER_REVIEW), part="second_review"),
        Action("recover", "追回", _by(["finance"], "paid"), to="recovering"),
    )
}


# Exporting and confirming payments are kept as the step "payment"; a step without a part is nobody's own work.
PART_OF_STEP = {name: action.part for name, action in ACTIONS.items() if action.part} | {"payment": "payment"}

EVENTS = {
    "edit": "edited",
    "submit": "submitted",
    "withdraw": "withdrawn",
    "review": "reviewed",
    "confirm": "confirmed",
    "approve": "approved",
    "return": "returned",
    "reject": "rejected",
    "hold": "held",
    "release": "released",
    "resolve": "resolved",
    "split": "split",
    "recover": "recovering",
}


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an action may not be taken: a problem's code and its Chinese text."""

    code: str
    detail: str


def may_take(action: Action, role: str, status: str, *, held: bool) -> Refused | None:
    """None when this role may take this step in this state; by role, then state."""
    if role not in action.from_by_role:
        return Refused("wrong_role", f"当前角色 {role};可办理的角色:{'、'.join(sorted(action.roles))}。")
    allowed = action.from_by_role[role]
    if status not in allowed:
        labels = "、".join(label for code, (label, _) in STATUSES.items() if code in allowed)
        return Refused("invalid_state", f"申领单状态为{STATUSES[status][0]};可{action.title}的状态:{labels}。")
    if action.name == "hold" and held:
        return Refused("invalid_state", "申领单已经暂缓,不必重复办理。")
    if action.name == "release" and not held:
        return Refused("invalid_state", "申领单没有暂缓,无需解除。")
    return None


def same_person(part: str | None, person: str, done: Iterable[tuple[str, str]]) -> Refused | None:
    """Four eyes: whoever did one part of a claim does no other part of it. `done` holds (step, person) of every step taken."""
    if part is None:
        return None
    for step, who in done:
        other = PART_OF_STEP.get(step)
        if other is not None and other != part and who == person:
            return Refused("same_person", f"本单的{PARTS[other]}由您办理,{PARTS[part]}须由另一人办理。")
    return None
