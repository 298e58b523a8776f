"""Run a record again: python -m cachelab.day capstone-record.json

It runs the module that the record holds: only for records that you trust.
"""

import argparse
import sys

from cachelab.day.record import again


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("record", help="the record's JSON file")
    now, differs = again(parser.parse_args().record)
    print(f"level: {now['level'] or 'none'}; {len(now['lines'])} lines, {len(now['phases'])} phases")
    print("\n".join(differs) if differs else "the same, to the last digit")
    return int(bool(differs))


if __name__ == "__main__":
    sys.exit(main())
