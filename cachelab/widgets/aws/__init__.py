"""An AWS account as pictures: a cluster and its buttons, a program that writes to it, an order form, a choice
of engine; and the benches of lesson 09: an alarm, a bill, an access string.
"""

from .access import AccessTable, access
from .alarm import alarm
from .bill import bill
from .chooser import Chooser, chooser
from .cluster import ClusterView, cluster
from .order import OrderForm, order
from .writing import Writing, writing

__all__ = [
    "AccessTable",
    "Chooser",
    "ClusterView",
    "OrderForm",
    "Writing",
    "access",
    "alarm",
    "bill",
    "chooser",
    "cluster",
    "order",
    "writing",
]
