"""Whether an address that a client gave may be called: http(s), and not leading into a private network."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit


class NotPublic(ValueError):
    """The address must not be called; the sentence says why, without repeating it."""


def check(url: str, *, allow_private: bool) -> None:
    """Look the address up now. Raises NotPublic.

    Called when the webhook is set and again before every call, since a name may lead elsewhere by then.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise NotPublic("it is not a web address") from None
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None or not url.isascii():
        raise NotPublic("it must begin with http:// or https://, without user name")
    if allow_private:
        return
    try:
        found = socket.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotPublic("its host cannot be found") from None
    for *_, place in found:
        address = ipaddress.ip_address(str(place[0]).split("%", 1)[0])
        mapped = getattr(address, "ipv4_mapped", None) or address
        if not mapped.is_global or mapped.is_multicast:
            raise NotPublic("it leads into a private network")
