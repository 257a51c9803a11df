"""The network that a request comes from, for limits and for bursts of votes alike."""

import pytest
from flask import Flask

from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.networks import client_network, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        ("192.0.2.7:51234", "192.0.2.7/32"),
        (" 192.0.2.7 ", "192.0.2.7/32"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ("[::ffff:192.0.2.7]:443", "192.0.2.7/32"),
        ("64:ff9b::c000:207", "192.0.2.7/32"),
        ("::192.0.2.7", "192.0.2.7/32"),
        ("2002:c000:207::1", "192.0.2.7/32"),
        ("2001:0:1234::3fff:fdf8", "192.0.2.7/32"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:bbbb::1]:8080", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:bbbb::1]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", None),
        (None, None),
        ("unknown", None),
        ("192.0.2.7:51234:9", None),
    ],
)
def test_one_place_is_one_network_however_it_is_written(
    address: str | None, network: str | None
) -> None:
    assert network_of(address, ipv4=32, ipv6=64) == network


def test_bursts_look_at_wider_networks_of_the_same_reading() -> None:
    with Flask(__name__).test_request_context(environ_base={"REMOTE_ADDR": "::ffff:192.0.2.7"}):
        assert client_network(ipv4=24, ipv6=48) == "192.0.2.0/24"


@pytest.fixture
def limited_site(sites: Sites) -> Site:
    return sites.make([], rate_limits=True, trusted_proxies=1)


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("198.51.100.1:{}", True),
        ("::ffff:198.51.100.{}", False),
        ("64:ff9b::c633:64{:02x}", False),
        ("2001:db8::{}", True),
        ("nonsense-{}", True),
    ],
)
def test_attempts_are_counted_for_one_place_and_for_no_other(
    limited_site: Site, first: str, again: bool
) -> None:
    """Eleven attempts to sign in where ten are free: refused if they are one place."""
    client = limited_site.browser()
    form = client.read("/compte/connexion").form("/compte/connexion")
    sent = form.filled({"email": "nobody@example.org", "password": "a wrong one"})
    statuses = [
        client.post(
            form.action,
            data=sent,
            headers={"X-Forwarded-For": first.format(number)},
        ).status_code
        for number in range(1, 12)
    ]
    assert (statuses[-1] == 429) is again
    assert 429 not in statuses[:-1]
