"""The OSC door: one datagram asks, one answers; whoever subscribes is told how the music goes."""

import contextlib
import ipaddress
import select
import socket
import threading
import time
from concurrent.futures import Future
from functools import partial

from ambience.errors import AmbienceError, ParameterError, explain, require
from ambience.live.complaints import Complaints
from ambience.live.osc.audience import Address, Audience
from ambience.live.osc.packet import MOST_BYTES, Malformed, OscMessage, read_packet, write_packet
from ambience.live.osc.words import wish_from
from ambience.live.player import Receipt
from ambience.live.session import LiveSession
from ambience.live.surfaces import SurfaceOptions
from ambience.live.threads import eager_thread

_WINDOW_S = 0.05
_WINDOW_DATAGRAMS = 100  # 2,000 a second; what is beyond is left to the system, which drops it
_IDLE_S, _TELLING_S = 0.05, 0.01
_LONGEST_ANSWER = 400
_NEVER_ANSWERED = ("/ok", "/error", "/now/")  # two doors that answered each other's answers would never stop


class OscDoor:
    """Listens on a UDP port.

    Parameters
    ----------
    session : LiveSession
        What is steered.
    host : str
        Address of this machine, as numbers.
    port : int
        0 finds one.
    allowed : tuple of str
        Senders, as addresses or networks; empty: this machine only.

    Raises
    ------
    ParameterError
        If others than this machine could ask, and nobody said who.
    OSError
        If the port is taken.
    """

    def __init__(self, session: LiveSession, host: str, port: int, allowed: tuple[str, ...] = ()) -> None:
        self._session, self._allowed = session, _senders(host, allowed)
        self._socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            raise OSError(error.errno, f"{error.strerror}: port {port}", host) from None
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self.line = f"OSC on {host} port {self.port}"
        self.complaints = Complaints("osc")
        self.datagrams = 0  # read
        self._window_ends_s, self._left = 0.0, 0
        self._audience = Audience(session, self._send)
        self._ended = threading.Event()
        self._thread = eager_thread(self._run, "osc")
        self._thread.start()

    def close(self) -> None:
        """Stop to listen."""
        self._ended.set()
        self._thread.join()
        self._audience.close()
        self._socket.close()

    def _run(self) -> None:
        while not self._ended.is_set():
            wait_s = _TELLING_S if len(self._audience) else _IDLE_S
            try:
                readable = self._budget_left() and select.select([self._socket], [], [], wait_s)[0]
                if readable:
                    self._read()
                self._audience.go_on()
            except Exception as error:  # nothing that comes in may close the door
                self.complaints.note("failed", repr(error))
                self._ended.wait(_IDLE_S)

    def _budget_left(self) -> bool:
        """Begin another window if it is time; sleep until then if this one is used up."""
        now_s = time.monotonic()
        if now_s >= self._window_ends_s:
            self._window_ends_s, self._left = now_s + _WINDOW_S, _WINDOW_DATAGRAMS
        elif self._left == 0:
            self.complaints.note("flood", f"more than {_WINDOW_DATAGRAMS / _WINDOW_S:.0f} datagrams a second")
            self._ended.wait(min(self._window_ends_s - now_s, _TELLING_S))
            return False
        return True

    def _read(self) -> None:
        while self._left:
            try:
                datagram, sender = self._socket.recvfrom(MOST_BYTES + 1)
            except BlockingIOError:
                return
            except OSError:  # on some systems an answer that nobody took comes back as an error
                continue
            finally:
                self._left -= 1
            self.datagrams += 1
            if self._is_allowed(sender[0]):
                self._take(datagram, sender)
            else:
                self.complaints.note("stranger", f"{sender[0]} is not among the allowed senders")

    def _is_allowed(self, host: str) -> bool:
        address = ipaddress.ip_address(host.split("%")[0])
        return any(address in network for network in self._allowed if network.version == address.version)

    def _take(self, datagram: bytes, sender: Address) -> None:
        packet = read_packet(datagram)
        if isinstance(packet, Malformed):
            self.complaints.note("malformed", f"a datagram of {len(datagram)} bytes {packet.reason}")
            return
        for message in packet:
            if not message.address.startswith(_NEVER_ANSWERED):
                self._obey(message, sender)

    def _obey(self, message: OscMessage, sender: Address) -> None:
        try:
            if message.address in ("/subscribe", "/unsubscribe"):
                self._subscribe(message, sender)
            elif (wish := wish_from(message)) is not None:
                self._session.ask(wish).add_done_callback(partial(self._answer, message.address, sender))
        except AmbienceError as error:
            self._refuse(message.address, sender, error)

    def _subscribe(self, message: OscMessage, sender: Address) -> None:
        """Note who listens: only the address that asks, though it may name another port."""
        require(len(message.arguments) <= 1, "osc", "arguments", len(message.arguments), "must be a port or nothing")
        port = message.arguments[0] if message.arguments else sender[1]
        fits = isinstance(port, int) and not isinstance(port, bool) and 0 < port < 65_536
        require(fits, "osc", "port", port, "must be a whole number from 1 to 65535")
        listener = (sender[0], port) if isinstance(port, int) else sender
        welcome = message.address == "/subscribe"
        if welcome:
            self._audience.add(listener)
        else:
            self._audience.remove(listener)
        self._accept(message.address, sender, self._session.heard_frame, self._session.now.bar)
        if welcome:
            self._audience.greet(listener)

    def _answer(self, address: str, sender: Address, future: "Future[Receipt]") -> None:
        """Answer when the wish has been met; on the courier's thread."""
        if (error := future.exception()) is not None:
            self._refuse(address, sender, error)
        else:
            receipt = future.result()
            self._accept(address, sender, receipt.at_frame, receipt.bar)

    def _accept(self, address: str, sender: Address, frame: int, bar: int) -> None:
        self._send(write_packet("/ok", address, frame, bar), sender)

    def _refuse(self, address: str, sender: Address, error: BaseException) -> None:
        text = str(error)[:_LONGEST_ANSWER]
        self.complaints.note("refused", f"{address}: {text}")
        self._send(write_packet("/error", address, text), sender)

    def _send(self, datagram: bytes, address: tuple[str, int]) -> None:
        with contextlib.suppress(OSError):  # nobody is there any more, or the network is busy: it is only news
            self._socket.sendto(datagram, address)


def open_surface(session: LiveSession, options: SurfaceOptions) -> OscDoor:
    """Open the door that the options ask for."""
    assert options.osc_port is not None
    return OscDoor(session, options.osc_host, options.osc_port, options.osc_allow)


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _senders(host: str, allowed: tuple[str, ...]) -> tuple[_Network, ...]:
    try:
        here = ipaddress.ip_address(host)
    except ValueError:
        hint = "A name may lead elsewhere than it seems."
        raise ParameterError(explain("live", "osc_host", host, "must be an address such as 127.0.0.1", hint)) from None
    hint = "OSC has no password: name every sender with --osc-allow."
    require(here.is_loopback or bool(allowed), "live", "osc_host", host, "is open to other machines", hint)
    try:
        networks = tuple(ipaddress.ip_network(sender) for sender in allowed)
    except ValueError as error:
        raise ParameterError(explain("live", "osc_allow", ", ".join(allowed), f"is not usable: {error}")) from None
    return networks or (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
