"""Reads frames of telemetry, one JSON object a line, with OpenTelemetry's own protobuf schema; says what it read.

OTLP's JSON differs from protobuf's in one point: ids are hexadecimal, not base64.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

REQUESTS: dict[str, Callable[[], Any]] = {
    "OTLP": ExportTraceServiceRequest,
    "MTRC": ExportMetricsServiceRequest,
    "LOGS": ExportLogsServiceRequest,
}
IDS = {"traceId", "spanId", "parentSpanId"}


def with_binary_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [with_binary_ids(item) for item in value]
    if isinstance(value, dict):
        return {key: to_base64(item) if key in IDS else with_binary_ids(item) for key, item in value.items()}
    return value


def to_base64(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()


def any_value(value: Any) -> list[Any]:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [kind, [any_value(item) for item in value.array_value.values]]
    if kind == "kvlist_value":
        return [kind, attributes(value.kvlist_value.values)]
    return [kind, getattr(value, kind)] if kind else [None, None]


def attributes(pairs: Iterable[Any]) -> dict[str, list[Any]]:
    return {pair.key: any_value(pair.value) for pair in pairs}


def spans(request: Any) -> Iterator[dict[str, Any]]:
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield {
                    "name": span.name,
                    "traceId": span.trace_id.hex(),
                    "spanId": span.span_id.hex(),
                    "parentSpanId": span.parent_span_id.hex(),
                    "kind": span.kind,
                    "start": str(span.start_time_unix_nano),
                    "end": str(span.end_time_unix_nano),
                    "status": span.status.code,
                    "attributes": attributes(span.attributes),
                    "events": [[event.name, attributes(event.attributes)] for event in span.events],
                    "resource": attributes(resource.resource.attributes),
                }


def logs(request: Any) -> Iterator[dict[str, Any]]:
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            for record in scope.log_records:
                yield {
                    "body": any_value(record.body),
                    "severity": record.severity_number,
                    "traceId": record.trace_id.hex(),
                    "spanId": record.span_id.hex(),
                    "attributes": attributes(record.attributes),
                }


def metrics(request: Any) -> Iterator[dict[str, Any]]:
    for resource in request.resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                kind = metric.WhichOneof("data")
                points = getattr(metric, kind).data_points
                yield {"name": metric.name, "unit": metric.unit, "kind": kind, "points": len(points)}


READERS: dict[str, Callable[[Any], Iterator[dict[str, Any]]]] = {"OTLP": spans, "MTRC": metrics, "LOGS": logs}

read: dict[str, list[dict[str, Any]]] = {"OTLP": [], "MTRC": [], "LOGS": []}
for line in sys.stdin:
    frame = json.loads(line)
    request = json_format.ParseDict(with_binary_ids(frame["payload"]), REQUESTS[frame["prefix"]]())
    read[frame["prefix"]].extend(READERS[frame["prefix"]](request))
json.dump(read, sys.stdout)
