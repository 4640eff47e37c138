"""Reads telemetry with OpenTelemetry's own protobuf schema, one JSON object a line; says what it read.

A line has the `prefix` of a signal, and a `payload` in OTLP's JSON or `protobuf` bytes in base64. OTLP's JSON differs from
protobuf's in one point: ids are hexadecimal, not base64.
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
    if kind == "bytes_value":
        return [kind, base64.b64encode(value.bytes_value).decode()]
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
                    "traceState": span.trace_state,
                    "flags": span.flags,
                    "kind": span.kind,
                    "start": str(span.start_time_unix_nano),
                    "end": str(span.end_time_unix_nano),
                    "status": span.status.code,
                    "message": span.status.message,
                    "attributes": attributes(span.attributes),
                    "events": [[event.name, attributes(event.attributes)] for event in span.events],
                    "eventTimes": [str(event.time_unix_nano) for event in span.events],
                    "links": [
                        [link.trace_id.hex(), link.span_id.hex(), attributes(link.attributes)] for link in span.links
                    ],
                    "scope": [scope.scope.name, scope.scope.version],
                    "resource": attributes(resource.resource.attributes),
                }


def logs(request: Any) -> Iterator[dict[str, Any]]:
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            for record in scope.log_records:
                yield {
                    "body": any_value(record.body),
                    "severity": record.severity_number,
                    "severityText": record.severity_text,
                    "traceId": record.trace_id.hex(),
                    "spanId": record.span_id.hex(),
                    "time": str(record.time_unix_nano),
                    "observed": str(record.observed_time_unix_nano),
                    "attributes": attributes(record.attributes),
                    "resource": attributes(resource.resource.attributes),
                }


def metrics(request: Any) -> Iterator[dict[str, Any]]:
    for resource in request.resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                kind = metric.WhichOneof("data")
                points = getattr(metric, kind).data_points
                yield {
                    "name": metric.name,
                    "description": metric.description,
                    "unit": metric.unit,
                    "kind": kind,
                    "points": len(points),
                    "values": [point_of(point) for point in points],
                    "temporality": getattr(getattr(metric, kind), "aggregation_temporality", 0),
                    "monotonic": getattr(getattr(metric, kind), "is_monotonic", False),
                }


def point_of(point: Any) -> dict[str, Any]:
    """All members of a point in protobuf's own JSON form, which writes numbers of 64 bits as text."""
    return json_format.MessageToDict(point)


READERS: dict[str, Callable[[Any], Iterator[dict[str, Any]]]] = {"OTLP": spans, "MTRC": metrics, "LOGS": logs}

read: dict[str, list[dict[str, Any]]] = {"OTLP": [], "MTRC": [], "LOGS": []}
for line in sys.stdin:
    frame = json.loads(line)
    request = REQUESTS[frame["prefix"]]()
    if "protobuf" in frame:
        request.ParseFromString(base64.b64decode(frame["protobuf"]))
    else:
        json_format.ParseDict(with_binary_ids(frame["payload"]), request)
    read[frame["prefix"]].extend(READERS[frame["prefix"]](request))
json.dump(read, sys.stdout)
