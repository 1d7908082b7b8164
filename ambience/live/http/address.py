"""Where a door listens: an address that is a number, a socket that is bound to it, and what strangers must show."""

import ipaddress
import re
import secrets
import socket

from ambience.errors import ParameterError, explain, require

_TOKEN = re.compile(r"[A-Za-z0-9._~-]{1,200}")  # what an address and a cookie can hold


def is_loopback(host: str) -> bool:
    """Tell whether an address can be reached from this machine only; ValueError if it is none."""
    return ipaddress.ip_address(host).is_loopback


def bracketed(host: str) -> str:
    """Write an address as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def address_of(host: str) -> str:
    """Return a host as a number; a name might be resolved to something else tomorrow."""
    if host == "localhost":
        return "127.0.0.1"
    try:
        is_loopback(host)
    except ValueError:
        hint = "127.0.0.1 is this machine only; 0.0.0.0 is every network it is in."
        raise ParameterError(explain("live", "host", host, "must be an IP address", hint)) from None
    return host


def token_of(given: str, host: str) -> str:
    """Return the token that is asked for at an address: the one that was given, none, or one that nobody can guess."""
    require(not given or bool(_TOKEN.fullmatch(given)), "live", "token", "…", "must be letters, digits or -._~")
    return given or ("" if is_loopback(host) else secrets.token_urlsafe(32))


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to an address; OSError if the port is taken."""
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        raise OSError(error.errno, f"{error.strerror}: port {port}", host) from None
    return opened
