"""A dialect's codes: what each says, how much it spoils, and the flaws and refusals that bear it."""

from dataclasses import dataclass

from vedette.dialects.intake import ManifestRefused
from vedette.manifest.problems import Flaw, Scope, Spot


@dataclass(frozen=True, slots=True)
class Code:
    """What a code says, with `{}` where a detail goes, and how much it spoils."""

    message: str
    scope: Scope


class CodeTable(dict[str, Code]):
    """The codes of a dialect by their names."""

    def sentence(self, code: str, *details: object) -> str:
        """Return what a code says of these details."""
        return self[code].message.format(*details)

    def flaw(
        self, code: str, *details: object, spot: Spot = "line", attribute: str = "", index: int = -1
    ) -> Flaw:
        """Return the flaw of this code, its message filled in."""
        message = self.sentence(code, *details)
        return Flaw(code, message, self[code].scope, spot=spot, attribute=attribute, index=index)

    def refusal(self, code: str, *details: object, line: int = 0) -> ManifestRefused:
        """Return the refusal of a whole manifest; the sentence names the line, where it is for one."""
        sentence = self.sentence(code, *details)
        return ManifestRefused(code, f"Line {line}: {sentence}" if line else sentence)
