"""What a test can have the Python client do."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any, Callable

from handlers import Tell, digest, make_handler, pattern
from iii import TriggerAction
from iii.helpers import create_channel, create_stream
from iii.iii import III
from iii.triggers import Trigger, TriggerConfig, TriggerHandler
from iii_helpers.observability import Logger
from memory_stream import MemoryStream
from opentelemetry import baggage, context, metrics, trace


class TellingProvider(TriggerHandler[Any]):
    """Keeps what is bound to a trigger type, and says so."""

    def __init__(self, trigger_type: str, tell: Tell) -> None:
        self._type = trigger_type
        self._tell = tell
        self.bound: dict[str, TriggerConfig[Any]] = {}

    async def register_trigger(self, config: TriggerConfig[Any]) -> None:
        if config.config.get("refuse"):
            raise ValueError(f"refused: {config.config['refuse']}")
        self.bound[config.id] = config
        facts = {"function_id": config.function_id, "config": config.config, "metadata": config.metadata}
        self._tell({"event": "bound", "of": self._type, "trigger_id": config.id, **facts})

    async def unregister_trigger(self, config: TriggerConfig[Any]) -> None:
        self.bound.pop(config.id, None)
        self._tell({"event": "unbound", "of": self._type, "trigger_id": config.id})


class Commands:
    def __init__(self, worker: III, name: str, tell: Tell) -> None:
        self._worker = worker
        self._name = name
        self._tell = tell
        self._undo: dict[str, Callable[[], None]] = {}
        self._providers: dict[str, TellingProvider] = {}

    def serve(self, function_id: str, handler: str, **given: Any) -> None:
        made = make_handler(handler, worker=self._worker, tell=self._tell, function_id=function_id, given=given)
        self._undo[function_id] = self._worker.register_function(function_id, made).unregister

    def bind(self, handle: str, **trigger: Any) -> None:
        bound: Trigger = self._worker.register_trigger(trigger)
        self._undo[handle] = bound.unregister

    def undo(self, handle: str) -> None:
        """Takes back what was served or bound."""
        self._undo.pop(handle)()

    def call(self, action: dict[str, Any] | None = None, **request: Any) -> Any:
        if action is not None:
            queue = action.get("queue")
            request["action"] = TriggerAction.Void() if queue is None else TriggerAction.Enqueue(queue=queue)
        return self._worker.trigger(request)

    def provide(self, trigger_type: str) -> None:
        provider = TellingProvider(trigger_type, self._tell)
        self._providers[trigger_type] = provider
        self._worker.register_trigger_type({"id": trigger_type, "description": f"By {self._name}"}, provider)

    def fire(self, trigger_type: str, payload: Any) -> list[Any]:
        bound = list(self._providers[trigger_type].bound.values())
        return [self._worker.trigger({"function_id": one.function_id, "payload": payload}) for one in bound]

    def create_stream(self, stream_name: str) -> None:
        create_stream(self._worker, stream_name, MemoryStream())

    def send_over_channel(self, function_id: str, texts: list[str], size: int) -> Any:
        """Calls a function with the reading end of a new channel and writes into the other."""
        channel = create_channel(self._worker)
        data = pattern(size)

        async def write() -> None:
            for text in texts:
                await channel.writer.send_message_async(text)
            await channel.writer.write(data)
            await channel.writer.close_async()

        async def both() -> Any:
            request = {"function_id": function_id, "payload": {"reader": channel.reader_ref.model_dump()}}
            answer, _ = await asyncio.gather(asyncio.to_thread(self._worker.trigger, request), write())
            return answer

        return {"sent": hashlib.sha256(data).hexdigest(), "answer": asyncio.run(both())}

    def receive_over_channel(self, function_id: str, **given: Any) -> Any:
        """Calls a function with the writing end of a new channel and reads from the other."""
        channel = create_channel(self._worker)

        async def both() -> Any:
            payload = {"writer": channel.writer_ref.model_dump(), **given}
            request = {"function_id": function_id, "payload": payload}
            answer, got = await asyncio.gather(asyncio.to_thread(self._worker.trigger, request), digest(channel.reader))
            return {"answer": answer, "got": got}

        return asyncio.run(both())

    def trace(self, span: str, entries: dict[str, str], **request: Any) -> Any:
        """Calls a function within a new trace that carries baggage."""
        with trace.get_tracer("interop").start_as_current_span(span):
            carried = context.get_current()
            for key, value in entries.items():
                carried = baggage.set_baggage(key, value, carried)
            token = context.attach(carried)
            try:
                return self._worker.trigger(request)
            finally:
                context.detach(token)

    def log(self, message: str, data: dict[str, Any]) -> None:
        Logger(service_name=self._name).warn(message, data)

    def count(self, metric: str, amount: int) -> None:
        metrics.get_meter("interop").create_counter(metric, unit="1").add(amount, {"by": self._name})
