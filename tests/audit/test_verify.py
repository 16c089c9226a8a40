"""Whatever is done to a trail without its key is found: a hundred of a hundred."""

import gzip
import random
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from vedette.audit import trail as trail_module
from vedette.audit.event import AuditCaller, AuditEvent
from vedette.audit.lines import SignedNote, hash_of, lines_of, parts_of
from vedette.audit.signing import kept_keys, read_keys
from vedette.audit.trail import AuditTrail
from vedette.audit.verify import findings_of, verify_trail

START = datetime(2026, 11, 29, 10, 30, tzinfo=UTC)
ANN = AuditCaller("user", "arn:aws:iam::111111111111:user/ann", "111111111111")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A trail of three hours, sixty lines, closed in order."""
    data = tmp_path_factory.mktemp("data")
    now = [START]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trail_module, "SIGNED_S", 3600)
        trail = AuditTrail(data, days=0, clock=lambda: now[0])
        for n in range(60):
            now[0] += timedelta(minutes=3)
            time_ms = int(now[0].timestamp() * 1000)
            event = AuditEvent(f"id-{n}", time_ms, "s3", "PutObject", "", ANN, parameters={"key": f"k{n}"})
            trail.note(event)
        trail._end_parts()
        trail.close()
    return data


@pytest.fixture
def copy(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "copy")


def findings(data):
    return [f"{f.file.name}:{f.line}: {f.sentence}" for f in findings_of(verify_trail(data, kept_keys(data)))]


def rewrite(part, lines):
    content = b"".join(line + b"\n" for line in lines)
    if part.name.endswith(".gz"):
        with gzip.open(part, "wb") as file:
            file.write(content)
    else:
        part.write_bytes(content)


def remove(lines, rng):
    del lines[rng.randrange(len(lines))]


def change(lines, rng):
    place = rng.randrange(len(lines))
    lines[place] = lines[place].replace(b'"time_ms":1', b'"time_ms":2')


def insert(lines, rng):
    place = rng.randrange(len(lines) + 1)
    lines.insert(place, lines[rng.randrange(len(lines))])


def reorder(lines, rng):
    one, other = rng.sample(range(len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]


def cut_tail(lines, rng):
    del lines[-rng.randint(1, len(lines) - 1) :]


def follow(lines, rng):
    """Add a line that follows the last one as it should."""
    last = orjson.loads(lines[-1])
    event = last["event"] | {"id": str(rng.random())}
    lines.append(orjson.dumps({"n": last["n"] + 1, "before": hash_of(lines[-1]), "event": event}))


def rebuild(lines, rng):
    """Change a line and make all that follow it in this part fit."""
    place = rng.randrange(len(lines))
    change_at = orjson.loads(lines[place])
    change_at["event"]["id"] = str(rng.random())
    lines[place] = orjson.dumps(change_at)
    for later in range(place + 1, len(lines)):
        document = orjson.loads(lines[later])
        document["before"] = hash_of(lines[later - 1])
        lines[later] = orjson.dumps(document)


def test_a_trail_that_nobody_touched_has_no_finding(whole):
    assert findings(whole) == []
    [verdict] = verify_trail(whole, kept_keys(whole))
    assert verdict.lines == 61


@pytest.mark.parametrize("harm", [remove, change, insert, reorder, cut_tail, follow, rebuild])
def test_every_harm_is_found(whole, tmp_path, harm):
    rng = random.Random(harm.__name__)
    missed = []
    for number in range(15):
        data = shutil.copytree(whole, tmp_path / str(number))
        part = rng.choice(parts_of(data / "audit" / "chain-1"))
        lines = before = list(lines_of(part))
        while lines == before:
            lines = list(before)
            harm(lines, rng)
        rewrite(part, lines)
        if not findings(data):
            missed.append(number)
        shutil.rmtree(data)
    assert missed == []


def test_a_harm_is_one_finding_with_its_line(copy):
    part = parts_of(copy / "audit" / "chain-1")[1]
    lines = list(lines_of(part))
    n = orjson.loads(lines[3])["n"]
    del lines[3]
    rewrite(part, lines)
    assert findings(copy) == [f"{part.name}:{n}: 1 lines are missing before line {n + 1}"]


def test_parts_and_digests_that_are_gone_are_named(copy):
    chain = copy / "audit" / "chain-1"
    part = parts_of(chain)[1]
    part.unlink()
    assert any("the part is missing" in sentence for sentence in findings(copy))
    (chain / part.name.replace(".jsonl.gz", ".digest.json")).unlink()
    assert any("lines are missing" in sentence for sentence in findings(copy))
    assert any("the digest before it" in sentence for sentence in findings(copy))


def test_the_first_part_cannot_be_removed_unless_that_was_signed(copy):
    chain = copy / "audit" / "chain-1"
    parts_of(chain)[0].unlink()
    next(iter(sorted(chain.glob("*.digest.json")))).unlink()
    assert any("lines are missing before" in sentence for sentence in findings(copy))
    begin = SignedNote("chain-1", 20, "ab" * 32, "2026", key="nobody")
    begin.write(chain / "begin.json")
    assert any("signed by nobody, which is unknown" in sentence for sentence in findings(copy))


def test_notes_that_were_changed_copied_or_taken_away_are_named(copy):
    chain = copy / "audit" / "chain-1"
    head = SignedNote.read(chain / "head.json")
    for note, sentence in (
        (replace(head, n=5), "its signature is wrong"),
        (replace(head, key="0" * 16), "which is unknown"),
    ):
        note.write(chain / "head.json")
        assert any(sentence in finding for finding in findings(copy))
    (chain / "head.json").write_text("{}")
    assert any("cannot be read" in finding for finding in findings(copy))
    (chain / "head.json").unlink()
    assert any("the signed head is missing" in finding for finding in findings(copy))
    head.write(chain / "head.json")
    assert findings(copy) == []
    shutil.copytree(chain, chain.with_name("chain-2"))
    assert any("it is of chain-1" in finding for finding in findings(copy))


def test_signing_anew_with_another_key_is_found_by_who_kept_the_first_ones_name(copy, tmp_path):
    [kept] = (copy / "audit" / "public-keys").glob("*.hex")
    apart = shutil.copy(kept, tmp_path / "kept.hex")
    shutil.rmtree(copy / "audit" / "chain-1")
    (copy / "keys" / "audit.key").unlink()
    trail = AuditTrail(copy, days=0)
    trail.close()
    assert findings(copy) == []  # by what lies in the folder itself
    told = list(findings_of(verify_trail(copy, read_keys([tmp_path / "kept.hex"]))))
    assert apart
    assert any("which is unknown" in finding.sentence for finding in told)


def test_a_damaged_packed_part_is_named(copy):
    part = parts_of(copy / "audit" / "chain-1")[0]
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 0xFF
    part.write_bytes(content)
    assert findings(copy)
