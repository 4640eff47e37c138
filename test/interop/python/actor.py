"""A worker on the official Python client, played by a test.

Reads one JSON request a line on standard input and prints one JSON reply or event a line; ends itself, with its worker,
when its input ends. Knows no test: each command is one thing that users do with the client.
"""

from __future__ import annotations

import gc
import json
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable

from commands import Commands
from iii import InitOptions, InvocationError, register_worker
from iii_helpers.observability import OtelConfig, ReconnectionConfig

OUTPUT_LOCK = threading.Lock()


def tell(message: dict[str, Any]) -> None:
    """Prints one line, whole, whichever thread says it."""
    with OUTPUT_LOCK:
        print(json.dumps(message, default=str), flush=True)


def failure(error: Exception) -> dict[str, Any]:
    if isinstance(error, InvocationError):
        return {
            "kind": "InvocationError",
            "code": error.code,
            "message": error.message,
            "function_id": error.function_id,
            "has_stack": error.stacktrace is not None,
        }
    return {"kind": type(error).__name__, "message": f"{error}\n{traceback.format_exc()}"}


def answer(request: dict[str, Any], command: Callable[..., Any]) -> None:
    try:
        tell({"id": request["id"], "ok": command(**request["with"])})
    except Exception as error:  # noqa: BLE001: the test decides what a failure means
        tell({"id": request["id"], "failed": failure(error)})


def main(url: str, name: str, telemetry: bool, in_namespace: dict[str, str]) -> None:
    # The client holds no reference to a handler that runs, so the collector of cycles may end it without an answer. This
    # fault of the client is documented, and would fail a test at random.
    gc.disable()
    otel = OtelConfig(
        enabled=telemetry,
        service_name=name,
        engine_ws_url=url,
        fetch_instrumentation_enabled=False,
        metrics_export_interval_ms=300,
    )
    options = InitOptions(
        worker_name=name,
        otel=otel,
        reconnection_config=ReconnectionConfig(initial_delay_ms=50, max_delay_ms=200),
        **in_namespace,
    )
    worker = register_worker(url, options)
    commands = Commands(worker, name, tell)
    tell({"event": "started"})
    with ThreadPoolExecutor(max_workers=16) as threads:
        for line in sys.stdin:
            request = json.loads(line)
            threads.submit(answer, request, getattr(commands, request["do"]))
    worker.shutdown()


if __name__ == "__main__":
    # Only the newest client knows the option.
    namespace = {"namespace": sys.argv[4]} if len(sys.argv) > 4 else {}
    main(url=sys.argv[1], name=sys.argv[2], telemetry=sys.argv[3] == "telemetry", in_namespace=namespace)
