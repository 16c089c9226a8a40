"""`python -m vedette` is the command `vedette`."""

from vedette.cli.main import app

if __name__ == "__main__":
    app()
