"""What else happens in a city: inspections and complaints, measures, brands, tasks and shares of the targets, wishes and offers of work."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from deploy.demo.main_job import Person
from deploy.demo.year.cast import together, whole
from deploy.demo.year.reading import Course, after
from deploy.demo.year.training import Training

PLAN = "kaili-2024"


class Voices:
    def __init__(self, training: Training) -> None:
        self.training, self.cast, self.story = training, training.cast, training.story
        self.today = training.story.day.isoformat()

    def speak(self) -> None:
        for part, say in (
            ("inspections", self._inspect),
            ("complaints", self._complain),
            ("measures", self._measure),
            ("brands", self._brand),
            ("tasks", self._ask),
            ("offers", self._offer),
            ("wishes", self._wish),
        ):
            together(say, self.story[part])
        self._share_the_target()

    def _latest(self, holder: str, on: date, *, over: bool = False) -> Course | None:
        """The last class of an institution that has begun by that day, or is over."""
        known = [each for each in self.training.story.courses if each.holder == holder and not each.turn and each in self.training.ids]
        begun = [each for each in known if (each.ends_on < on if over else each.starts_on <= on)]
        return max(begun, key=lambda each: each.starts_on, default=None)

    def _inspect(self, told: Mapping[str, Any]) -> None:
        on = told["on"]
        if not (course := self._latest(told["holder"], on)):
            return
        body: dict[str, Any] = {"on": on.isoformat(), "headcount": len(self.training.people[course])}
        items = ("teachers", "courses", "materials", "equipment", "assessment")
        body["findings"] = [{"item": item, "met": item != told.get("item")} for item in items]
        for each in body["findings"]:
            if not each["met"]:
                each["finding"], body["due_on"] = told["finding"], told["due_on"].isoformat()
        made = self.cast.officer.do("POST", f"/v1/classes/{self.training.ids[course]}/inspections", on=on.isoformat(), json=body)
        paper, replied_on = f"/v1/inspections/{made['id']}", after(on, 5).isoformat()
        if "reply" in told:
            self.cast.users[told["holder"]].do("POST", f"{paper}:answer", on=replied_on, json={"reply": told["reply"]})
        if told.get("closed"):
            self.cast.window.do("POST", f"{paper}:close", on=replied_on, json={"comment": "已复查。"})

    def _complain(self, told: Mapping[str, Any]) -> None:
        on = told["on"]
        if not (course := self._latest(told["holder"], on, over=True)):
            return
        subject = {"kind": "class", "id": self.training.ids[course]}
        body = {"subject": subject, "text": told["text"], "name": "学员 王某", "contact": "13985500099"}
        self.cast.public.do("POST", "/v1/complaints", on=on.isoformat(), json=body)
        if told["turn"] == "received":
            return
        listed = self.cast.officer.do("GET", "/v1/complaints?limit=200", on=on.isoformat())["items"]
        paper = f"/v1/complaints/{next(each['id'] for each in listed if each['class_id'] == self.training.ids[course])}"
        decided_on = after(on, 2).isoformat()
        self.cast.officer.do("POST", f"{paper}:accept", on=decided_on, json={})
        if told["turn"] != "accepted":
            said = {"reason": "经现场核实,办理完毕。"}
            self.cast.officer.do("POST", f"{paper}:{'dismiss' if told['turn'] == 'dismissed' else 'uphold'}", on=decided_on, json=said)

    def _measure(self, told: Mapping[str, Any]) -> None:
        body = {name: told[name] for name in ("kind", "document", "reason")}
        days = {name: told[name].isoformat() for name in ("from_on", "until_on")}
        holder = {"institution_id": self.cast.holders[told["holder"]]}
        self.cast.reviewer.do("POST", "/v1/measures", on=days["from_on"], json=body | days | holder)

    def _brand(self, told: Mapping[str, Any]) -> None:
        body = {name: value.isoformat() if isinstance(value, date) else value for name, value in told.items()}
        self.cast.officer.do("POST", "/v1/brands", on=self.today, json=body)

    def _ask(self, told: Mapping[str, Any]) -> None:
        whom, who = self._asked(told)
        body = {name: told[name] for name in ("title", "line", "reason")} | {"due_on": told["due_on"].isoformat(), "to": whom}
        made = self.cast.officer.do("POST", "/v1/supervision-tasks", on=told["on"].isoformat(), json=body)
        if "reply" in told:
            paper = f"/v1/supervision-tasks/{made['id']}"
            who.do("POST", f"{paper}:answer", on=after(told["on"], 4).isoformat(), json={"text": told["reply"]})

    def _asked(self, told: Mapping[str, Any]) -> tuple[dict[str, str], Person]:
        if "town" in told:
            return {"region_code": self.cast.towns[told["town"]]}, self.cast.of("town", told["town"])
        if "department" in told:
            return {"department": told["department"]}, self.cast.of("department", told["department"])
        return {"institution_id": self.cast.holders[told["holder"]]}, self.cast.users[told["holder"]]

    def _share_the_target(self) -> None:
        told = self.story["subtargets"]
        for town, value in told["towns"].items():
            body = {"line": told["line"], "period": told["period"], "town": self.cast.towns[town], "value": value}
            self.cast.officer.do("POST", f"/v1/plans/{PLAN}/subtargets", on="2025-01-20", json=body)

    def _offer(self, told: Mapping[str, Any]) -> None:
        on, over = told["offered_on"], told["stage"] == "after"
        if not (course := self._latest(told["holder"], on, over=over)):
            return
        listed = self.cast.officer.do("GET", f"/v1/classes/{self.training.ids[course]}/enrolments?limit=200", on=self.today)["items"]
        for enrolment, result in zip(listed, told["results"], strict=False):
            body = {name: told[name] for name in ("employer", "wage", "stage")} | {"offered_on": on.isoformat(), "result": result}
            if result == "declined":
                body["reason"] = "家中有老人要照顾。"
            self.cast.officer.do("POST", f"/v1/enrolments/{enrolment['id']}/job-offers", on=on.isoformat(), json=body)

    def _wish(self, told: Mapping[str, Any]) -> None:
        town = self.cast.towns[told["town"]]
        listed = self.cast.officer.do("GET", f"/v1/trainees?region_code={town}&limit={told['people']}", on=self.today)["items"]
        wishes = [{"trainee_id": each["id"], **self.cast.trade_of(told["trade"])} for each in listed]
        self.cast.of("town", told["town"]).do("POST", "/v1/training-wishes:batch", on=self.today, json=whole(wishes))
