"""Where HTTP comes in: the one door to uvicorn, on a thread of its own, with a limit to everybody's time and room."""

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from ambience.errors import require
from ambience.live.threads import eager_thread
from ambience.live.wire import MESSAGE_BYTES

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

HEAD_BYTES = 16_384

_REQUEST_S = 5.0  # for a head, and again for a body; also how long an idle connection is kept
_STALLED_S = 5.0  # for which somebody may take nothing of what he is sent
_WAITING_BYTES = 16_384  # that may wait for him
_KERNEL_BYTES = 65_536  # that the system keeps for him besides: a stalled client is found out in a second or two
_STRANGERS = 256  # connections that have not asked for anything yet; the oldest has to go
_OWN_FILES = 128
_START_S, _STOP_S = 10.0, 10.0
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_NO_LINGER = struct.pack("ii", 1, 0)


class _Patience:
    """Drops a peer who takes nothing of what he is sent; for a protocol of asyncio."""

    config: uvicorn.Config
    transport: asyncio.Transport
    loop: asyncio.AbstractEventLoop
    _stalled: asyncio.TimerHandle | None = None

    def limit_writing(self) -> None:
        """Let little wait for the peer."""
        self.transport.set_write_buffer_limits(high=_WAITING_BYTES)

    def pause_writing(self) -> None:
        """Begin to lose patience."""
        super().pause_writing()  # type: ignore[misc]
        self._stalled = self.loop.call_later(_STALLED_S, self._lose_sight)

    def resume_writing(self) -> None:
        """Be patient again."""
        super().resume_writing()  # type: ignore[misc]
        self._calm()

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the peer."""
        self._calm()
        super().connection_lost(error)  # type: ignore[misc]

    def _lose_sight(self) -> None:
        _around(self.config).dropped += 1
        _drop(self.transport)

    def _calm(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None


class _WebSocket(_Patience, WebSocketsSansIOProtocol):
    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.limit_writing()


class _Http(_Patience, H11Protocol):
    """A connection; until its request is complete, it is a stranger on the porch."""

    _porch: "dict[_Http, None]"  # in the order in which they came
    _deadline: asyncio.TimerHandle | None = None
    _head_is_there = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.limit_writing()
        self._porch = _around(self.config).porch
        self._wait()
        if len(self._porch) > _STRANGERS:
            _drop(next(iter(self._porch)).transport)

    def handle_events(self) -> None:
        super().handle_events()
        asked = self.cycle is not None and not self.cycle.response_complete
        upgraded = self not in self.connections
        if upgraded or (asked and not self.cycle.more_body):
            self._leave()
        elif asked and not self._head_is_there:
            self._wait()  # for the body
            self._head_is_there = True

    def on_response_complete(self) -> None:
        self._wait()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._leave()
        self._porch[self] = None
        self._deadline = self.loop.call_later(_REQUEST_S, self._lose_patience)

    def _leave(self) -> None:
        self._porch.pop(self, None)
        self._head_is_there = False
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _lose_patience(self) -> None:
        if self.cycle is None or not self.cycle.response_started:
            self.transport.write(_TOO_SLOW)
        self.transport.close()


class _Porched:
    """An application, and the strangers on its porch."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self.porch: dict[_Http, None] = {}
        self.dropped = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._application(scope, receive, send)


def _around(config: uvicorn.Config) -> _Porched:
    """Return the application that a connection was opened for."""
    assert isinstance(config.app, _Porched)  # the listener gave it
    return config.app


class Listener:
    """Serves an application until it is closed.

    Parameters
    ----------
    opened : socket
        Bound; the listener closes it.
    application : callable
        Of the ASGI kind.
    """

    def __init__(self, opened: socket.socket, application: Application) -> None:
        self._socket = opened
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_BYTES)  # every connection inherits it
        self._porched = _Porched(application)
        config = uvicorn.Config(
            self._porched,
            loop="asyncio",
            http=_Http,
            ws=_WebSocket,
            ws_max_size=MESSAGE_BYTES,
            ws_ping_interval=20.0,
            ws_ping_timeout=20.0,
            ws_per_message_deflate=False,
            lifespan="on",
            log_config=None,
            log_level="critical",  # a flood of bad requests must not become a flood of lines
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=int(_REQUEST_S),
            timeout_graceful_shutdown=1,
            h11_max_incomplete_event_size=HEAD_BYTES,
        )
        self._server = uvicorn.Server(config)
        self._thread = eager_thread(self._run, "web")

    def start(self) -> None:
        """Begin; connections are answered when this returns.

        Raises
        ------
        OSError
            If it does not come about.
        """
        self._thread.start()
        until_s = time.monotonic() + _START_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > until_s:
                raise OSError("the web server did not start")
            time.sleep(0.005)

    @property
    def dropped(self) -> int:
        """How many were dropped because they took nothing of what they were sent."""
        return self._porched.dropped

    def close(self) -> None:
        """Close every connection and stop."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(_STOP_S)
        self._socket.close()

    def _run(self) -> None:
        with contextlib.suppress(SystemExit):  # what uvicorn raises when it cannot start
            asyncio.run(self._server.serve([self._socket]))


def require_files(max_clients: int) -> None:
    """Raise `ParameterError` unless the system lets a process have so many clients."""
    try:
        import resource
    except ImportError:  # Windows counts otherwise
        return
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    rule = f"must be at most {max(most - _STRANGERS - _OWN_FILES, 0)}: the system lets this process open {most} files"
    fits = most == resource.RLIM_INFINITY or max_clients + _STRANGERS + _OWN_FILES <= most
    require(fits, "live", "max_clients", max_clients, rule, "See ulimit -n.")


def _drop(transport: asyncio.Transport) -> None:
    """Close at once, and let the system forget what it still had for the peer."""
    with contextlib.suppress(OSError):
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
