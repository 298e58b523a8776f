"""AWS's own forty verdicts on alarms whose data is partly missing."""

from cachelab.cloud.metrics.judging import TREATMENTS

# CloudWatch user guide, "How alarm state is evaluated when data is missing": both tables, N = 3, range 5.
# 0 does not breach, X breaches, - is missing; the newest on the right. "=": the state stays as it is.
# Columns: missing, ignore, breaching, notBreaching.
TABLES = {
    3: """
        0-X-X   OK                 OK     OK     OK
        0----   OK                 OK     OK     OK
        -----   INSUFFICIENT_DATA  =      ALARM  OK
        0XX-X   ALARM              ALARM  ALARM  ALARM
        --X--   ALARM              =      ALARM  OK
    """,
    2: """
        0-X-X   ALARM              ALARM  ALARM  ALARM
        00X0X   ALARM              ALARM  ALARM  ALARM
        0-X--   OK                 OK     ALARM  OK
        ----0   OK                 OK     ALARM  OK
        ---X-   ALARM              =      ALARM  OK
    """,
}


def points(text):
    return [{"0": False, "X": True, "-": None}[letter] for letter in text]


FORTY = [
    (row.split()[0], to_alarm, treatment, None if word == "=" else word)
    for to_alarm, table in TABLES.items()
    for row in table.strip().splitlines()
    for treatment, word in zip(TREATMENTS, row.split()[1:], strict=True)
]
