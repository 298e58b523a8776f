"""Thin views on the floors below: each is a plain Python model, and a picture of it."""

from importlib import import_module

from . import aws, place
from .aws import Chooser, ClusterView, OrderForm, chooser, cluster, order
from .base import Base
from .challenge import Challenge
from .chart import Bench, Chart, Choice, Figure, Slider
from .inside import look_inside
from .path import PathView, RequestPath, request_path
from .preflight import preflight
from .progress import progress
from .quantity import quantity
from .question import Guesses, Prediction, Result, answer, ask, guesses, predict
from .race import Matrix, Race, Scheduler, play_scheduler, race, race_matrix
from .traffic import TrafficBench, traffic

__all__ = [
    "Base",
    "Bench",
    "Challenge",
    "Chart",
    "Choice",
    "Chooser",
    "ClusterView",
    "Figure",
    "Guesses",
    "Matrix",
    "OrderForm",
    "PathView",
    "Prediction",
    "Race",
    "RequestPath",
    "Result",
    "Scheduler",
    "Slider",
    "TrafficBench",
    "answer",
    "ask",
    "aws",
    "chooser",
    "cluster",
    "guesses",
    "hot",
    "limits",
    "look_inside",
    "order",
    "outage",
    "play_scheduler",
    "predict",
    "preflight",
    "progress",
    "quantity",
    "race",
    "race_matrix",
    "request_path",
    "traffic",
]


def __getattr__(name: str):
    """Benches on models that take numpy, which not everybody has: imported when they are asked for."""
    if name in ("hot", "limits", "outage"):
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


place.watch()
