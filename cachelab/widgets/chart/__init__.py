"""Charts that live: a figure and its data, a chart that is fed while it is seen, a bench with sliders."""

from .bench import Bench
from .chart import Chart
from .controls import Choice, Controls, Slider
from .figure import Figure

__all__ = ["Bench", "Chart", "Choice", "Controls", "Figure", "Slider"]
