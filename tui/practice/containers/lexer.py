"""Takes shell scripts apart into words and operators."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

_BLANK: Final = " \t"
_OPERATORS: Final = (
    "&&",
    "||",
    ";;",
    ">>",
    "<<",
    ">&",
    "<&",
    ";",
    "&",
    "|",
    "<",
    ">",
    "(",
    ")",
    "\n",
)


class SyntaxFault(Exception):
    """The script makes no sense; the text is what was not expected."""


class Unfinished(SyntaxFault):
    """The script goes on, on the next line."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a word."""

    text: str
    kind: str = "text"
    """`text`, `variable`, `command` or `arithmetic`."""
    is_quoted: bool = False


Word = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Operator:
    """`;`, `|`, `>` and the like."""

    text: str
    stream: int = -1
    """The digit before a redirection; -1 without one."""


Token = Word | Operator


@dataclass(slots=True)
class Lexer:
    """Reads a text from its beginning to its end."""

    text: str
    at: int = 0
    parts: list[Part] = field(default_factory=list)
    plain: str = ""

    def tokens(self) -> list[Token]:
        """Return the words and operators.

        Raises:
            Unfinished: the text ends in the middle of a word.
        """
        found: list[Token] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in _BLANK:
                self._end_word(found)
                self.at += 1
            elif char == "#" and not self.plain and not self.parts:
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif operator := next((x for x in _OPERATORS if self.text.startswith(x, self.at)), ""):
                self._operator(found, operator)
            else:
                self._in_word(char)
        self._end_word(found)
        return found

    def _operator(self, found: list[Token], operator: str) -> None:
        stream = -1
        if operator[0] in "<>" and self.plain in {"0", "1", "2"} and not self.parts:
            stream, self.plain = int(self.plain), ""
        self._end_word(found)
        self.at += len(operator)
        found.append(Operator(operator, stream))

    def _end_word(self, found: list[Token]) -> None:
        self._end_plain()
        if self.parts:
            found.append(tuple(self.parts))
            self.parts = []

    def _end_plain(self) -> None:
        if self.plain:
            self.parts.append(Part(self.plain))
            self.plain = ""

    def _in_word(self, char: str) -> None:
        if char == "'":
            self._end_plain()
            self.parts.append(Part(self._until("'"), is_quoted=True))
        elif char == '"':
            self._end_plain()
            self._in_quotes()
        elif char in "$`":
            self._end_plain()
            self._dollar(is_quoted=False)
        elif char == "\\":
            self._escape()
        else:
            self.plain += char
            self.at += 1

    def _escape(self) -> None:
        if self.at + 1 >= len(self.text):
            raise Unfinished("end of file")
        following = self.text[self.at + 1]
        self.at += 2
        if following != "\n":
            self._end_plain()
            self.parts.append(Part(following, is_quoted=True))

    def _until(self, end: str) -> str:
        """Return what stands between the character here and the next one like it."""
        close = self.text.find(end, self.at + 1)
        if close < 0:
            raise Unfinished("end of file")
        found = self.text[self.at + 1 : close]
        self.at = close + 1
        return found

    def _in_quotes(self) -> None:
        self.at += 1
        plain = ""
        count = len(self.parts)
        while self.at < len(self.text) and self.text[self.at] != '"':
            char = self.text[self.at]
            if char in "$`":
                if plain:
                    self.parts.append(Part(plain, is_quoted=True))
                    plain = ""
                self._dollar(is_quoted=True)
            elif char == "\\" and self.text[self.at + 1 : self.at + 2] in set('$`"\\\n'):
                plain += self.text[self.at + 1].replace("\n", "")
                self.at += 2
            else:
                plain += char
                self.at += 1
        if self.at >= len(self.text):
            raise Unfinished("end of file")
        self.at += 1
        if plain or len(self.parts) == count:
            self.parts.append(Part(plain, is_quoted=True))

    def _dollar(self, *, is_quoted: bool) -> None:
        rest = self.text[self.at :]
        if rest[0] == "`":
            self.parts.append(Part(self._until("`"), "command", is_quoted))
        elif rest.startswith("$(("):
            self.parts.append(Part(self._nested("((", "))"), "arithmetic", is_quoted))
        elif rest.startswith("$("):
            self.parts.append(Part(self._nested("(", ")"), "command", is_quoted))
        elif rest.startswith("${"):
            self.at += 1
            self.parts.append(Part(self._until("}"), "variable", is_quoted))
        else:
            self._variable(is_quoted=is_quoted)

    def _variable(self, *, is_quoted: bool) -> None:
        end = self.at + 1
        if self.text[end : end + 1] and self.text[end] in "?$#@*!0123456789-":
            end += 1
        else:
            while end < len(self.text) and (self.text[end].isalnum() or self.text[end] == "_"):
                end += 1
        name = self.text[self.at + 1 : end]
        self.at = end
        self.parts.append(
            Part(name, "variable", is_quoted) if name else Part("$", "text", is_quoted)
        )

    def _nested(self, begin: str, end: str) -> str:
        """Return what stands in brackets that may hold others."""
        start = self.at + 1 + len(begin)
        depth, at = 1, start
        while at < len(self.text):
            if self.text.startswith(end, at) and depth == 1:
                self.at = at + len(end)
                return self.text[start:at]
            depth += {"(": 1, ")": -1}.get(self.text[at], 0)
            at += 1
        raise Unfinished("end of file")
