"""Orders of the partner city, who goes there, and what their employers report."""

from datetime import date, timedelta
from typing import Any

from deploy.demo.year.cast import whole
from deploy.demo.year.training import Training
from shared.months import months_after


class Foshan:
    """The partner's side. `held`: who kept the work for three months, in the order of the story."""

    def __init__(self, training: Training) -> None:
        self.training, self.cast, self.story = training, training.cast, training.story
        self.held = list[tuple[str, str]]()  # trainee, placement
        self.orders = {told["number"]: told for told in self.story["orders"]}

    def order(self) -> None:
        for told in self.story["orders"]:
            on = str(told["ordered_on"])
            occupation = self.cast.occupations[told["trade"]]
            standard = {"certificate_kind": "skill_level", "level": "junior", "set_on": on, "text": "持证上岗,能独立完成低压配线"}
            body = {
                **{name: told[name] for name in ("number", "employer", "posts")},
                "occupation_code": occupation,
                "ordered_on": on,
                "until_on": str(told["until_on"]),
                "standard": standard | {"occupation_code": occupation},
                "wage_from": told["wage"][0],
                "wage_to": told["wage"][1],
            }
            self.training.orders[told["number"]] = self.cast.partner.do("POST", "/v1/orders", on=on, json=body)["id"]

    def place(self) -> None:
        """Group by group, each taking the next who hold the certificate of the order's class."""
        waiting = {course.order: iter(certified.items()) for course, certified in self.training.certified.items() if course.order}
        for group in self.story["placements"]:
            self._place(group, [one for one, _ in zip(waiting.get(group["order"], ()), range(group["people"]), strict=False)])

    def _place(self, group: Any, people: list[tuple[str, str]]) -> None:
        course = next(each for each in self.training.certified if each.order == group["order"])
        started_on: date | None = group.get("started_on")
        on = (started_on - timedelta(6) if started_on else self.story.day - timedelta(7)).isoformat()
        placed = []
        for trainee_id, certificate_id in people:
            body = {"order_id": self.training.orders[group["order"]], "trainee_id": trainee_id, "certificate_id": certificate_id}
            made = self.cast.partner.do("POST", "/v1/placements", on=on, json=body | {"class_id": self.training.ids[course]})
            placed.append((trainee_id, made["id"]))
        if not started_on or not placed:
            return
        self._report([(one, "started", started_on, ()) for _, one in placed], on=started_on)
        for month in range(group["proved"]):
            from_on, to_on = months_after(started_on, month), months_after(started_on, month + 1) - timedelta(1)
            proof = [{"grade": "C", "covers_from_on": from_on.isoformat(), "covers_to_on": to_on.isoformat(), "ref": "盖章工资表"}]
            self._report([(one, f"present{month}", to_on, proof) for _, one in placed], on=min(to_on + timedelta(5), self.story.day))
        if "left_after" in group:
            left_on = started_on + timedelta(group["left_after"])
            self._report([(one, "left", left_on, ()) for _, one in placed], on=min(left_on + timedelta(4), self.story.day))
        elif group["proved"] == 3:
            self.held += placed

    def _report(self, facts: list[tuple[str, str, date, Any]], *, on: date) -> None:
        items = [
            {"placement_id": one, "external_ref": f"{kind}-{one}", "kind": kind.rstrip("012"), "effective_on": day.isoformat()}
            | ({"evidence": proof} if proof else {})
            for one, kind, day, proof in facts
        ]
        self.cast.partner.do("POST", "/v1/placement-updates:batch", on=on.isoformat(), json=whole(items))
