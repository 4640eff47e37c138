"""Prints the JSON Schemas of models, as pydantic writes them: the input side in `validation` mode, results in `serialization`."""
from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Dict, Generic, List, Literal, Optional, Set, Tuple, TypeVar, Union
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, Field, HttpUrl, RootModel, TypeAdapter


class Size(str, Enum):
    SMALL = "small"
    LARGE = "large"


class Level(IntEnum):
    LOW = 1
    HIGH = 9


class Line(BaseModel):
    """One line of an order."""

    sku: str = Field(description="The article", min_length=1)
    quantity: int = Field(1, ge=1, le=99)
    size: Optional[Size] = None


class Order(BaseModel):
    """An order as a shop sends it."""

    model_config = ConfigDict(extra="forbid")
    id: UUID
    lines: List[Line]
    total: Decimal
    placed_at: datetime
    due: Optional[date] = None
    tags: Set[str] = set()
    note: Union[str, int, None] = None


class Node(BaseModel):
    value: Any
    children: List["Node"] = []


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    tricks: Dict[str, int] = {}


Pet = Annotated[Union[Cat, Dog], Field(discriminator="kind")]


class Owner(BaseModel):
    pets: List[Pet]
    favourite: Optional[Pet] = None


T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    items: List[T]
    next: Optional[str] = None


class Point(RootModel[Tuple[float, float]]):
    """Longitude and latitude."""


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str


class Left(BaseModel):
    right: Optional["Right"] = None


class Right(BaseModel):
    left: Optional[Left] = None


class Named(BaseModel):
    content_type: str = Field(alias="content-type")
    class_: str = Field(alias="class")
    level: Level = Level.LOW
    old: str = Field("x", deprecated=True)


class Contact(BaseModel):
    site: HttpUrl
    flags: Tuple[bool, ...]
    pair: Tuple[int, str]
    frozen: Literal["a", 1, True, None]


MODELS = {
    "line": Line, "order": Order, "node": Node, "owner": Owner, "page of lines": Page[Line], "point": Point, "open": Open,
    "left": Left, "named": Named, "contact": Contact,
    "maybe text": Optional[str], "map of lists": Dict[str, List[Line]], "json": Any,
}

print(json.dumps({name: TypeAdapter(model).json_schema() for name, model in MODELS.items()}, indent=2))
