"""States of a paper, and who may take which step: pure. A paper's own table of steps stands in its `policy.py`; this is the one machine that reads it.

    MACHINE = Machine("申领单", {"draft": "草稿", "submitted": "已提交", …}, [
        Step("submit", "提交", by({"institution"}, "draft", "returned"), to="submitted", part="submit"),
        Step("review", "初审", by({"officer"}, "submitted"), to="reviewed", part="first_review"),
        …
    ], parts={"submit": "提交", "first_review": "初审", …})

What a screen is told beforehand (`allowed_actions`) and what the step answers come from the same `why_not`, so they cannot differ. What only the
paper's own facts can say (a notice not over, a class that has not begun) is handed in as `further`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step may not be taken: a problem's code and its Chinese text."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Doer:
    """Who wants to take a step. `person` is who acts, not the account; an account without a person stands for itself."""

    role: str
    person: str


@dataclass(frozen=True, slots=True)
class Step:
    """`action` as in the URL. `roles`: who may take it, and from which states. `to` None: the state stays. `part`: whose work it is, for the four
    eyes; a step without a part is nobody's own work."""

    action: str
    title: str
    roles: Mapping[str, frozenset[str]]
    to: str | None = None
    part: str | None = None

    @property
    def states(self) -> frozenset[str]:
        return frozenset[str]().union(*self.roles.values())


Further = Callable[[str], Refusal | None]


def by(roles: Iterable[str], *states: str) -> dict[str, frozenset[str]]:
    """Each of these roles, from each of these states."""
    return {role: frozenset(states) for role in roles}


def nothing_further(_action: str) -> Refusal | None:
    return None


def wrong_role(roles: Collection[str], role: str) -> Refusal | None:
    """All that can stand against what is done with a paper that has no states."""
    return None if role in roles else Refusal("wrong_role", f"当前角色 {role};可办理的角色:{'、'.join(sorted(roles))}。")


@dataclass(frozen=True)
class Machine:
    """All states of a kind of paper (with their labels) and all steps between them. `apart`: the parts that must be different persons' work;
    by default each of `parts` from each other one."""

    paper: str
    states: Mapping[str, str]
    steps: tuple[Step, ...]
    parts: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for step in self.steps:
            unknown = (step.states | ({step.to} if step.to else set())) - self.states.keys()
            if unknown or (step.part is not None and step.part not in self.parts):
                raise ValueError(f"{self.paper}, {step.action}: {sorted(unknown) or step.part} is not stated")

    def step(self, action: str) -> Step:
        """Raises KeyError for an action that the paper has not."""
        for step in self.steps:
            if step.action == action:
                return step
        raise KeyError(action)

    def why_not(
        self, action: str, state: str, doer: Doer, done: Iterable[tuple[str, str]] = (), further: Further = nothing_further
    ) -> Refusal | None:
        """None when this step may be taken now; by role, then state, then four eyes, then what the paper's own facts say. `done`: (part, person) of
        every step taken so far."""
        step = self.step(action)
        return (
            wrong_role(step.roles, doer.role)
            or self.wrong_state(step, state, doer.role)
            or self._same_person(step, doer, done)
            or further(action)
        )

    def allowed_actions(
        self, state: str, doer: Doer, done: Iterable[tuple[str, str]] = (), further: Further = nothing_further
    ) -> dict[str, Refusal | None]:
        """Every action of the doer's role, with why it is not possible now."""
        every = self.every_action(state, doer, done, further)
        return {step.action: every[step.action] for step in self.steps if doer.role in step.roles}

    def every_action(
        self, state: str, doer: Doer, done: Iterable[tuple[str, str]] = (), further: Further = nothing_further
    ) -> dict[str, Refusal | None]:
        """The same with the actions that are other roles' to take."""
        done = tuple(done)
        return {step.action: self.why_not(step.action, state, doer, done, further) for step in self.steps}

    def wrong_state(self, step: Step, state: str, role: str) -> Refusal | None:
        """What stands in the way of the step, and what can be done instead."""
        if state in step.roles[role]:
            return None
        now = "、".join(other.title for other in self.steps if state in other.states) or "没有可办的事项"
        return Refusal(
            "invalid_state",
            f"{self.paper}当前状态为“{self.states[state]}”,“{step.title}”须在“{self.labels(step.roles[role])}”时办理。现在可以办理:{now}。",
        )

    def labels(self, states: Iterable[str]) -> str:
        wanted = set(states)
        return "、".join(label for state, label in self.states.items() if state in wanted)

    def _same_person(self, step: Step, doer: Doer, done: Iterable[tuple[str, str]]) -> Refusal | None:
        if step.part is None:
            return None
        for part, person in done:
            if part in self.parts and part != step.part and person == doer.person:
                return Refusal("same_person", f"本{self.paper}的{self.parts[part]}由您办理,{self.parts[step.part]}须由另一人办理。")
        return None


def person_of(person_id: UUID | None, account: str) -> str:
    """Who acts, by person and not by account."""
    return str(person_id) if person_id else f"account {account}"
