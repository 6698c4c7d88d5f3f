"""The demonstration's year is told by two files that fit together."""

import tomllib
from datetime import date

import pytest

from deploy.demo.year.reading import CALENDAR, Story, before, read
from shared import county, workdays


@pytest.fixture(scope="module")
def story() -> Story:
    return read()


def test_sixty_classes_and_three_thousand_people_in_every_town(story: Story) -> None:
    held = [course for course in story.courses if not course.imported]
    assert len(held) >= 60 and sum(course.people for course in held if not course.turn) >= 3_000
    regions = tomllib.loads((county.folder() / "regions.toml").read_text("utf-8"))["regions"]
    towns = {region["name"] for region in regions if region["kind"] in ("town", "subdistrict")}
    assert {course.town for course in held} == towns


def test_the_files_name_only_whom_and_what_they_tell_of(story: Story) -> None:
    holders, orders = {told["key"] for told in story["holders"]}, {told["number"] for told in story["orders"]}
    assert {course.holder for course in story.courses} <= holders
    assert {course.order for course in story.courses if course.order} == orders >= {told["order"] for told in story["placements"]}


def test_each_page_is_looked_at_by_who_can_sign_in(story: Story) -> None:
    assert {page["login"] for page in story["pages"] if "login" in page} <= story.accounts.keys()


def test_an_office_works_on_working_days(story: Story) -> None:
    assert all(workdays.is_working_day(before(course.starts_on, 20), CALENDAR) for course in story.courses)
    assert before(date(2025, 10, 8), 1) == date(2025, 9, 30)
