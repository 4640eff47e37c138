"""A stream kept by the worker itself."""

from __future__ import annotations

from typing import Any, List

from iii import IStream
from iii_helpers.stream import (
    StreamDeleteInput,
    StreamDeleteResult,
    StreamGetInput,
    StreamListGroupsInput,
    StreamListInput,
    StreamSetInput,
    StreamSetResult,
    StreamUpdateInput,
    StreamUpdateResult,
)


class MemoryStream(IStream[Any]):
    def __init__(self) -> None:
        self._groups: dict[str, dict[str, Any]] = {}

    async def get(self, input: StreamGetInput) -> Any | None:
        return self._groups.get(input.group_id, {}).get(input.item_id)

    async def set(self, input: StreamSetInput) -> StreamSetResult[Any]:
        group = self._groups.setdefault(input.group_id, {})
        old = group.get(input.item_id)
        group[input.item_id] = input.data
        return StreamSetResult(old_value=old, new_value=input.data)

    async def delete(self, input: StreamDeleteInput) -> StreamDeleteResult:
        return StreamDeleteResult(old_value=self._groups.get(input.group_id, {}).pop(input.item_id, None))

    async def list(self, input: StreamListInput) -> list[Any]:
        return list(self._groups.get(input.group_id, {}).values())

    async def list_groups(self, input: StreamListGroupsInput) -> List[str]:
        return list(self._groups)

    async def update(self, input: StreamUpdateInput) -> StreamUpdateResult[Any] | None:
        return None
