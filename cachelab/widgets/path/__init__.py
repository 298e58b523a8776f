"""The living picture of a request's path: program, cache, database."""

from .model import RequestPath
from .trip import Call, Trip
from .view import PathView, request_path

__all__ = ["Call", "PathView", "RequestPath", "Trip", "request_path"]
