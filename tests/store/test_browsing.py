"""What was looked up in registries, event by event."""

from __future__ import annotations

from tui.model.registry import Comparison, Deletion, Quota, RemoteTag, TagList, Verdict
from tui.store.browsing import (
    NOTHING_BROWSED,
    Browsed,
    BrowseEvent,
    ComparingBegun,
    DeletionPlanned,
    NamesCompared,
    PullsLeftTold,
    TagFactsRead,
    TagsDeleted,
    TagsListed,
    browsed,
)

DIGEST = "sha256:" + "a" * 64
BARE = TagList("app", (RemoteTag("1"), RemoteTag("2")), 2)
ONE = RemoteTag("1", DIGEST, 5, 6)


def after(*told: BrowseEvent, now: Browsed = NOTHING_BROWSED) -> Browsed:
    for event in told:
        now = browsed(event, now)
    return now


def test_what_is_known_of_a_tag_stays_while_the_list_grows() -> None:
    now = after(TagsListed(BARE), TagFactsRead("app", (ONE,)), PullsLeftTold("app", Quota(100, 7)))
    assert now.tags.tags == (ONE, RemoteTag("2"))
    longer = TagList("app", (*BARE.tags, RemoteTag("3")), 3)
    now = after(TagsListed(longer), now=now)
    assert now.tags.tags == (ONE, RemoteTag("2"), RemoteTag("3"))
    assert now.tags.quota.remaining == 7


def test_what_is_asked_for_anew_is_forgotten_first() -> None:
    now = after(TagsListed(BARE), TagFactsRead("app", (ONE,)), TagsListed(BARE, anew=True))
    assert now.tags.tags == BARE.tags


def test_another_repository_begins_anew() -> None:
    now = after(TagsListed(BARE), TagFactsRead("app", (ONE,)), TagsListed(TagList("b", BARE.tags)))
    assert now.tags.tags == BARE.tags


def test_what_comes_too_late_changes_nothing() -> None:
    now = after(TagsListed(BARE))
    late = (TagFactsRead("old", (ONE,)), PullsLeftTold("old", Quota(1)), NamesCompared(7, ()))
    for event in late:
        assert browsed(event, now) is now


def test_all_tags_of_a_deleted_digest_go() -> None:
    same = RemoteTag("latest", DIGEST)
    tags = TagList("app", (ONE, RemoteTag("2"), same), 3)
    gone = Deletion("app", "1", DIGEST, ("1",))
    now = after(TagsListed(tags), DeletionPlanned(gone), TagsDeleted(gone))
    assert now.tags.tags == (RemoteTag("2"),)
    assert now.tags.total == 1
    assert after(TagsDeleted(Deletion("other", "1")), now=now) == now


def test_comparisons_gather_by_their_number() -> None:
    one, two = (Comparison(name, "sha256:x", Verdict.CURRENT) for name in ("a:1", "b:1"))
    now = after(ComparingBegun(1), NamesCompared(1, (one,)), NamesCompared(1, (two,)))
    assert now.comparisons == (one, two)
    assert after(ComparingBegun(2), NamesCompared(1, (one,)), now=now).comparisons == ()
