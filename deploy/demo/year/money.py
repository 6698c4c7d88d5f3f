"""The claims: who applies on which day, how far each has come by the story's day, what the public objects to, and what the bank did."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from deploy.demo.main_job import Person
from deploy.demo.year.cast import together
from deploy.demo.year.foshan import Foshan
from deploy.demo.year.reading import Course, after
from deploy.demo.year.training import Training

OBJECTION = "公示的人里有一位当天在外地务工,没有来上课,请核实签到。"
REVIEWED, CONFIRMED, APPROVED, PAID = 3, 5, 12, 14  # working days after the submission
Step = tuple[date, str, str]  # when, by whom, what


@dataclass
class Ask:
    """A claim to be made and what turn it takes; `id` once it is made."""

    scheme: str
    person: Person
    body: Mapping[str, Any]
    submitted_on: date
    turn: str
    id: str = ""

    @property
    def path(self) -> str:
        return f"/v1/claims/{self.id}"

    @property
    def counted_from(self) -> date:
        """The day from which the office's steps are counted."""
        return after(self.submitted_on, 5) if self.turn == "resubmitted" else self.submitted_on

    def steps(self) -> Iterator[Step]:
        """What the office does with it, in order; it is done as far as its day has come."""
        if self.turn in ("draft", "withdrawn", "waiting"):
            return
        since = self.counted_from
        match self.turn:
            case "held":
                yield after(since, 1), "officer", "hold"
                return
            case "returned":
                yield after(since, REVIEWED), "officer", "return"
                return
            case "rejected":
                yield after(since, REVIEWED), "officer", "reject"
                return
        yield after(since, REVIEWED), "officer", "review"
        yield after(since, CONFIRMED), "reviewer", "confirm"
        if self.turn.startswith("objected"):
            yield after(since, CONFIRMED + 1), "public", "object"
        if self.turn == "objected":
            return
        if self.turn == "objected_dismissed":
            yield after(since, CONFIRMED + 2), "officer", "dismiss"
        yield after(since, APPROVED), "finance", "approve"
        if self.turn == "closed":
            yield after(since, PAID), "finance", "close"

    def pays_on(self) -> date | None:
        ends = ("draft", "withdrawn", "waiting", "held", "returned", "rejected", "objected", "closed")
        return None if self.turn in ends else after(self.counted_from, PAID)


REASONS = {
    "return": "签到表缺最后一天下午的签字页,请补齐后再报。",
    "reject": "班级由其他项目开办,不得重复申领。",
    "hold": "接到电话反映,待现场核实。",
    "close": "全部人员不予补贴。",
}


class Money:
    """Every claim of the year, made and decided on."""

    def __init__(self, training: Training, foshan: Foshan) -> None:
        self.training, self.foshan, self.cast, self.day = training, foshan, training.cast, training.story.day
        self.asks = list[Ask]()

    def claim_all(self) -> None:
        self.asks = [*self._of_classes(), *self._of_people()]
        self.asks = [ask for ask in self.asks if ask.submitted_on <= self.day]
        together(self._apply, self.asks)
        self._decide()
        self._pay()
        self._ask_back()
        self._appeal()

    def _of_classes(self) -> Iterator[Ask]:
        for course in self.training.story.courses:
            if course.claimed_on and course in self.training.ids:
                yield self._of_class(course)

    def _of_class(self, course: Course) -> Ask:
        assert course.claimed_on
        body = {
            "kind": "training",
            "scheme": course.channel,
            "applicant": {"institution_id": self.cast.holders[course.holder]},
            "class_id": self.training.ids[course],
            "fund_id": self.cast.funds[course.channel],
        }
        return Ask(course.channel, self.cast.users[course.holder], body, course.claimed_on, course.claim_turn)

    def _of_people(self) -> Iterator[Ask]:
        """Certificates by the employer, with what the workers signed; work that was kept by the bureau's window, with what the person signed."""
        told = sorted(((on, told) for told in self.training.story["claims"] for on in told["submitted_on"]), key=lambda each: each[0])
        of_certificates = [each for each in told if each[1]["scheme"] == "certificate_direct"]
        of_work = [each for each in told if each[1]["scheme"] == "placement_stability"]
        for (on, claim), (course, several) in zip(of_certificates, self._certified_workers(len(of_certificates)), strict=False):
            lines = [{"trainee_id": one, "certificate_id": certificate} for one, certificate in several]
            yield self._of_person(claim, on, self.cast.users[course.holder], {"institution_id": self.cast.holders[course.holder]}, lines)
        for (on, claim), (one, placement) in zip(of_work, self.foshan.held, strict=False):
            yield self._of_person(claim, on, self.cast.window, {"trainee_id": one}, [{"trainee_id": one, "placement_id": placement}])

    def _of_person(
        self, told: Mapping[str, Any], on: date, person: Person, applicant: Mapping[str, Any], lines: Sequence[Mapping[str, str]]
    ) -> Ask:
        kind = "certificate" if told["scheme"] == "certificate_direct" else "placement"
        signed = self.cast.upload(person, "本人签字的授权书.pdf", on.isoformat())
        body = {
            "kind": kind,
            "scheme": told["scheme"],
            "applicant": applicant,
            "fund_id": self.cast.funds[told["scheme"]],
            "lines": lines,
            "attachments": [{"code": "authorisation", "file_id": signed}],
        }
        if "trainee_id" in applicant:
            body["on_behalf"] = True
        return Ask(told["scheme"], person, body, on, told.get("turn", ""))

    def _certified_workers(self, claims: int) -> Iterator[tuple[Course, list[tuple[str, str]]]]:
        """A few at a time, of classes for which their employer did not claim: a trade and level are paid for once."""
        own = {
            course: list(certified.items())
            for course, certified in self.training.certified.items()
            if course.of_kind == "enterprise" and not course.claimed_on
        }
        several = sum(map(len, own.values())) // claims
        for course in sorted(own, key=lambda course: course.ends_on):
            for n in range(0, len(own[course]) - several + 1, several):
                yield course, own[course][n : n + several]

    def _apply(self, ask: Ask) -> None:
        on = ask.submitted_on.isoformat()
        made = ask.person.do("POST", "/v1/claims", on=on, json=ask.body)
        ask.id = made["id"]
        if ask.turn == "draft":
            return
        sent = ask.person.do("POST", f"{ask.path}:submit", on=on, etag=f'"{made["version"]}"', json={})
        match ask.turn:
            case "withdrawn":
                on = after(ask.submitted_on, 1).isoformat()
                ask.person.do(
                    "POST", f"{ask.path}:withdraw", on=on, etag=f'"{sent["version"]}"', json={"comment": "人员名单有误,重新申领。"}
                )
            case "resubmitted":
                returned_on = after(ask.submitted_on, REVIEWED).isoformat()
                self.cast.officer.act(ask.path, "return", {"reason": REASONS["return"]}, on=returned_on)
                ask.person.act(ask.path, "submit", {"comment": "签字页已补齐。"}, on=ask.counted_from.isoformat())

    def _decide(self) -> None:
        """Day by day, all that the same clerk does in the same way at once."""
        days = defaultdict[Step, list[Ask]](list)
        for ask in self.asks:
            for step in ask.steps():
                if step[0] <= self.day:
                    days[step].append(ask)
        for (on, who, action), asks in sorted(days.items(), key=lambda each: each[0][0]):
            if action in ("object", "dismiss"):
                for ask in asks:
                    (self._object if action == "object" else self._dismiss)(ask, on.isoformat())
            else:
                self._at_once(getattr(self.cast, who), action, asks, on.isoformat())

    def _at_once(self, clerk: Person, action: str, asks: Sequence[Ask], on: str) -> None:
        said = {"reason": REASONS[action]} if action in REASONS else {}
        body = {"action": action, "claim_ids": [ask.id for ask in asks]} | said
        answer = clerk.do("POST", "/v1/claims:decide", on=on, json=body)
        if refused := [item["errors"] for item in answer["items"] if item["outcome"] == "rejected"]:
            raise ValueError(f"{action} on {on}: {refused}")

    def _object(self, ask: Ask, on: str) -> None:
        notices = self.cast.public.do("GET", "/v1/notices?limit=200", on=on)["items"]
        notice = next(each for each in notices if each["claim_id"] == ask.id)
        body = {"reason": OBJECTION, "name": "村民 吴某", "contact": "13985500077"}
        self.cast.public.do("POST", f"/v1/notices/{notice['id']}/objections", on=on, json=body)

    def _dismiss(self, ask: Ask, on: str) -> None:
        found = self.cast.officer.do("GET", f"/v1/objections?claim_id={ask.id}", on=on)["items"][0]
        body = {"reason": "经查签到照片,当日本人在场。"}
        self.cast.officer.do("POST", f"/v1/objections/{found['id']}:dismiss", on=on, json=body)

    def _pay(self) -> None:
        """A batch for each fund and day. What bounced waits for a corrected account."""
        batches = defaultdict[tuple[date, str], list[Ask]](list)
        for ask in self.asks:
            if (on := ask.pays_on()) and on <= self.day:
                batches[on, str(ask.body["fund_id"])].append(ask)
        for (on, fund_id), asks in sorted(batches.items(), key=lambda each: each[0][0]):
            self._pay_batch(on.isoformat(), fund_id, asks)

    def _pay_batch(self, on: str, fund_id: str, asks: Sequence[Ask]) -> None:
        finance = self.cast.finance
        batch = finance.do("POST", "/v1/payment-batches", on=on, json={"fund_id": fund_id, "claim_ids": [ask.id for ask in asks]})
        paper = f"/v1/payment-batches/{batch['id']}"
        exported = finance.do("POST", f"{paper}:export", on=on, etag=f'"{batch["version"]}"', json={})
        bounced = {ask.id for ask in asks if ask.turn == "bounced"}
        paid = {"result": "paid", "voucher_no": f"YS-{on}", "paid_on": on}
        results = [
            {"payment_id": each["id"]} | ({"result": "bounced", "reason": "户名与账号不符"} if each["claim_id"] in bounced else paid)
            for each in exported["payments"]
        ]
        finance.do("POST", f"{paper}:confirm", on=on, etag=f'"{exported["version"]}"', json={"results": results})

    def _ask_back(self) -> None:
        for ask in self.asks:
            on = ask.pays_on()
            if ask.turn not in ("recovering", "recovered") or on is None or after(on, 3) > self.day:
                continue
            day = after(on, 3).isoformat()
            lines = self.cast.finance.do("GET", ask.path, on=day)["lines"]
            line = next(each for each in lines if each["paid_amount"] != "0.00")
            body = {"reason": "抽查发现此人当日不在班。", "persons": [{"trainee_id": line["trainee_id"], "amount": line["paid_amount"]}]}
            self.cast.finance.act(ask.path, "recover", body, on=day)
            if ask.turn == "recovered":
                found = self.cast.finance.do("GET", f"/v1/recoveries?claim_id={ask.id}", on=day)["items"][0]
                received_on = min(after(on, 8), self.day).isoformat()
                body = {"received_on": received_on, "voucher_no": f"ZH-{found['id'][-8:]}"}
                self.cast.finance.act(f"/v1/recoveries/{found['id']}", "confirm", body, on=received_on)

    def _appeal(self) -> None:
        for ask in (ask for ask in self.asks if ask.turn == "appealed"):
            on = after(ask.counted_from, PAID + 1)
            if on <= self.day:
                lines = ask.person.do("GET", ask.path, on=on.isoformat())["lines"]
                refused = next((line["trainee_id"] for line in lines if line["verdict"] == "refused"), None)
                said = {"reason": "证书补考已通过,请重新核定。"} | ({"trainee_id": refused} if refused else {})
                ask.person.do("POST", f"{ask.path}/appeals", on=on.isoformat(), json=said)
