"""The worklist and the tables of steps say the same: no state waits for nobody, and nobody is told to take a step that is not theirs to take."""

from collections import defaultdict

import pytest

from deploy.state_diagrams import machines
from gateway.worklist import operations as gateway
from services.eastwest.worklist import operations as eastwest
from services.evaluation.worklist import operations as evaluation
from services.registry.worklist import operations as registry
from services.subsidy.worklist import operations as subsidy
from shared import codes, county, periods, workdays
from shared.worklist import Kind

CALENDAR = workdays.load(county.folder() / "workdays")
OF_SUBSIDY = (*subsidy.KINDS, subsidy.calendar_year(CALENDAR))
KINDS: tuple[Kind, ...] = (*registry.KINDS, *OF_SUBSIDY, *evaluation.KINDS, *eastwest.KINDS, *gateway.KINDS)
MACHINES = {machine.paper: machine for machine in machines()}
PAPERS = {
    "correction": "更正申请",
    "erasure_request": "删除申请",
    "harvest_alarm": "查询告警",
    "class": "班级",
    "training_wish": "培训意愿",
    "inspection": "检查",
    "complaint": "投诉",
    "supervision_task": "督办任务",
    "scheme_terms": "条款",
    "claim": "申领单",
    "objection": "异议",
    "appeal": "申诉",
    "payment_batch": "拨付批次",
    "recovery": "追回",
    "filing": "备案",
    "assessment": "评价批次",
    "certificate": "证书",
    "order": "订单",
    "placement": "安置",
    "user": "用户",
    "client": "客户端",
}
FILED, BUILT = ("目录", "考核规范"), ("培训基地",)  # papers about trades: one table, three machines


def _papers(kind: Kind) -> tuple[str, ...]:
    """The machines of the papers that wait so."""
    if kind.paper.type == "trade_paper":
        return BUILT if kind.code.value.startswith("training_base") else FILED
    return (PAPERS[kind.paper.type],) if kind.paper.type in PAPERS else ()


# States from which a step leads on though nobody has to take it.
AT_REST = {
    ("机构", "active"): "stands as it is until something happens",
    ("机构", "suspended"): "a sanction runs until somebody decides otherwise",
    ("机构", "exited"): "may come back with a new designation",
    ("学员", "registered"): "a person is no task; duplicates are looked for, not waited for",
    ("学员", "merged"): "goes on as another; taken back only where it was a mistake",
    ("更正申请", "accepted"): "decided: a second decision is answered `correction_decided`",
    ("更正申请", "rejected"): "decided: a second decision is answered `correction_decided`",
    ("班级", "rejected"): "decided: the school may put it right and file it again, or leave it",
    ("班级", "completed"): "done; what follows is a claim or an assessment, which wait themselves",
    ("报名记录", "enrolled"): "the class that is completed settles it",
    ("报名记录", "completed"): "its work is told; the town is told of who has none",
    ("报名记录", "absent"): "its work may be told as anyone's",
    ("报名记录", "withdrawn"): "left; comes back only where that was a mistake",
    ("岗位推荐", "open"): "a person takes their time; of who finds no work the town is told",
    ("投诉", "answered"): "done; who complained may still have to be called",
    ("投诉", "dismissed"): "done; who complained may still have to be called",
    ("目录", "in_force"): "in force until somebody ends it",
    ("考核规范", "in_force"): "in force until somebody ends it",
    ("培训基地", "built"): "stands until it is closed",
    ("督办任务", "closed"): "done; taken up again only where it turns out not to be",
    ("拨付批次", "confirmed"): "done, unless the bank brings money back",
    ("备案", "suspended"): "a sanction runs until somebody decides otherwise",
    ("考评人员登记", "listed"): "stands as it is until something happens",
    ("考评人员登记", "excluded"): "a sanction runs until somebody decides otherwise",
    ("评价批次", "issued"): "done, unless an amendment lets somebody pass",
    ("订单", "closed"): "done: closing again is answered `order_closed`",
    ("安置", "left"): "done; what is reported later is taken all the same",
    ("异议", "dismissed"): "decided: who objected may still be asked for",
    ("异议", "upheld"): "decided: who objected may still be asked for",
    ("用户", "active"): "used until somebody disables it",
    ("用户", "disabled"): "done: disabling it again changes nothing",
    ("客户端", "active"): "used until somebody disables it",
    ("客户端", "disabled"): "done: disabling it again changes nothing",
}


def test_every_state_waits_for_somebody_or_is_at_rest_for_a_reason() -> None:
    waiting = defaultdict(set)
    for kind in KINDS:
        for paper in _papers(kind):
            waiting[paper] |= kind.states
    moving = {(paper, str(state)) for paper, machine in MACHINES.items() for step in machine.steps for state in step.states}
    waited = {(paper, str(state)) for paper, states in waiting.items() for state in states}
    assert moving - waited - AT_REST.keys() == set()
    assert AT_REST.keys() <= moving - waited


@pytest.mark.parametrize("kind", [kind for kind in KINDS if _papers(kind)], ids=lambda kind: kind.code)
def test_who_is_told_of_a_step_may_take_it(kind: Kind) -> None:
    for step in (MACHINES[paper].step(kind.action) for paper in _papers(kind)):
        for role in kind.roles:
            assert kind.states <= step.roles[role], role


def test_every_kind_has_its_label_and_its_last_day() -> None:
    named = [kind.code.value for kind in KINDS]
    assert sorted(named) == sorted(codes.labels(periods.KINDS))
    on_a_day_of_their_own = {kind.code.value for kind in KINDS if kind.due_on is not None}
    answered = {"objection_accepted", "appeal_received"}  # the day of each is set by the same period when it is accepted or comes in
    assert set(named) - on_a_day_of_their_own | answered == periods.here().keys()
