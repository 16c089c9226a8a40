"""Refuse what looks like a private key or an access key with its secret."""

import re
import sys
from pathlib import Path

PATTERNS = (
    re.compile(r"-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----\n[A-Za-z0-9+/]{20}"),
    re.compile(r"aws_secret_access_key\s*[=:]\s*['\"]?[A-Za-z0-9/+]{40}\b"),
)


def main() -> int:
    """Name every file that seems to hold a secret; return 1 when there is one."""
    result = 0
    for name in sys.argv[1:]:
        text = Path(name).read_text("utf-8", "replace")
        if any(pattern.search(text) for pattern in PATTERNS):
            print(f"{name} seems to hold a secret")
            result = 1
    return result


if __name__ == "__main__":
    sys.exit(main())
