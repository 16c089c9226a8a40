"""`python -m bench [NAME …]`: run the benchmarks, all of them or those named, one process each."""

import pkgutil
import subprocess
import sys

import bench

# Peers need an environment of their own; their page says how to make it. `training_wire` kills trainings.
LEFT_OUT = {
    "__main__",
    "peers",
    "common",
    "edge_answers",
    "gallery_queries",
    "gallery_set",
    "hostile_cases",
    "killing",
    "kinds",
    "storm",
    "surfaces",
    "training_kill",
    "training_pages",
}


def main() -> int:
    """Run each benchmark; return 1 when one could not run. A missed bar is printed, not raised."""
    names = sorted({module.name for module in pkgutil.iter_modules(bench.__path__)} - LEFT_OUT)
    unknown = set(sys.argv[1:]) - set(names)
    if unknown:
        print(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(names)}")
        return 2
    failed = 0
    for name in sys.argv[1:] or names:
        print(f"== {name}", flush=True)
        failed |= subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
