"""What people read where the system speaks in codes: labels from `/v1/codes`, titles from `/v1/problems`, figures as an office writes them."""

from typing import Any

from deploy.demo.main_job import Job

MET = {True: "符合", False: "不符合", None: "不适用"}
VALID = "有效"


class Words:
    """The labels of the running system, read once."""

    def __init__(self, job: Job, *, on: str) -> None:
        lists = job.officer.do("GET", "/v1/codes", on=on)
        self._labels = {name: {each["code"]: each["label"] for each in codes} for name, codes in lists.items()}
        self._titles = {each["code"]: each["title"] for each in job.officer.do("GET", "/v1/problems", on=on)["items"]}

    def of(self, name: str, code: str) -> str:
        """The label of one code of the list `name`."""
        return self._labels[name][code]

    def problem(self, code: str) -> str:
        return self._titles[code]


def figure(value: Any, unit: str) -> str:
    """A count as it stands, a share as per cent, a dash where nothing is known."""
    if value is None:
        return "—"
    return f"{round(value * 100, 1):g}%" if unit == "ratio" else f"{value:g}"
