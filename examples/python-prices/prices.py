"""A worker in Python. Its models describe what the function takes and answers."""

import os
import threading

from iii import InitOptions, register_worker
from pydantic import BaseModel, Field


class Article(BaseModel):
    sku: str = Field(description="The article")
    quantity: int = 1


class Price(BaseModel):
    cents: int
    currency: str


def quote(data: dict) -> dict:
    article = Article.model_validate(data)
    return Price(cents=250 * article.quantity, currency="EUR").model_dump()


worker = register_worker(os.environ.get("III_URL", "ws://127.0.0.1:49134"), InitOptions(worker_name="prices"))
worker.register_function(
    "prices::quote",
    quote,
    description="The price of an article",
    request_format=Article.model_json_schema(),
    response_format=Price.model_json_schema(),
)
threading.Event().wait()
