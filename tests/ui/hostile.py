"""Texts that an Engine or a registry might send to harm a terminal, and a world full of them."""

from __future__ import annotations

import itertools
import json
import unicodedata
from collections.abc import Iterator, Sequence

from hypothesis import strategies as st

from tests.ui.stage import NOW
from tui.model.container import ContainerState, ContainerSummary, PortBinding
from tui.model.containerdetails import (
    ContainerDetails,
    Health,
    HealthTest,
    Mount,
    Network,
    Port,
    Probe,
)
from tui.model.engine import Endpoint, EngineInfo
from tui.model.image import HistoryStep, ImageDetails, ImageFacts, ImageSummary, SearchResult
from tui.model.job import Job, JobState
from tui.model.progress import LayerProgress, Outcome, Progress, TargetOutcome
from tui.store import events, insides
from tui.store.state import Pane, Phase, Trouble

MARKUP = ("[/x]", "[@click=app.quit]x[/]", "[bold]b", "[link=http://h]l[/link]", "[$x]", "\\[", "[")
ESCAPES = (
    "\x1b[31mPWNED\x1b[0m",
    "\x1b]0;PWNED\x07",
    "\x1b]52;c;UFdORUQ=\x1b\\",
    "\x1b]8;;http://h/\x1b\\l",
    "\x1b[?1049lPWNED",
    "\x1b[2J\x1b[H",
    "\x1bPq#0PWNED\x1b\\",
    "\x1b_Gi=1;PWNED\x1b\\",
    "\x1bc",
    "\x9b31mPWNED",
    "\x9d0;PWNED\x9c",
    "\x90q\x9c",
    "\x85\x8d\x84",
)
INVISIBLE = (
    "a\u202egpj.exe",
    "\u2066x\u2069\u200e\u200f\u061c",
    "\u200b\u200c\u200d\u2060\ufeff\u00ad",
    "\U000e0041\U000e007f",
    "\u2028\u2029\u180e\u3164\u115f",
)
BROKEN = ("a\nb\r\nc\td\0e\x08\x7f\x0b\x0c", "\ud800x\udfff\udcff", "\ufffe\uffff\U0010ffff\ue000")
WIDE = (
    "镜像仓库" * 20,
    "👩\u200d👩\u200d👧\u200d👦🏳\ufe0f\u200d🌈❤\ufe0f1\ufe0f\u20e3🇩🇪👍🏽",
    "e\u0301a\u0308" + "\u0300\u036f\u0483\u20dd" * 40,
    "\u0301first\u034f",
    "한글 한 ไทยกำ हिन्दी عربى עברית",
    "ﷺ𒐫",
)
LONG = ("x" * 10_000, "镜" * 5_000, "\x1b" * 10_000, "a " * 5_000, "[bold]" * 2_000)
KINDS: dict[str, tuple[str, ...]] = {
    "markup": (*MARKUP, "", " ", "-rf --all $(reboot) `x`"),
    "escapes": ESCAPES,
    "invisible": (*INVISIBLE, *BROKEN),
    "wide": WIDE,
    "long": LONG,
}
SAMPLES = tuple(itertools.chain.from_iterable(KINDS.values()))

texts = st.one_of(
    st.sampled_from(SAMPLES),
    st.text(max_size=40),
    st.text(alphabet=st.characters(), max_size=20),
    st.text(alphabet="\x1b[]()@;:=/0123456789hlmcJH?$\\x\x07\x9b\x9d\x9c\u202e\u200b\n\t镜e\u0301"),
    st.lists(st.sampled_from(SAMPLES), min_size=2, max_size=4).map("".join),
)
"""One hostile text."""


def harmless(char: str) -> bool:
    """Whether a terminal shows the character and does nothing else."""
    return char == " " or unicodedata.category(char) not in {
        "Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs",
    }  # fmt: skip


class World:
    """What an Engine tells when all its texts are hostile; each text is used in turn."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words: Iterator[str] = itertools.cycle(words)
        self.endpoint = Endpoint(self.word, self.word, self.word)
        self.images = tuple(self._image(number) for number in range(5))
        self.facts = tuple(self._facts(image) for image in self.images)
        self.containers = tuple(
            self._container(number, state) for number, state in enumerate(ContainerState)
        )

    @property
    def word(self) -> str:
        return next(self._words)

    def told(self) -> tuple[events.Event, ...]:
        """Connected, everything listed and read, searched, jobs of every kind."""
        return (
            events.EngineTold(
                EngineInfo(self.word, self.word, self.word, self.word, self.word, self.word)
            ),
            events.ImagesListed(self.images),
            events.ContainersListed(self.containers),
            events.ConnectionChanged(Phase.CONNECTED, Trouble()),
            events.FactsRead(self.facts),
            insides.ContainersInspected((self.details(self.containers[0].container_id),)),
            *self.search(),
            *(events.JobQueued(self._job(10_000 + n, state)) for n, state in enumerate(JobState)),
        )

    def calm(self) -> tuple[events.Event, ...]:
        """Back from what single scenes did: connected, not filtered."""
        return (
            events.ConnectionChanged(Phase.CONNECTED, Trouble()),
            events.FilterSet(Pane.IMAGES, ""),
        )

    def search(self) -> tuple[events.Event, ...]:
        term = self.word
        results = tuple(
            SearchResult(f"{number}{self.word}", self.word, number, bool(number % 2))
            for number in range(4)
        )
        return events.SearchStarted(term), events.SearchEnded(term, results)

    def search_failed(self) -> tuple[events.Event, ...]:
        term = self.word
        return events.SearchStarted(term), events.SearchFailed(term, self.trouble())

    def trouble(self) -> Trouble:
        return Trouble(self.word, self.word, self.word)

    def _image(self, number: int) -> ImageSummary:
        # IDs are hexadecimal from a true Engine, but nothing says that this one is.
        own = f"sha256:{number:064x}" if number % 2 else f"{number}{self.word}"
        tags = (f"{number}{self.word}", f"{number}-{self.word}") if number else ()
        return ImageSummary(
            own, tags, (), created=int(NOW) - number, size=10 * number, labels=((self.word,) * 2,)
        )

    def _facts(self, image: ImageSummary) -> ImageFacts:
        diffs = tuple(
            text.encode(errors="replace").decode()
            for text in ("sha256:" + "1" * 64, self.word, image.image_id)
        )  # a chain ID is a digest of these; JSON of a true Engine holds no lone surrogates
        many = (self.word, self.word)
        details = ImageDetails(
            image.image_id,
            image.tags,
            many,
            created=self.word,
            diff_ids=diffs,
            os=self.word,
            architecture=self.word,
            author=self.word,
            comment=self.word,
            user=self.word,
            working_dir=self.word,
            entrypoint=many,
            cmd=many,
            env=many,
            exposed_ports=many,
            volumes=many,
            labels=(many,),
            raw=self.word,
        )
        steps = (*(HistoryStep(1, self.word, 5, self.word) for _ in diffs), HistoryStep(1, "e", 0))
        return ImageFacts(details, steps)

    def _container(self, number: int, state: ContainerState) -> ContainerSummary:
        return ContainerSummary(
            f"{number}{self.word}",
            self.word,
            self.word,
            self.images[1].image_id,
            self.word,
            number,
            state,
            self.word,
            self.word,
            (PortBinding(80, self.word, 8080, self.word),),
            labels=((self.word, self.word),),
        )

    def details(self, container_id: str) -> ContainerDetails:
        """Everything of one container; its JSON is a true one."""
        word, many = self.word, (self.word, self.word)
        probes = tuple(Probe(NOW, NOW + 1, code, self.word) for code in range(3))
        return ContainerDetails(
            container_id,
            self.word,
            self.word,
            self.word,
            status=self.word,
            exit_code=137,
            error=self.word,
            health=Health(self.word, 3, probes),
            health_test=HealthTest(("CMD", self.word)),
            command=many,
            entrypoint=many,
            cmd=many,
            user=self.word,
            working_dir=self.word,
            env=many,
            flags=many,
            network_mode=f"container:{self.word}",
            ports=(Port("80/tcp", self.word, "8080", True), Port(self.word, "::", self.word)),
            networks=(Network(self.word, self.word, aliases=many),),
            mounts=(Mount(self.word, self.word, self.word, self.word, self.word),),
            restart_policy=self.word,
            log_driver=self.word,
            log_options=(many,),
            log_path=self.word,
            labels=(many,),
            raw=json.dumps({word: word, self.word: [self.word, {self.word: 1}]}),
        )

    def _job(self, number: int, state: JobState) -> Job:
        parts = (LayerProgress(self.word, self.word, 1, 2),)
        lines = (self.word, self.word)
        return Job(
            number,
            "pull",
            self.word,
            self.word,
            state,
            progress=Progress(self.word, 1, 2, True, 3.0, parts, lines),
            outcomes=(TargetOutcome(self.word, Outcome.FAILED, self.word),),
            summary=self.word,
            remedy=self.word,
        )
