"""An AWS account as pictures: a cluster and its buttons, an order form, a choice of engine."""

from .chooser import Chooser, chooser
from .cluster import ClusterView, cluster
from .order import OrderForm, order

__all__ = ["Chooser", "ClusterView", "OrderForm", "chooser", "cluster", "order"]
