"""Functions that a test can have the Python client serve, by name."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable
from typing import Any, Callable

from iii.channels import ChannelReader, ChannelWriter
from iii.errors import InvocationError
from iii.iii import III
from iii.types import StreamRequest, StreamResponse
from iii_helpers.http import http
from iii_helpers.observability import current_span_id, current_trace_id
from opentelemetry import baggage

Tell = Callable[[dict[str, Any]], None]
Handler = Callable[..., Awaitable[Any]]


def pattern(size: int) -> bytes:
    """Bytes that show a lost, doubled or swapped piece: they repeat after a prime number."""
    return (bytes(i % 251 for i in range(251)) * (size // 251 + 1))[:size]


async def digest(reader: ChannelReader) -> dict[str, Any]:
    texts: list[str] = []
    reader.on_message(texts.append)
    data = await reader.read_all()
    return {"texts": texts, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def make_handler(name: str, *, worker: III, tell: Tell, function_id: str, given: dict[str, Any]) -> Handler:
    """The handler of a name, for one function; `given` is what the test said about it."""
    failures_left: int = given.get("failures", 0)

    async def echo(data: Any) -> Any:
        return data

    async def record(data: Any, metadata: Any = None) -> Any:
        tell({"event": "received", "of": function_id, "payload": data, "metadata": metadata})
        return given.get("result")

    async def flaky(data: Any) -> Any:
        nonlocal failures_left
        failures_left -= 1
        failed = failures_left >= 0
        tell({"event": "received", "of": function_id, "payload": data, "failed": failed})
        if failed:
            raise RuntimeError("not yet")

    async def fail(data: Any) -> Any:
        raise ValueError(data["message"])

    async def refuse(data: Any) -> Any:
        raise InvocationError(code=data["code"], message=data["message"])

    async def never(_data: Any) -> Any:
        await asyncio.Event().wait()

    async def relay(data: Any) -> Any:
        here = {"trace_id": current_trace_id(), "span_id": current_span_id(), "baggage": dict(baggage.get_all())}
        if "to" not in given:
            return [here]
        return [here, *await worker.trigger_async({"function_id": given["to"], "payload": data})]

    async def http_answer(request: Any) -> Any:
        facts = {"by": given["by"], "body": request["body"], "query": request["query_params"]}
        headers = {"x-served-by": given["by"]}
        return {"status_code": 201, "headers": headers, "body": {**facts, "path": request["path_params"]}}

    @http
    async def http_stream(request: StreamRequest, response: StreamResponse) -> None:
        uploaded = await request.request_body.read_all()
        await response.status(202)
        await response.headers({"content-type": "text/plain", "x-served-by": given["by"]})
        await response.writer.write(f"{len(uploaded)} bytes, ".encode())
        await response.writer.write(hashlib.sha256(uploaded).hexdigest().encode())
        await response.writer.close_async()

    async def consume(data: Any) -> Any:
        return await digest(data["reader"])

    async def produce(data: Any) -> Any:
        writer: ChannelWriter = data["writer"]
        for text in data["texts"]:
            await writer.send_message_async(text)
        await writer.write(pattern(data["size"]))
        await writer.close_async()
        return hashlib.sha256(pattern(data["size"])).hexdigest()

    handlers: dict[str, Handler] = {
        "echo": echo,
        "record": record,
        "flaky": flaky,
        "fail": fail,
        "refuse": refuse,
        "never": never,
        "relay": relay,
        "http_answer": http_answer,
        "http_stream": http_stream,
        "consume": consume,
        "produce": produce,
    }
    return handlers[name]
