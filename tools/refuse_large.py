"""Refuse files above 500 KiB: pictures and models are drawn or downloaded by name, never committed."""

import sys
from pathlib import Path

MOST = 500 * 1024


def main() -> int:
    """Name every file that is too large; return 1 when there is one."""
    large = [name for name in sys.argv[1:] if Path(name).is_file() and Path(name).stat().st_size > MOST]
    for name in large:
        print(f"{name} is larger than {MOST // 1024} KiB")
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main())
