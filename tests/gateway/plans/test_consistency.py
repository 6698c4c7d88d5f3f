"""What the plan says about itself."""

from dataclasses import replace

from gateway.plans import reading
from gateway.plans.policy import consistency
from gateway.plans.policy.consistency import PlanFinding
from shared import county

TEXT = (county.folder() / "plans" / "kaili-2024.toml").read_text(encoding="utf-8")
PLAN = reading.load(county.folder() / "plans" / "kaili-2024.toml")


def findings(code: str, text: str = TEXT) -> list[PlanFinding]:
    return [finding for finding in consistency.check(reading.read(text, "plan.toml")) if finding["code"] == code]


def test_the_years_of_the_enterprise_workers_make_their_total() -> None:
    (finding,) = findings("years_equal_total")
    assert (finding["effect"], finding["lines"]) == ("consistent", ["enterprise.workers"])
    assert "400 + 600 = 总目标 1000" in finding["detail"]


def test_years_that_do_not_make_their_total_are_a_conflict() -> None:
    (finding,) = findings(
        "years_differ_from_total", TEXT.replace('{ period = "total", at_least = 1000 }', '{ period = "total", at_least = 1001 }')
    )
    assert finding["effect"] == "conflict"
    assert "400 + 600 = 1000,总目标却为 1001" in finding["detail"]


def test_the_programmes_ask_for_more_than_the_city_does() -> None:
    city, yueqian = findings("parts_exceed_whole")
    assert city["lines"][0] == "city.total"
    assert "合计 8700 人次" in city["detail"] and "6000 人次" in city["detail"] and "2700 人次" in city["detail"]
    assert yueqian["lines"] == ["brand.yueqian", "brand.nanyue", "brand.guangdong"]
    assert "合计 400 人次" in yueqian["detail"] and "300 人次" in yueqian["detail"]


def test_parts_may_make_the_whole_or_fall_short_of_it() -> None:
    assert len(findings("parts_equal_whole", TEXT.replace("at_least = 300 }]", "at_least = 400 }]"))) == 1
    (short,) = findings("parts_below_whole", TEXT.replace("at_least = 3000 }]", "at_least = 5000 }]"))
    assert (short["effect"], "仍差 1300 人次" in short["detail"]) == ("note", True)


def test_lines_that_count_the_same_people_are_noted() -> None:
    assert [finding["lines"] for finding in findings("same_people")] == [
        ["four.tourism", "practical.tourism"],
        ["four.technician", "practical.project"],
        ["four.domestic", "brand.nanyue"],
    ]
    assert "300 人次即可" in findings("same_people")[0]["detail"] and "须 600 人次" in findings("same_people")[0]["detail"]
    assert "800 人次即可" in findings("same_people")[1]["detail"] and "须 1400 人次" in findings("same_people")[1]["detail"]


def test_the_smallest_order_classes_do_not_yield_the_people_to_retain() -> None:
    (finding,) = findings("yields_too_little")
    assert finding["lines"] == ["brand.foshan.retained", "brand.rongwan", "brand.rongwan.placed"]
    assert "得 8 人" in finding["detail"] and "不足 12 人" in finding["detail"]


def test_larger_order_classes_would_yield_them() -> None:
    (finding,) = findings("yields_enough", TEXT.replace("class_trainees_at_least = 40", "class_trainees_at_least = 100"))
    assert finding["effect"] == "consistent"


def test_every_unconfirmed_reading_is_told() -> None:
    assert len(findings("reading_unconfirmed")) == len(PLAN.readings)


def test_a_line_with_an_unconfirmed_basis_is_told() -> None:
    assert findings("line_unconfirmed") == []
    text = TEXT.replace('clause = "附件4 二(四)"\nbasis_status = "confirmed"', 'clause = "附件4 二(四)"\nbasis_status = "unconfirmed"')
    assert [finding["lines"] for finding in findings("line_unconfirmed", text)] == [["practical.startup"]]


def test_what_asks_for_nothing_contradicts_nothing() -> None:
    without = {"brand.foshan.retained", "four.tourism", "brand.nanyue"}
    lines = tuple(replace(line, targets=()) if line.code in without else line for line in PLAN.lines)
    told = consistency.check(replace(PLAN, lines=lines))
    assert not any(without & set(finding["lines"]) for finding in told)
    assert {finding["code"] for finding in told} == {"years_equal_total", "same_people", "reading_unconfirmed"}
    assert [
        consistency.asked_in_all(PLAN, replace(PLAN.line("city.total"), targets=given)) for given in ((), PLAN.line("city.total").targets)
    ] == [0, 6000]


def test_a_period_that_asks_for_nothing_adds_nothing() -> None:
    line = PLAN.line("enterprise.workers")
    first, *_, total = line.targets
    counted, only_capped = replace(first, at_least=None), replace(total, at_least=None)
    assert consistency.asked_in_all(PLAN, replace(line, targets=(counted, *line.targets[1:-1]))) == 600
    assert consistency.asked_in_all(PLAN, replace(line, targets=(first, only_capped))) == 0
    lines = tuple(replace(each, targets=(counted, only_capped)) if each.code == line.code else each for each in PLAN.lines)
    told = next(finding for finding in consistency.check(replace(PLAN, lines=lines)) if finding["lines"] == [line.code])
    assert told["code"] == "years_equal_total"


def test_a_share_that_asks_for_nothing_yields_nobody() -> None:
    lines = tuple(
        replace(line, targets=(replace(line.targets[0], at_least=None),)) if line.code == "brand.rongwan.placed" else line
        for line in PLAN.lines
    )
    (told,) = (finding for finding in consistency.check(replace(PLAN, lines=lines)) if finding["code"] == "yields_too_little")
    assert "比率 0%,得 0 人" in told["detail"]


def test_classes_of_any_size_yield_nobody_for_sure() -> None:
    lines = tuple(replace(line, class_trainees_at_least=None) if line.code == "brand.rongwan" else line for line in PLAN.lines)
    (told,) = (finding for finding in consistency.check(replace(PLAN, lines=lines)) if finding["code"] == "yields_too_little")
    assert "每期 0 人" in told["detail"] and "得 0 人" in told["detail"] and "不足 20 人" in told["detail"]
