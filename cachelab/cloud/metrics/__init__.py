"""CloudWatch for the account in a box: nodes are sampled by the minute, alarms judged by AWS's tables.

points · store         what CloudWatch keeps, and its statistics
judging · rules        when an alarm rings; composite alarms
arithmetic · search    metric math
"""
