"""A house with devices, and packages that its account signed, in clear and sealed."""

import contextlib
import io

from doubles.houses import HERE, MovedClock, SqliteMaker, a_house
from doubles.packages import tiny_package
from vedette.devices.calls import hash_of
from vedette.devices.devices import PackageSource
from vedette.devices.values import DeviceChange, DevicePlace, NewDevice
from vedette.encryption.keys import NewEncryptionKey
from vedette.encryption.values import KeyPlace
from vedette.identity.seal import Seal
from vedette.identity.signing_keys import SigningKeys
from vedette.packaging.building import build_component
from vedette.runtime.component_archives import zip_component
from vedette.runtime.component_signatures import ComponentSignature, signed_content, write_signature
from vedette.runtime.components import ComponentFacts
from vedette.runtime.device_orders import read_token
from vedette.store.db import open_database

PLACE = DevicePlace(HERE, "eu-west-1")
SECRET = "s" * 43
BUCKET = "line-4"


class Workshop:
    """A house with devices, and packages that its account signed."""

    def __init__(self, house, keys, folder):
        self.house, self.keys, self.folder = house, keys, folder
        self.devices, self.calls = house.devices, house.devices.calls
        self._count = 0

    def register(self, name, secret=SECRET):
        """Register a device and let its agent take the token; return what the agent shows."""
        _, text = self.devices.create(PLACE, NewDevice(name))
        token = read_token(text)
        self.calls.register(f"{token.device}.{token.secret}", hash_of(secret), "10.0.0.1")
        return f"{token.device}.{secret}"

    def source(self, *, name="belt", account=HERE, signs=True, signer=None, told=None):
        """Return a package that an account or a signer signed; `told` is whose key is vouched for."""
        self._count += 1
        model = tiny_package(self.folder / f"model-{self._count}", "anomaly")
        facts = ComponentFacts(name, f"1.0.{self._count}")
        component = build_component(model, facts, self.folder / f"component-{self._count}")
        if signs:
            signature = self.keys.sign(account, "component", signed_content(component.digest, self._count))
            key = self.keys.public_key(account)
            write_signature(component.folder, ComponentSignature(key, self._count, signature))
        if signer is not None:
            signer.sign_component(component, self._count)
        file = io.BytesIO()
        zip_component(component, file)
        opened = lambda: io.BytesIO(file.getvalue())  # noqa: E731
        if told is not None:
            return PackageSource("", "", opened, f"s3://own/{self._count}.zip", told)
        return PackageSource("arn:p", f"job-{self._count}", opened)

    def order(self, name, *sources):
        return self.devices.update(PLACE, name, DeviceChange(), sources)

    def archives(self):
        return {place.stem for place in (self.folder / "devices" / "packages" / HERE).iterdir()}

    def key(self):
        """Make a key of the account."""
        return self.house.encryption.keys.create(KeyPlace(HERE, PLACE.region), NewEncryptionKey())

    def sealed(self, key, source=None):
        """Return a package that lies in a bucket under a key, and its archive."""
        with (source or self.source()).open() as stream:
            content = stream.read()
        blobs, name = self.house.blobs, f"package-{self._count}.zip"
        blobs.make_bucket(BUCKET, account=HERE, region=PLACE.region)
        blobs.put(BUCKET, name, content, encryption_key=str(key.arn))
        return PackageSource("arn:p", name, lambda: blobs.open(BUCKET, name)), content

    def lying(self):
        """Return the files of the account's archives."""
        home = self.folder / "devices" / "packages" / HERE
        return sorted(place for place in home.rglob("*") if place.is_file())


@contextlib.contextmanager
def a_workshop(folder):
    """Yield a house with devices."""
    address, folder = SqliteMaker(folder).new()
    database = open_database(address, folder)
    house = a_house(database, MovedClock(), folder)
    yield Workshop(house, SigningKeys(database, Seal(bytes(32))), folder)
    house.jobs.close()
    house.blobs.close()
    database.close()
