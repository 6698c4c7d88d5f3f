"""Which addresses may be told, who gets which event, and when a failed delivery is tried again."""

import pytest

from gateway.webhooks import policy


@pytest.mark.parametrize(
    "url",
    ["https://hooks.example.gov.cn/kaili", "https://hooks.example.gov.cn:8443/a?b=c", "https://8.8.8.8/", "https://[2606:4700::1111]/"],
)
def test_a_public_https_address_is_allowed(url: str) -> None:
    assert policy.url_fault(url, local=False) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.gov.cn/",
        "https://localhost/",
        "https://registry/",
        "https://a.internal/",
        "https://printer.local/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://localhost./",
    ],
)
def test_in_production_our_own_network_and_plain_http_are_refused(url: str) -> None:
    assert policy.url_fault(url, local=False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/hook", "http://localhost/", "https://hooks.example.gov.cn/"])
def test_in_the_local_stack_loopback_is_allowed(url: str) -> None:
    assert policy.url_fault(url, local=True) is None


@pytest.mark.parametrize("local", [True, False])
@pytest.mark.parametrize(
    "url",
    [
        "",
        "hook",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https:///a",
        "https://user:secret@example.com/",
        "https://example.com/#a",
        "https://example.com:99999/",
        "https://exa mple.com/",
        "https://example.com\\@127.0.0.1/",
        "https://杨.example.com/",
        "https://[::1/",
    ],
)
def test_what_is_no_plain_address_is_refused_everywhere(url: str, local: bool) -> None:
    assert policy.url_fault(url, local=local)


@pytest.mark.parametrize(
    ("types", "scopes", "type_", "wanted"),
    [
        (None, None, "claim.submitted", True),
        (["claim.submitted"], None, "claim.submitted", True),
        (["claim.submitted"], None, "claim.paid", False),
        (["claim.*"], None, "claim.paid", True),
        (["claim.*"], None, "claimant.paid", False),
        (None, ["claims.read"], "claim.paid", True),
        (None, ["claims.write"], "claim.paid", False),
        (None, ["claims.read"], "trainee.changed", False),
        (None, ["claims.read"], "unheard.of", False),
        (None, [], "claim.paid", False),
        (["trainee.*"], ["claims.read"], "trainee.changed", False),
    ],
)
def test_an_endpoint_gets_what_it_asks_for_and_its_owner_may_read(
    types: list[str] | None, scopes: list[str] | None, type_: str, wanted: bool
) -> None:
    assert policy.wants(types, scopes, type_) is wanted


def test_delays_double_up_to_an_hour_and_are_spread() -> None:
    assert [policy.delay_seconds(attempts, 1.0) for attempts in (1, 2, 3, 12, 13, 36, 400)] == [1, 2, 4, 2048, 3600, 3600, 3600]
    assert policy.delay_seconds(3, 0.0) == 2
