"""The judge of policies beside one written from AWS's published description, on as many questions as wanted.

    python -m bench.policy_cases [SEEDS]

Each seed draws 2,000 questions; the test asks those of one seed. Bar: no difference but where a NotResource
has a variable without a value: AWS does not say what that excludes, and we allow less (docs/decisions/0180).
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from access.test_published import CASES, SEED, differences

USUAL_SEEDS = 10


def main() -> int:
    """Ask, and print what was found."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else USUAL_SEEDS
    began, answers, found = time.perf_counter(), dict[str, int](), 0
    for seed in range(SEED, SEED + seeds):
        unexplained, counts = differences(seed, CASES)
        found += len(unexplained)
        answers = {
            name: answers.get(name, 0) + counts.get(name, 0) for name in answers.keys() | counts.keys()
        }
    shares = ", ".join(f"{name} {count}" for name, count in sorted(answers.items()))
    took = time.perf_counter() - began
    print(f"{seeds * CASES} questions ({shares}), {found} differences (bar: 0), {took:.0f} s")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
