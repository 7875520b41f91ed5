"""`orlop changes CONTAINER`: `docker diff` with sizes."""

from __future__ import annotations

from collections.abc import Iterator

from tui.contents.changes import NOT_TOLD, ContainerDiff, is_told
from tui.i18n import _
from tui.layers.filetree import FileTree
from tui.layers.union import Change
from tui.model.container import UNKNOWN_SIZE
from tui.model.listing import Kind
from tui.model.text import exact_size, human_size, visible
from tui.report.documents import Document
from tui.report.filelines import entry_document, path_document, text_of

LETTERS = {
    Change.ADDED: "A",
    Change.CONTENT: "C",
    Change.METADATA: "C",
    Change.SAME: "C",
    Change.REMOVED: "D",
}
"""As `docker diff` writes them."""


def changes_document(diff: ContainerDiff) -> Document:
    """Return the changes by path; what nobody told is left out of an entry."""
    tree = diff.tree()
    return {
        "container": diff.name,
        "id": diff.container_id,
        "added": diff.added,
        "changed": diff.changed,
        "removed": diff.removed,
        "bytes": tree.node(b"").sums.size,
        "size_rw": diff.size_rw if diff.size_rw != UNKNOWN_SIZE else None,
        "unknown_sizes": diff.unknown,
        "source": diff.source or None,
        "changes": [_document(tree, path) for path in sorted(tree.paths())],
    }


def _document(tree: FileTree, path: bytes) -> Document:
    node = tree.node(path)
    document: Document = {"change": LETTERS[node.change], **path_document(path)}
    if node.entry is None or not is_told(node.entry):
        return document
    document |= entry_document(node.entry)
    if node.entry.uid == NOT_TOLD:
        document = {key: value for key, value in document.items() if key not in ("uid", "gid")}
    return document


def changes_lines(diff: ContainerDiff) -> Iterator[str]:
    """Yield the changes by path, each with its size, then their sum."""
    tree = diff.tree()
    for path in sorted(tree.paths()):
        node = tree.node(path)
        size = ""
        if is_told(node.entry) and not node.is_folder:
            is_gone = node.change is Change.REMOVED
            size = human_size(node.sums.own if is_gone else node.sums.size)
        entry = node.entry
        target = f" -> {text_of(entry.link)}" if entry and entry.kind is Kind.SYMLINK else ""
        yield f"{LETTERS[node.change]} {size:>9}  {visible(f'/{text_of(path)}{target}')}"
    yield _("{added} added, {changed} changed, {removed} removed: {size}").format(
        added=diff.added,
        changed=diff.changed,
        removed=diff.removed,
        size=exact_size(tree.node(b"").sums.size),
    )
    if diff.size_rw != UNKNOWN_SIZE:
        yield _("Writable layer: {size}").format(size=exact_size(diff.size_rw))
    if diff.unknown:
        yield _("Sizes that are not known: {count}").format(count=diff.unknown)
