"""What `/metrics` tells beside requests, and that alert rules and dashboard speak of what is told."""

import json
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from shared import changes, db, gauges
from tests.conftest import SERVICES, Service, Start
from tests.sealing import CALL, write

MONITORING = Path(__file__).parents[2] / "deploy/monitoring"
OF_PROMETHEUS = {"up", "job", "instance", "le", "ALERTS"}  # every target has these
WORDS = {"sum", "max", "rate", "histogram_quantile", "min_over_time", "label_replace", "and"}


@pytest.fixture(autouse=True)
def _busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauges, "ANSWERED_WITHIN_SECONDS", 30)
    monkeypatch.setattr("shared.pulse.PATIENCE_SECONDS", 30)


async def told(service: Service) -> dict[str, dict[tuple[str, ...], float]]:
    """Every sample by its name and the values of its labels."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(await text_of(service)):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


async def test_the_lag_of_a_follower_is_what_the_feed_has_and_it_has_not(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauges, "SAME_FOR_SECONDS", 0)
    async with start("registry") as registry:
        assert (await told(registry))["change_feed_head"] == {(): 0}
        async with registry.kernel.writing.begin() as session:
            await changes.publish_all(session, [changes.event(CALL, "trainee.changed", db.new_id(), version=1) for _ in range(3)])
            await session.execute(changes.CURSORS.insert().values(feed="subsidy", after="812-41"))
        now = await told(registry)
        assert now["change_feed_head"] == {(): 3}
        assert now["followed_feed_place"][("subsidy",)] == 41


async def test_rows_that_wait_for_their_seal_are_told_in_seconds(start: Start) -> None:
    async with start("evaluation") as service:
        await write(service.kernel.engine, 1)
        async with service.superuser() as connection:
            await connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            await connection.exec_driver_sql("UPDATE audit SET recorded_at = clock_timestamp() - interval '90 seconds'")
        assert (await told(service))["audit_unsealed_seconds"][()] >= 90


async def test_figures_are_asked_for_once_in_a_while_however_often_they_are_read(start: Start) -> None:
    async with start("eastwest") as service:
        await told(service)
        with service.statements() as asked:
            assert (await told(service))["database_up"] == {(): 1}
        assert asked == []


async def test_without_its_database_a_process_tells_what_it_knows_itself(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    async with start("subsidy") as service:
        monkeypatch.setattr(service.kernel.pulse, "away", "连接不上")
        await told(service)  # counted once it is answered
        monkeypatch.setattr(gauges, "SAME_FOR_SECONDS", 0)
        away = await told(service)
        assert away["database_up"] == {(): 0}
        assert "http_requests_total" in away and away["database_pool_size"] == {(): 10}
        assert "fund_yuan" not in away


async def text_of(service: Service) -> str:
    answer = await service.as_("public").get("/metrics")
    assert answer.status_code == 200
    return answer.text


def _said() -> list[str]:
    """Every expression of the alert rules and the dashboard."""
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text())
    board = json.loads((MONITORING / "dashboard.json").read_text())
    return [
        *(rule["expr"] for group in rules["groups"] for rule in group["rules"]),
        *(target["expr"] for panel in board["panels"] for target in panel["targets"]),
    ]


def _names(expression: str) -> tuple[set[str], set[str]]:
    """The metrics that an expression is about, and the labels it goes by."""
    labels = {name for part in re.findall(r"\{([^}]*)}", expression) for name in re.findall(r"(\w+)\s*[=!]", part)}
    bare = re.sub(r"\{[^}]*}|\[[^]]*]|\"[^\"]*\"", " ", expression)
    for part in re.findall(r"\b(?:by|on|group_right)\s*\(([^)]*)\)", bare):
        labels |= set(re.findall(r"\w+", part))
    bare = re.sub(r"\b(?:by|on|group_right)\s*\([^)]*\)", " ", bare)
    return set(re.findall(r"\b[a-zA-Z_]\w*\b", bare)) - WORDS, labels


async def test_alerts_and_dashboard_speak_of_metrics_that_are_told(start: Start) -> None:
    names, labels = set(OF_PROMETHEUS), set(OF_PROMETHEUS)
    for name in SERVICES:
        async with start(name) as service:
            await service.as_("public").get("/livez")
            text = await text_of(service)
            assert "database_up 1.0" in text
            stated = {gauge.name: gauge.labels for gauge in (*gauges.OF_EVERY_SERVICE, *service.app.state.part.gauges)}
            for family in text_string_to_metric_families(text):
                names |= {family.name, *(sample.name for sample in family.samples)}
                labels |= {label for sample in family.samples for label in sample.labels}
            assert [told for told in stated if f"# TYPE {told} gauge" not in text] == []
            names |= stated.keys()
            labels |= {label for of in stated.values() for label in of}
    for expression in _said():
        about, by = _names(expression)
        assert about <= names and by <= labels, expression
    assert {name for expression in _said() for name in _names(expression)[0]} >= {
        "fund_yuan",
        "claims_open",
        "followed_feed_place",
        "audit_unsealed_seconds",
    }


def test_every_scraped_job_is_a_service() -> None:
    scraped = yaml.safe_load((MONITORING / "prometheus.yml").read_text())["scrape_configs"]
    assert {each["job_name"] for each in scraped} == set(SERVICES)
