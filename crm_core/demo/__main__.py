"""python -m crm_core.demo --output data"""

import argparse
import sys
from pathlib import Path

from crm_core.demo.company import write_demo


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m crm_core.demo", description="Write the demo company's tables.")
    parser.add_argument("--output", type=Path, required=True, help="folder to write the Parquet files to")
    folder: Path = parser.parse_args().output
    for name, table in write_demo(folder).items():
        sys.stdout.write(f"{folder / name}.parquet: {table.num_rows:,} rows\n")


if __name__ == "__main__":
    main()
