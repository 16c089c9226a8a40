"""`vedette function`: handlers for AWS Lambda, here and on a server."""

from vedette.cli.function_run import run_function
from vedette.cli.signatures import CommandGroup

app = CommandGroup("Handlers written for AWS Lambda.")

app.define("run")(run_function)
