"""The web door of a session: a page, one JSON document, changes, sound; whoever the gate lets in."""

import asyncio
import contextlib
import dataclasses
import functools
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from fastapi.staticfiles import StaticFiles

from ambience.errors import AmbienceError, ParameterError, explain, require
from ambience.io.mp3 import require_mp3
from ambience.live.http.address import address_of, bound, bracketed, token_of
from ambience.live.http.board import Board
from ambience.live.http.documents import Answer, Refusal, StateDocument, answer_to
from ambience.live.http.gate import Gate, Rules
from ambience.live.http.listener import Listener, require_files
from ambience.live.http.manual import manual_page
from ambience.live.http.stream import FORMATS, Broadcast
from ambience.live.player import Receipt
from ambience.live.session import LiveSession
from ambience.live.surfaces import Surface, SurfaceOptions
from ambience.live.wire import VERSION, Message, id_of, read_json, wish_of
from ambience.live.wishes import Wish

_PAGE = StaticFiles(directory=Path(__file__).with_name("web"), html=True, check_dir=False)
_MOST_ASKING = 64  # whose changes wait for the render thread; it gets them one at a time
_NOT_NOW, _TOO_MANY = 409, 429


def open_surface(session: LiveSession, options: SurfaceOptions) -> Surface:
    """Open the web door of a session.

    Raises
    ------
    ParameterError
        If the address or the token cannot be used.
    OSError
        If the port is taken.
    """
    return WebDoor(session, options)


@functools.cache
def rehearse() -> None:
    """Lay out a path and serve a page to nobody: the first time, the libraries load for a tenth of a second."""
    app = FastAPI()
    app.get("/state", responses={422: {"model": Refusal}})(lambda: None)
    app.mount("/", _PAGE)
    scope = {"type": "http", "method": "GET", "path": "/", "headers": (), "query_string": b""}
    asking = app(scope, asyncio.Future, lambda message: asyncio.sleep(0.0))
    with ThreadPoolExecutor(1) as nobody:  # who calls may have a loop of his own
        nobody.submit(asyncio.run, asking).result()


class WebDoor:
    """A page, a document, changes and sound, on one port."""

    def __init__(self, session: LiveSession, options: SurfaceOptions) -> None:
        require(options.max_clients >= 1, "live", "max_clients", options.max_clients, "must be at least 1")
        require_files(options.max_clients)
        host = address_of(options.host)
        token = token_of(options.token, host)
        opened = bound(host, options.http_port or 0)
        port = opened.getsockname()[1]
        rules = Rules(port, options.allowed_hosts, options.allow_origins, token, options.max_clients)
        self._session, self._board, self._broadcast = session, Board(session), Broadcast(session)
        self._turnstile, self._asking = asyncio.Lock(), 0
        self._gate = Gate(_application(self), rules)
        self._listener = Listener(opened, self._gate)
        self.url = f"http://{'127.0.0.1' if host == '0.0.0.0' else bracketed(host)}:{port}/"
        self.line = self.url if token == options.token else f"{self.url}?token={token}"
        self._listener.start()

    def close(self) -> None:
        """Close every connection and stop listening."""
        self._listener.close()

    @contextlib.asynccontextmanager
    async def lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        """Keep the board and carry the sound while the server runs."""
        tasks = [asyncio.create_task(work.keep()) for work in (self._board, self._broadcast)]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def health(self) -> Response:
        """Tell whether sound is being made."""
        playing = self._session.playing
        return JSONResponse({"version": VERSION, "ok": playing, "playing": playing}, 200 if playing else 503)

    async def state(self) -> Response:
        """Tell how the piece stands."""
        return _json((await self._document()).model_dump_json())

    async def stats(self) -> Response:
        """Tell what was counted since the session began."""
        counted = {
            "clients": self._gate.clients,
            "dropped_clients": self._listener.dropped + self._broadcast.dropped,
            "refused_connections": self._gate.refused,
            "server_failures": self._gate.failures,
        }
        return JSONResponse({"version": VERSION, **dataclasses.asdict(self._session.stats()), **counted})

    async def change(self, request: Request) -> Response:
        """Ask for a change; the answer tells what will happen, and when."""
        try:
            table = read_json(await request.body())
        except ParameterError as error:
            return _refusal(str(error), 400)
        try:
            answer = answer_to(await self._ask(wish_of(table)), id_of(table))
        except ParameterError as error:
            return _refusal(str(error), 422, id_of(table))
        except AmbienceError as error:
            return _refusal(str(error), _TOO_MANY if self._session.playing else _NOT_NOW, id_of(table))
        return _json(answer.model_dump_json())

    async def mp3(self) -> Response:
        """Stream what is played as an MP3 without end."""
        try:
            require_mp3(self._session.sample_rate_hz)
        except ParameterError as error:
            return _refusal(str(error), 501)
        return StreamingResponse(self._broadcast.mp3.blocks(), media_type="audio/mpeg")

    async def control(self, web_socket: WebSocket) -> None:
        """Push the state, take changes, answer each."""
        await web_socket.accept()
        answering: set[asyncio.Task[None]] = set()  # an asyncio loop keeps no hold of its tasks

        def hear(content: str | bytes) -> None:
            task = asyncio.create_task(self._answer(web_socket, content))
            answering.add(task)
            task.add_done_callback(answering.discard)

        self._board.readers += 1
        try:
            await _converse(web_socket, self._push(web_socket), hear)
        finally:
            self._board.readers -= 1

    async def audio(self, web_socket: WebSocket) -> None:
        """Send the sound as PCM behind one line that describes it."""
        name = web_socket.query_params.get("format", FORMATS[0])
        await web_socket.accept()
        await _converse(web_socket, self._play(web_socket, name), lambda content: None)

    async def page_of_the_wire(self, request: Request) -> Response:
        """Describe the wire for people."""
        return HTMLResponse(manual_page(request.app.openapi()))

    async def _document(self) -> StateDocument:
        self._board.clients = self._gate.clients
        return await self._board.document()

    async def _push(self, web_socket: WebSocket) -> None:
        await web_socket.send_text((await self._document()).model_dump_json())
        while True:
            text = await self._board.next()
            self._board.clients = self._gate.clients
            await web_socket.send_text(text)

    async def _play(self, web_socket: WebSocket, name: str) -> None:
        if name not in FORMATS:
            error = explain("live", "format", name[:100], f"must be one of {', '.join(FORMATS)}")
            await web_socket.send_text(Refusal(error=error).model_dump_json())
            await web_socket.close(1008)
            return
        hello = {"version": VERSION, "rate": self._session.sample_rate_hz, "channels": 2, "format": name}
        await web_socket.send_json(hello)
        async for block in self._broadcast.pcm[name].blocks():
            await web_socket.send_bytes(block)
        await web_socket.close(1001)

    async def _answer(self, web_socket: WebSocket, content: str | bytes) -> None:
        message_id: int | str | None = None
        try:
            table = read_json(content)
            message_id = id_of(table)
            text = answer_to(await self._ask(wish_of(table)), message_id).model_dump_json()
        except AmbienceError as error:
            text = Refusal(id=message_id, error=str(error)).model_dump_json()
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # gone, or being closed
            await web_socket.send_text(text)

    async def _ask(self, wish: Wish) -> Receipt:
        """Let one change at a time through to the render thread: a flood must not keep it from rendering."""
        if self._asking >= _MOST_ASKING:
            raise AmbienceError("live: too many requests at once. Wait until they are answered.")
        self._asking += 1
        try:
            async with self._turnstile:
                return await self._session.asked(wish)
        finally:
            self._asking -= 1


def _application(door: WebDoor) -> FastAPI:
    """Lay out the paths."""
    app = FastAPI(title="ambience live", version=str(VERSION), docs_url=None, redoc_url=None, lifespan=door.lifespan)
    body = {"content": {"application/json": {"schema": Message.model_json_schema()}}, "required": True}
    wrong: dict[int | str, dict[str, Any]] = {
        status: {"model": Refusal} for status in (400, _NOT_NOW, 411, 413, 415, 422, _TOO_MANY)
    }
    app.get("/health")(door.health)
    app.get("/state", responses={200: {"model": StateDocument}})(door.state)
    app.post("/state", responses={200: {"model": Answer}, **wrong}, openapi_extra={"requestBody": body})(door.change)
    app.get("/stats")(door.stats)
    app.get("/audio.mp3", response_class=StreamingResponse)(door.mp3)
    app.get("/docs", include_in_schema=False)(door.page_of_the_wire)
    app.websocket("/ws")(door.control)
    app.websocket("/audio")(door.audio)
    app.mount("/", _PAGE)
    app.exception_handler(404)(_lost)
    app.exception_handler(405)(_lost)
    return app


async def _lost(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    return _refusal(explain("live", "path", request.url.path[:100], "is not here", "See /docs."), status)


async def _converse(web_socket: WebSocket, speech: Any, hear: Callable[[str | bytes], None]) -> None:
    """Speak and listen until either side has enough."""
    speaking: asyncio.Task[None] = asyncio.create_task(speech)
    try:
        while (message := await web_socket.receive())["type"] == "websocket.receive":
            content = message.get("text")
            hear(message["bytes"] if content is None else content)
    finally:
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)


def _json(text: str) -> Response:
    return Response(text, media_type="application/json")


def _refusal(error: str, status: int, message_id: int | str | None = None) -> Response:
    return Response(Refusal(id=message_id, error=error).model_dump_json(), status, media_type="application/json")
