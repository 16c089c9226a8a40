"""`python -m bench.simulate [measure|check|plan]`; without a word, check and plan."""

import sys

from bench.simulate import check, measure, plan

COMMANDS = {"measure": measure.main, "check": check.main, "plan": plan.main}

if __name__ == "__main__":
    for name in sys.argv[1:] or ("check", "plan"):
        COMMANDS[name]()
