"""The board waits for a service that is slow because the machine does other work: what a test leaves unknown is away, not late."""

import pytest

from gateway.plans import clients


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "SECONDS_AT_MOST", 30)
