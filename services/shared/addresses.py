"""Hosts that are written as addresses (IPv4 or IPv6). A name is none: nothing is looked up."""

import ipaddress


def is_address(host: str) -> bool:
    """Whether it is an address and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether it is an address of this computer alone (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3)."""
    return is_address(host) and ipaddress.ip_address(host).is_loopback
