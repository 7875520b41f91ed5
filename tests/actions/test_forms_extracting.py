"""The form of an extraction: what is made of what is typed."""

from __future__ import annotations

from typing import Any

import pytest

from tui.actions.action import Action
from tui.actions.forms.extracting import Extractable, extract_form
from tui.actions.forms.form import NotYet
from tui.actions.selection import EMPTY_SELECTION
from tui.actions.values.files import ExtractFiles, SaveLayer
from tui.contents.image import ListedImage

IMAGE = ListedImage("demo:1", "sha256:a", "", ())
WHAT = Extractable(IMAGE, 3, False, b"etc/nginx", is_folder=True)


def built(extractable: Extractable = WHAT, **values: str) -> Action:
    typed: dict[str, Any] = {"what": "entry", "path": "/tmp/x", "overwrite": "", **values}
    return extract_form(extractable).build(EMPTY_SELECTION, typed)


def test_an_entry_as_it_is_in_view() -> None:
    assert built() == ExtractFiles(IMAGE, 3, False, b"etc/nginx", "/tmp/x")
    alone = Extractable(IMAGE, 3, True, b"etc/nginx", read_only=True)
    assert built(alone) == ExtractFiles(IMAGE, 3, True, b"etc/nginx", "/tmp/x", read_only=True)


def test_files_are_replaced_only_when_asked() -> None:
    for key in ("overwrite", "path:exists"):
        action = built(WHAT, **{key: "yes"})
        assert isinstance(action, ExtractFiles)
        assert action.overwrite


def test_a_layer_as_files_and_as_a_tar() -> None:
    assert built(what="layer") == ExtractFiles(IMAGE, 3, True, b"", "/tmp/x")
    assert built(what="tar", path="/tmp/") == SaveLayer(IMAGE, 3, "/tmp/")
    assert built(what="tar", path="x.tar.gz") == SaveLayer(IMAGE, 3, "x.tar.gz")
    with pytest.raises(NotYet, match="ends with"):
        built(what="tar")


def test_a_place_is_needed() -> None:
    with pytest.raises(NotYet, match="where"):
        built(path="")


def test_names_that_cannot_be_typed_are_not_offered() -> None:
    (_what, path, _overwrite) = extract_form(WHAT).fields
    assert path.initial(EMPTY_SELECTION) == "nginx"
    for name in (b"a/\x1b[2J", b"a/caf\xe9", b""):
        what = Extractable(IMAGE, 3, False, name)
        (choice, path, _overwrite) = extract_form(what).fields
        assert path.initial(EMPTY_SELECTION) == "layer-3"
        assert "\x1b" not in "".join(called for _value, called in choice.choices)
        assert len(choice.choices) == (3 if name else 2)
