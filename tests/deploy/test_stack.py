"""What the stack refuses before it starts anything."""

import socket
from pathlib import Path

import pytest

from deploy import local
from deploy.processes import CannotStart, only_owner
from deploy.stack import PORTS, SERVICES, Stack


def test_a_busy_port_is_named_with_its_setting(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "var")
    with socket.socket() as other:
        other.bind(("127.0.0.1", stack.ports["subsidy"]))
        other.listen()
        with pytest.raises(CannotStart, match=rf"端口 {stack.ports['subsidy']}.*SUBSIDY_PORT"), stack:
            pass
    assert stack.pids == {}


def test_a_second_start_on_the_same_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    with only_owner(tmp_path / "var/lock", "系统"), pytest.raises(CannotStart, match="系统已在运行"), Stack(tmp_path / "var"):
        pass


def test_a_free_port_is_one_that_no_outgoing_connection_can_take() -> None:
    ports = Stack().ports
    assert set(ports) == set(SERVICES) == set(PORTS)
    assert len(set(ports.values())) == len(SERVICES)
    assert all(1024 < port < 32768 for port in ports.values())


def test_the_ports_are_those_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_PORT", "9000")
    assert local.ports() == {**PORTS, "gateway": 9000}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("eight", id="not-a-number"),
        pytest.param("0", id="0-is-none"),
        pytest.param("65536", id="65536-is-too-high"),
        pytest.param("8001", id="the-port-of-another-service"),
    ],
)
def test_a_wrong_port_is_named_with_its_setting(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("GATEWAY_PORT", given)
    monkeypatch.delenv("REGISTRY_PORT", raising=False)
    with pytest.raises(CannotStart, match=r"(GATEWAY|REGISTRY)_PORT"):
        local.ports()


@pytest.mark.parametrize("given", [pytest.param("1", id="1-is-the-lowest"), pytest.param("65535", id="65535-is-the-highest")])
def test_the_outermost_ports_are_taken(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("GATEWAY_PORT", given)
    assert local.ports()["gateway"] == int(given)
