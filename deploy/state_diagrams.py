"""`python -m deploy.state_diagrams`: draws every paper's states into `docs/states.md`, from the tables of steps that the services decide by."""

import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

from shared import codes, county
from shared.steps import Machine, Step

FILE = Path(__file__).resolve().parents[1] / "docs" / "states.md"
POLICIES = (
    "services.registry.institutions.institutions",
    "services.registry.institutions.supervision_tasks",
    "services.registry.people.trainees",
    "services.registry.people.corrections",
    "services.registry.people.erasures",
    "services.registry.people.harvests",
    "services.registry.training.classes",
    "services.registry.training.enrolments",
    "services.registry.training.job_offers",
    "services.registry.training.training_wishes",
    "services.registry.training.trade_papers",
    "services.registry.training.inspections",
    "services.registry.training.complaints",
    "services.subsidy.schemes",
    "services.subsidy.claims",
    "services.subsidy.objections",
    "services.subsidy.appeals",
    "services.subsidy.payments",
    "services.subsidy.recoveries",
    "services.evaluation.filings",
    "services.evaluation.examiners",
    "services.evaluation.assessments",
    "services.evaluation.certificates",
    "services.eastwest.orders",
    "services.eastwest.placements",
    "gateway.identity.users",
    "gateway.identity.clients",
)
HEAD = """# 各类事项的状态 States of every paper

由 `python -m deploy.state_diagrams` 从各服务据以决定的步骤表(`policy.py`)画出,请勿手改。Drawn from the tables of steps by which the services decide.
每条箭头是一个步骤,括号中为可办的角色;不改变状态的步骤列在图后。
"""


def machines() -> Iterator[Machine]:
    """Every paper's, in reading order. Some read their labels when they are first asked for."""
    for noun in POLICIES:
        policy = import_module(f"{noun}.policy")
        if hasattr(policy, "MACHINES"):
            yield from policy.MACHINES.values()
        else:
            yield policy.MACHINE if hasattr(policy, "MACHINE") else import_module(f"{noun}.steps").machine_of(county.folder())


def drawn(found: Iterable[Machine]) -> str:
    """The whole file."""
    return "\n".join([HEAD, *map(_paper, found)])


def _paper(machine: Machine) -> str:
    arrows = [
        f"    {state} --> {step.to}: {step.title}({_roles(step, state)})"
        for step in machine.steps
        for state in machine.states
        if step.to and state in step.states
    ]
    within = [
        f"- {step.title}(`{step.action}`):{'、'.join(machine.states[state] for state in machine.states if state in step.states)};{_roles(step)}"
        for step in machine.steps
        if not step.to
    ]
    states = [f"    {state}: {label}" for state, label in machine.states.items()]
    apart = [f"由不同的人办理:{'、'.join(machine.parts.values())}。"] if machine.parts else []
    lines = [f"## {machine.paper}", "", "```mermaid", "stateDiagram-v2", *states, *arrows, "```", ""]
    return "\n".join([*lines, *([*within, ""] if within else []), *([*apart, ""] if apart else [])])


def _roles(step: Step, state: str | None = None) -> str:
    labels = codes.named("role")
    return "/".join(labels[role] for role in labels if role in step.roles and (state is None or state in step.roles[role]))


def main() -> int:
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(drawn(machines()), encoding="utf-8")
    print(FILE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
