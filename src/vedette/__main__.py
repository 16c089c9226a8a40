"""`python -m vedette` is the command `vedette`."""

from vedette.cli.main import run

if __name__ == "__main__":
    run()
