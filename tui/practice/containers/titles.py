"""Names for containers that were given none: a quality and somebody who knew ships and the sea."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Final

QUALITIES: Final = tuple(
    """able agile amber ample ardent awake bold brave breezy bright brisk calm candid careful cheery
    civil clear clever cordial cosy crisp curious dapper daring deft eager earnest easy exact fair
    faithful fearless fervent fine firm fit fluent fond frank free fresh frugal gallant genial
    gentle glad golden good graceful grand hardy hearty honest hopeful humble jolly jovial keen kind
    lively loyal lucid lucky mellow merry mild modest neat nimble noble patient placid plucky polite
    prime proud prudent punctual quick quiet rapid ready robust rosy sage serene sharp sincere smart
    sober solid sound spry stable staunch steady sturdy subtle sunny sure swift tactful tender tidy
    tough tranquil trusty upbeat valiant vivid warm wise witty zealous zesty""".split()  # noqa: SIM905
)

PEOPLE: Final = tuple(
    """amundsen anson baffin banks barents barentsz beaufort behaim bering bougainville bowditch
    cabot cabral cartier champlain cook cousteau dampier davis dias drake dumont elcano eratosthenes
    eriksson fitzroy flinders fram franklin frobisher gama halley harrison hawkins heyerdahl hudson
    humboldt jansson kerguelen kotzebue lind magellan maury mercator nansen nares nelson
    ortelius parry peary pigafetta ptolemy pytheas rennell ross sabine scoresby shackleton slocum
    solander steller sverdrup tasman tharp torres tupaia vancouver vespucci wallis weddell wilkes
    worsley zheng zarco""".split()  # noqa: SIM905
)

ATTEMPTS: Final = 6
"""Names without a number that are tried before those with one."""


def made_up() -> Iterator[str]:
    """Yield names, the later ones with a digit behind them."""
    for attempt in range(ATTEMPTS + 100):
        name = f"{secrets.choice(QUALITIES)}_{secrets.choice(PEOPLE)}"
        yield name if attempt < ATTEMPTS else f"{name}{secrets.randbelow(10)}"
