"""Is there a newer image under a name than the one that is here? Nothing is pulled to find out.

The tag's digest in the registry (HEAD of its manifest, which costs nothing on Docker Hub either) is
compared with the digests that the Engine has kept of that repository (RepoDigests).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tui.browsing.tags import digest_of_tag
from tui.browsing.ways import Ways, in_parallel
from tui.engine.errors import (
    Cancelled,
    EngineError,
    NotFound,
    RegistryUnreachable,
    TimedOut,
)
from tui.i18n import _
from tui.model.engine import StoreKind
from tui.model.image import ImageSummary
from tui.model.reference import HUB, ImageReference, InvalidReference, parse_reference
from tui.model.registry import Answerer, Comparison, Verdict
from tui.registry.errors import BadTls, NotARegistry, NotThere, RegistryError, Unreachable
from tui.registry.remote import image_of

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

_NO_WAY: Final = (Unreachable, NotARegistry)
"""What may be only our own trouble: the Engine has its own proxy and certificates."""


@dataclass(frozen=True, slots=True)
class Named:
    """One name of an image here."""

    reference: str
    image_id: str
    digests: tuple[str, ...]
    """References `repository@sha256:...` of the image, of all its repositories."""


def names_of(images: Iterable[ImageSummary]) -> tuple[Named, ...]:
    """Return every tag of images, as it can be compared."""
    return tuple(
        Named(tag, image.image_id, image.digests) for image in images for tag in image.tags
    )


class Comparer:
    """Compares names with their registries; a registry that cannot be reached is asked once."""

    def __init__(
        self, ways: Ways, engine: EngineClient | None, *, check: Callable[[], None]
    ) -> None:
        """Prepare.

        Args:
            ways: The ways to registries.
            engine: Who is asked where we do not get through, if it can tell (Podman cannot);
                None for nobody.
            check: Raises when nobody wants the answers any more.
        """
        self._ways = ways
        self._engine = engine
        self._check = check
        self._dead: dict[str, str] = {}
        self._asking = threading.Lock()
        """The Engine is asked by one thread at a time."""

    def compare(self, every: Iterable[Named]) -> Iterator[Comparison]:
        """Yield how each name stands to its registry, in their order.

        Raises:
            Cancelled: nobody wants the answers any more.
        """
        yield from in_parallel(self._compared, every, self._check)

    def _compared(self, named: Named) -> Comparison:
        try:
            reference = parse_reference(named.reference)
        except InvalidReference as error:
            return _unknown(named, str(error))
        if not reference.tag:
            return _unknown(named, _("it is named by its digest, which never moves"))
        here = _digests_here(named, reference)
        if not here:
            return _unknown(named, _("it was made or loaded here, and never pulled or pushed"))
        try:
            there, who = self._digest(reference)
        except (NotThere, NotFound):
            why = _("the registry has no such tag any more")
            return Comparison(named.reference, named.image_id, Verdict.GONE, here[0], why=why)
        except Cancelled:
            raise
        except (RegistryError, EngineError) as error:
            return _unknown(named, f"{error.title} {error.detail}".strip(), here[0])
        if not there:
            return _unknown(named, _("the registry does not tell its digest"), here[0])
        same = there in here or self._is_the_image(reference, named.image_id)
        verdict = Verdict.CURRENT if same else Verdict.MOVED
        old = there if there in here else here[0]
        return Comparison(
            named.reference, named.image_id, verdict, old, there, answered_by=who.value
        )

    def _is_the_image(self, reference: ImageReference, image_id: str) -> bool:
        """Tell whether a tag of another digest still means the very image that is here.

        Podman notes its own digest of what it pushes, not that of the registry. Reading the
        manifest would be a pull on Docker Hub, so there a digest is all that counts.
        """
        engine = self._engine
        if engine is None or engine.capabilities.store is not StoreKind.PODMAN:
            return False
        if reference.domain == HUB:
            return False
        client = self._ways.registry(reference)
        try:
            image = image_of(client, client.manifest(reference.tag), engine.info.platform)
        except RegistryError:
            return False
        return image.image_id == image_id

    def _digest(self, reference: ImageReference) -> tuple[str, Answerer]:
        """Return the digest there, and who told it.

        Raises:
            RegistryError: the registry says no, or there is no way to it.
            EngineError: the Engine, asked instead, says so.
        """
        engine = self._engine
        if engine is not None and engine.info.practice:
            return self._by_engine(engine, reference), Answerer.ENGINE
        why = self._dead.get(reference.domain)
        if why is not None:
            raise Unreachable(why)
        try:
            return digest_of_tag(self._ways.registry(reference), reference.tag), Answerer.REGISTRY
        except _NO_WAY as error:
            self._check()
            if engine is None or engine.capabilities.store is StoreKind.PODMAN:
                self._give_up(reference, error)
                raise
            try:
                return self._by_engine(engine, reference), Answerer.ENGINE
            except (RegistryUnreachable, TimedOut):
                self._give_up(reference, error)
                raise

    def _by_engine(self, engine: EngineClient, reference: ImageReference) -> str:
        from tui.engine.distribution import registry_digest

        with self._asking:
            self._check()
            return registry_digest(engine, reference)

    def _give_up(self, reference: ImageReference, error: RegistryError) -> None:
        """Ask a registry nothing more that nobody gets through to."""
        if isinstance(error, Unreachable) and not isinstance(error, BadTls):
            self._dead[reference.domain] = error.detail


def _unknown(named: Named, why: str, here: str = "") -> Comparison:
    return Comparison(named.reference, named.image_id, Verdict.UNKNOWN, here, why=why)


def _digests_here(named: Named, reference: ImageReference) -> tuple[str, ...]:
    """Return the digests of the image in the repository of one of its names."""
    found = []
    for text in named.digests:
        try:
            digest = parse_reference(text)
        except InvalidReference:
            continue
        if (digest.domain, digest.path) == (reference.domain, reference.path) and digest.digest:
            found.append(digest.digest)
    return tuple(found)
