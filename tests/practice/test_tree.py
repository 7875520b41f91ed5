from __future__ import annotations

import pytest

from tui.practice.nodes import Kind, Node
from tui.practice.tars import write_changes, write_tree
from tui.practice.tree import Change, Tree, changes, clean


def tree(**nodes: Node) -> Tree:
    made = Tree()
    for path, node in nodes.items():
        made.put(path.replace("__", "/"), node)
    return made


def link(target: str) -> Node:
    return Node(Kind.SYMLINK, 0o777, target=target)


def paths(of: Tree) -> list[str]:
    return [path for path, _node in of.walk()]


def test_put_makes_the_parents() -> None:
    made = tree(a__b__c=Node(content=b"x"))
    assert paths(made) == ["", "a", "a/b", "a/b/c"]
    parent = made.get("a/b")
    assert parent
    assert (parent.kind, parent.mode) == (Kind.DIRECTORY, 0o755)


def test_walk_goes_through_folders_in_the_order_of_names() -> None:
    made = tree(b=Node(), a__z=Node(), a__b__x=Node())
    made.put("a.b", Node())
    assert paths(made) == ["", "a", "a/b", "a/b/x", "a/z", "a.b", "b"]
    assert paths(made)[1] == made.children("")[0]
    assert [path for path, _node in made.walk("a/b")] == ["a/b", "a/b/x"]


def test_a_file_over_a_folder_takes_what_is_in_it() -> None:
    made = tree(a__b=Node())
    made.put("a", Node(content=b"1"))
    assert paths(made) == ["", "a"]
    made.put("a/c", Node())
    assert paths(made) == ["", "a", "a/c"]


def test_a_folder_over_a_folder_keeps_what_is_in_it() -> None:
    made = tree(a__b=Node())
    made.put("a", Node(Kind.DIRECTORY, 0o700))
    assert paths(made) == ["", "a", "a/b"]
    node = made.get("a")
    assert node
    assert node.mode == 0o700


def test_the_root_stays_a_folder() -> None:
    made = Tree()
    with pytest.raises(ValueError, match="root"):
        made.put("/", Node())
    made.put("x", Node())
    made.remove("")
    assert paths(made) == [""]


def test_a_copy_and_its_origin_change_apart() -> None:
    origin = tree(a__b=Node())
    copy = origin.copy()
    second = copy.copy()
    copy.remove("a/b")
    copy.put("c", Node())
    origin.put("d", Node())
    assert paths(copy) == ["", "a", "c"]
    assert paths(origin) == ["", "a", "a/b", "d"]
    assert paths(second) == ["", "a", "a/b"]


def test_links_are_followed_inside_the_tree() -> None:
    made = tree(usr__lib__x=Node(content=b"1"), lib=link("usr/lib"), abs=link("/lib/x"))
    made.put("usr/lib/up", link("../../../../lib/x"))
    for path in ("lib/x", "abs", "lib/up", "/lib/../lib/./x"):
        node = made.get(path, follow=True)
        assert node, path
        assert node.content == b"1"
    assert made.get("lib/x") is None
    assert made.resolve("lib", last=False) == "lib"
    assert made.resolve("lib/new") == "usr/lib/new"
    assert made.resolve("abs/x") is None, "a file is no folder"


def test_links_in_a_circle_end() -> None:
    made = tree(a=link("b"), b=link("a"))
    assert made.resolve("a") is None
    assert made.get("a/c", follow=True) is None


def test_changes_tell_what_docker_diff_tells() -> None:
    lower = tree(etc__hosts=Node(), etc__old=Node(), gone__x=Node(), same=Node(), dir__f=Node())
    upper = lower.copy()
    upper.put("etc/hosts", Node(content=b"1"))
    upper.remove("etc/old")
    upper.remove("gone")
    upper.put("new/a/b", Node())
    upper.put("dir", Node())
    assert changes(lower, upper) == [
        Change("/dir", 0),
        Change("/etc", 0),
        Change("/etc/hosts", 0),
        Change("/etc/old", 2),
        Change("/gone", 2),
        Change("/new", 1),
        Change("/new/a", 1),
        Change("/new/a/b", 1),
    ]
    assert changes(lower, lower.copy()) == []


def test_a_layer_of_changes_makes_the_upper_tree() -> None:
    lower = tree(etc__hosts=Node(), etc__old=Node(), gone__x=Node(), swap__f=Node(), file=Node())
    upper = lower.copy()
    upper.remove("etc/old")
    upper.remove("gone")
    upper.put("swap", Node(content=b"now a file"))
    upper.put("file", Node(Kind.DIRECTORY, 0o755))
    upper.put("file/x", Node(content=b"2"))
    stacked = Tree.stacked([write_tree(lower), write_changes(lower, upper)])
    assert dict(stacked.walk()) == dict(upper.walk())


def test_whiteouts_and_opaque_folders() -> None:
    lower = tree(a__1=Node(), a__2=Node(), b__1=Node(), c=Node())
    upper = Tree()
    upper.put(".wh.c", Node())
    upper.put("a/3", Node())
    upper.put("a/.wh..wh..opq", Node())
    upper.put("b/.wh.1", Node())
    upper.put(".wh..wh.plnk", Node())
    stacked = Tree.stacked([write_tree(lower), write_tree(upper)])
    assert paths(stacked) == ["", "a", "a/3", "b"]


def test_docker_cp_takes_whiteouts_for_files() -> None:
    made = tree(etc__x=Node())
    made.unpack(write_tree(tree(y=Node())), "etc")
    upper = Tree()
    upper.put(".wh.x", Node())
    made.unpack(write_tree(upper), "etc", whiteouts=False)
    assert paths(made) == ["", "etc", "etc/.wh.x", "etc/x", "etc/y"]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("", ""),
        ("/", ""),
        (".", ""),
        ("./a", "a"),
        ("a/", "a"),
        ("a//b", "a/b"),
        ("a/./b", "a/b"),
        ("a/../b", "b"),
        ("../../b", "b"),
        ("a/..", ""),
        (".a/.b", ".a/.b"),
        ("..a", "..a"),
    ],
)
def test_clean(given: str, wanted: str) -> None:
    assert clean(given) == wanted
