"""Which addresses may be told, who gets which event, and when a failed delivery is tried again."""

from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given, strategies

from gateway.webhooks import policy

OUTSIDE, LOCAL = policy.Reach(), policy.Reach(local=True)
INSIDE = policy.Reach(networks=(ip_network("10.20.0.0/16"), ip_network("fd12:3456::/32")), own_hosts=frozenset({"registry", "10.20.9.9"}))
WIDE = policy.Reach(networks=(ip_network("0.0.0.0/0"), ip_network("::/0")))


@pytest.mark.parametrize(
    "host",
    [
        "hooks.example.gov.cn",
        "hooks.example.gov.cn.",
        "hooks.example.gov.cn:8443",
        "xn--fiq228c.xn--fiqs8s",
        "8.8.8.8",
        "[2606:4700::1111]",
        "[::ffff:8.8.8.8]",
        "[64:ff9b::8.8.8.8]",
        "[2002:808:808::1]",
        "[2606:4700::5efe:8.8.8.8]",
    ],
)
def test_a_public_https_address_is_allowed(host: str) -> None:
    assert policy.url_fault(f"https://{host}/a?b=c", OUTSIDE) is None


INNER = [
    "localhost",
    "localhost.",
    "a.localhost",
    "registry",
    "a.internal",
    "printer.local",
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.01",
    "1.2.3.4.5",
    "8.8.8.8.0x",
    "a.0x7f",
    "a.1",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "１２７.0.0.1",
    "①②⑦.0.0.1",
    "127。0。0。1",
    "hooks..example.gov.cn",
    "10.1.2.3",
    "192.168.1.1",
    "172.16.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "0.0.0.0",
    "[::]",
    "[::1]",
    "[::127.0.0.1]",
    "[::10.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:0:10.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::8.8.8.8]",
    "[2002:7f00:1::]",
    "[2002:a00:1::1]",
    "[2001::1]",
    "[2001:0:808:808:0:0:f7f7:f7f7]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[2606:4700::5efe:10.0.0.1]",
    "[2606:4700::200:5efe:10.0.0.1]",
    "[100::1]",
    "[5f00::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fe80::1%25eth0]",
    "[2606:4700::1111%25eth0]",
    "[fec0::1]",
    "[ff02::1]",
]


@pytest.mark.parametrize("host", INNER)
def test_in_production_our_own_network_is_refused_however_it_is_written(host: str) -> None:
    assert policy.url_fault(f"https://{host}/", OUTSIDE)


def test_in_production_plain_http_is_refused_outside_and_inside() -> None:
    assert policy.url_fault("http://hooks.example.gov.cn/", OUTSIDE) and policy.url_fault("http://10.20.0.1/", INSIDE)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param(str(network[0]), str(network[-1]), id=str(network))
        for network in (*policy.NOT_PUBLIC, *map(ip_network, ("fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "64:ff9b:1::/48")))
    ],
)
def test_both_ends_of_each_inner_network_are_refused(first: str, last: str) -> None:
    assert not policy.may_reach(first, OUTSIDE) and not policy.may_reach(last, OUTSIDE)


@pytest.mark.parametrize(
    "address",
    [
        *("1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255"),
        *("169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0", "192.88.98.255", "192.88.100.0"),
        *(
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "198.51.101.0",
            "203.0.112.255",
            "203.0.114.0",
        ),
        *(
            "223.255.255.255",
            "168.63.129.15",
            "168.63.129.17",
            "2001:200::",
            "2001:db7:ffff::",
            "2001:db9::",
            "2000::",
            "3ffe::",
            "3fff:1000::",
        ),
    ],
)
def test_what_stands_beside_an_inner_network_is_public(address: str) -> None:
    assert policy.may_reach(address, OUTSIDE)


@given(strategies.ip_addresses())
def test_nothing_that_the_library_takes_for_local_is_ever_reached(found: IPv4Address | IPv6Address) -> None:
    local = found.is_loopback or found.is_link_local or found.is_multicast or found.is_unspecified
    if found.is_private or local or found.is_reserved:
        assert not policy.may_reach(str(found), OUTSIDE) or policy._reached(found) != found
    if local:
        assert not policy.may_reach(str(found), WIDE)


@given(
    strategies.ip_addresses(v=4), strategies.sampled_from(["::ffff:{}", "::{}", "::ffff:0:{}", "64:ff9b::{}", "6to4", "2606:4700::5efe:{}"])
)
def test_an_address_that_carries_another_reaches_no_further_than_that(inner: IPv4Address, form: str) -> None:
    outer = ip_address((0x2002 << 112) | (int(inner) << 80) | 1) if form == "6to4" else ip_address(form.format(inner))
    for reach in (OUTSIDE, INSIDE, WIDE):
        assert policy.may_reach(str(outer), reach) == policy.may_reach(str(inner), reach)


@pytest.mark.parametrize(
    "host",
    ["10.20.0.0", "10.20.255.255", "[::ffff:10.20.1.1]", "[fd12:3456::1]", "8.8.8.8", "hooks.intranet.gov.cn", "hooks", "hooks.internal"],
)
def test_named_inner_networks_may_be_told_and_names_are_judged_when_they_are_looked_up(host: str) -> None:
    assert policy.url_fault(f"https://{host}/", INSIDE) is None


@pytest.mark.parametrize("host", ["10.19.255.255", "10.21.0.0", "[fd12:3457::1]", "10.20.9.9", "registry", "localhost", "169.254.169.254"])
def test_what_no_named_network_holds_and_our_own_hosts_are_refused(host: str) -> None:
    assert policy.url_fault(f"https://{host}/", INSIDE)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "169.254.169.254", "fe80::1", "100.100.100.200", "fd00:ec2::254", "0.0.0.0", "::"])
def test_the_widest_network_opens_neither_this_machine_nor_a_clouds_secrets(address: str) -> None:
    assert policy.may_reach("10.9.8.7", WIDE) and not policy.may_reach(address, WIDE)
    assert not policy.may_reach("10.9.8.7", WIDE, {"10.9.8.7"})


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/hook", "http://localhost/", "https://hooks.example.gov.cn/"])
def test_in_the_local_stack_loopback_is_allowed(url: str) -> None:
    assert policy.url_fault(url, LOCAL) is None


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
    assert policy.url_fault(url, policy.Reach(local))


@pytest.mark.parametrize(
    ("types", "type_", "wanted"),
    [
        (None, "claim.submitted", True),
        (["claim.submitted"], "claim.submitted", True),
        (["claim.submitted"], "claim.paid", False),
        (["claim.*"], "claim.paid", True),
        (["claim.*"], "claimant.paid", False),
    ],
)
def test_an_endpoint_gets_what_it_asks_for(types: list[str] | None, type_: str, wanted: bool) -> None:
    assert policy.wants(types, type_) is wanted


@pytest.mark.parametrize(
    ("held", "at_making", "left"),
    [
        (None, None, None),
        (None, ["claims.read"], {"claims.read"}),
        ({"claims.read", "funds.read"}, None, {"claims.read", "funds.read"}),
        ({"claims.read", "funds.read"}, ["claims.read", "classes.read"], {"claims.read"}),
        ({"funds.read"}, ["claims.read"], set()),
    ],
)
def test_it_may_know_of_no_more_than_its_account_today_and_its_token_then(
    held: set[str] | None, at_making: list[str] | None, left: set[str] | None
) -> None:
    assert policy.narrowed(None if held is None else frozenset(held), at_making) == left


def test_delays_grow_to_four_hours_and_are_spread() -> None:
    assert [policy.delay_seconds(attempts, 0) for attempts in (1, 2, 3, 9, 10, 28, 400)] == [1, 3, 9, 6561, 14400, 14400, 14400]
    assert policy.delay_seconds(3, 1.0) == 9 * 1.25


@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_it_is_tried_over_three_days_and_less_than_four(jitter: float) -> None:
    between = [policy.delay_seconds(attempts, jitter) for attempts in range(1, policy.ATTEMPTS_AT_MOST)]
    assert policy.RETRIED_FOR <= timedelta(seconds=sum(between)) < timedelta(days=4)
    assert timedelta(seconds=sum(between[:-1])) < policy.RETRIED_FOR or jitter


@pytest.mark.parametrize(
    ("asked", "granted"), [(timedelta(hours=1), 3600), (timedelta(days=9), 86400), (timedelta(), 9), (timedelta(seconds=-5), 9)]
)
def test_the_receiver_may_ask_for_more_time_up_to_a_day(asked: timedelta, granted: float) -> None:
    assert policy.delay_seconds(3, 0.0, asked) == granted
