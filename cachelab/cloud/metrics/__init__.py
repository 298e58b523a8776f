"""CloudWatch for the account in a box: nodes are sampled by the minute, alarms judged by AWS's tables.

minutes                the account's clock: one minute, one sample of every node, one verdict of every alarm
nodes · source         which nodes there are at the moment, and how to ask them
valkey · memcached     what they say, as AWS's metrics
paper                  the same without nodes: minutes are told, for exercises and benches
published              which metrics AWS publishes under which dimensions, and which are absent here and why
slow_log               the engine's slow log, on its way to CloudWatch Logs
points · store         what CloudWatch keeps, and its statistics
arithmetic · search    metric math;  queries: what GetMetricData and alarms ask for
judging · rules        when an alarm rings; composite alarms
rehearsal              an alarm tried on a day whose troubles are known
alarms · watch         one alarm; one region's alarms, their history and whom they tell
requests · backend     the API's operations, and the place where moto answers
"""
