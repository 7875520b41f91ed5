"""Reads shell scripts: the small part of the language that people type into a container."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tui.practice.containers.lexer import (
    Lexer,
    Operator,
    Part,
    SyntaxFault,
    Token,
    Unfinished,
    Word,
)

__all__ = ["Part", "SyntaxFault", "Unfinished", "Word", "parse"]

_ENDS: Final = frozenset({"then", "elif", "else", "fi", "do", "done", "}"})


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where a stream goes."""

    stream: int
    operator: str
    """`>`, `>>`, `<` or `>&`."""
    target: Word


@dataclass(frozen=True, slots=True)
class Simple:
    """A program with arguments, or assignments."""

    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class If:
    """Conditions with what follows each, and the rest."""

    branches: tuple[tuple[Script, Script], ...]
    otherwise: Script | None


@dataclass(frozen=True, slots=True)
class Loop:
    """`while` or `until`."""

    condition: Script
    body: Script
    is_until: bool


@dataclass(frozen=True, slots=True)
class For:
    """A loop over words; None is over the arguments."""

    name: str
    words: tuple[Word, ...] | None
    body: Script


@dataclass(frozen=True, slots=True)
class Group:
    """`{ …; }` or `( … )`."""

    body: Script
    is_subshell: bool


@dataclass(frozen=True, slots=True)
class Command:
    """Something to be done, with its redirections."""

    what: Simple | If | Loop | For | Group
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands of which each reads what the one before writes."""

    commands: tuple[Command, ...]
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A pipeline, and when it is run: always, or by how the one before went (`&&`, `||`)."""

    pipeline: Pipeline
    after: str = ""


Script = tuple[Step, ...]


def parse(text: str) -> Script:
    """Return a script.

    Raises:
        Unfinished: it ends in the middle.
        SyntaxFault: it makes no sense, or is of what this shell does not know.
    """
    parser = _Parser(Lexer(text).tokens())
    script = parser.script(frozenset())
    if not parser.at_end:
        raise SyntaxFault(parser.seen())
    return script


def literal(word: Word) -> str | None:
    """Return the text of a word without quotes and variables; None if it has some."""
    if len(word) == 1 and word[0].kind == "text" and not word[0].is_quoted:
        return word[0].text
    return None


@dataclass(slots=True)
class _Parser:
    tokens: list[Token]
    at: int = 0

    @property
    def at_end(self) -> bool:
        return self.at >= len(self.tokens)

    def seen(self) -> str:
        """Return what stands here, for a complaint."""
        if self.at_end:
            return "end of file"
        token = self.tokens[self.at]
        if isinstance(token, Operator):
            return "newline" if token.text == "\n" else token.text
        return "".join(part.text for part in token)

    def script(self, ends: frozenset[str]) -> Script:
        steps: list[Step] = []
        after = ""
        while True:
            self._skip("\n", *(() if after else (";", "&")))
            if self.at_end or self._word() in ends or self._is(")"):
                if after:
                    raise Unfinished("end of file")
                return tuple(steps)
            steps.append(Step(self._pipeline(), after))
            after = next((x for x in ("&&", "||") if self._is(x)), "")
            if after:
                self.at += 1
            elif not (self.at_end or self._is(";", "&", "\n", ")") or self._word() in ends):
                raise SyntaxFault(self.seen())

    def _pipeline(self) -> Pipeline:
        is_negated = self._word() == "!"
        self.at += is_negated
        commands = [self._command()]
        while self._is("|"):
            self.at += 1
            self._skip("\n")
            commands.append(self._command())
        return Pipeline(tuple(commands), is_negated)

    def _command(self) -> Command:
        word = self._word()
        if self.at_end:
            raise Unfinished("end of file")
        what: Simple | If | Loop | For | Group
        if self._is("("):
            self.at += 1
            what = Group(self.script(frozenset()), is_subshell=True)
            self._operator(")")
        elif word == "{":
            self.at += 1
            what = Group(self.script(frozenset({"}"})), is_subshell=False)
            self._expect("}")
        elif word == "if":
            what = self._if()
        elif word in {"while", "until"}:
            self.at += 1
            condition = self.script(frozenset({"do"}))
            what = Loop(condition, self._body(), word == "until")
        elif word == "for":
            what = self._for()
        elif word in {"case", "function", *_ENDS}:
            raise SyntaxFault(word or "")
        else:
            return self._simple()
        return Command(what, tuple(self._redirects()))

    def _if(self) -> If:
        branches: list[tuple[Script, Script]] = []
        otherwise: Script | None = None
        while self._word() in {"if", "elif"}:
            self.at += 1
            condition = self.script(frozenset({"then"}))
            self._expect("then")
            branches.append((condition, self.script(frozenset({"elif", "else", "fi"}))))
        if self._word() == "else":
            self.at += 1
            otherwise = self.script(frozenset({"fi"}))
        self._expect("fi")
        return If(tuple(branches), otherwise)

    def _for(self) -> For:
        self.at += 1
        name = self._word()
        if not name:
            raise SyntaxFault(self.seen())
        self.at += 1
        words: list[Word] | None = None
        if self._word() == "in":
            self.at += 1
            words = []
            while not self.at_end and not isinstance(self.tokens[self.at], Operator):
                words.append(self._next_word())
        return For(name, None if words is None else tuple(words), self._body())

    def _body(self) -> Script:
        self._skip(";", "\n")
        self._expect("do")
        body = self.script(frozenset({"done"}))
        self._expect("done")
        return body

    def _simple(self) -> Command:
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while not self.at_end:
            token = self.tokens[self.at]
            if isinstance(token, Operator):
                if token.text[0] not in "<>":
                    break
                redirects += self._redirects()
            elif not words and (assignment := _assignment(token)):
                assignments.append(assignment)
                self.at += 1
            else:
                words.append(self._next_word())
        if not (assignments or words or redirects):
            raise SyntaxFault(self.seen())
        return Command(Simple(tuple(assignments), tuple(words)), tuple(redirects))

    def _redirects(self) -> list[Redirect]:
        found: list[Redirect] = []
        while not self.at_end:
            token = self.tokens[self.at]
            if not isinstance(token, Operator) or token.text[0] not in "<>":
                break
            if token.text in {"<<", "<&"}:
                raise SyntaxFault(token.text)
            self.at += 1
            if self.at_end or isinstance(self.tokens[self.at], Operator):
                raise SyntaxFault("newline" if self.at_end else self.seen())
            usual = 0 if token.text == "<" else 1
            stream = usual if token.stream < 0 else token.stream
            found.append(Redirect(stream, token.text, self._next_word()))
        return found

    def _next_word(self) -> Word:
        token = self.tokens[self.at]
        assert not isinstance(token, Operator)
        self.at += 1
        return token

    def _word(self) -> str | None:
        """Return the plain word that stands here."""
        if self.at_end:
            return None
        token = self.tokens[self.at]
        return None if isinstance(token, Operator) else literal(token)

    def _is(self, *operators: str) -> bool:
        if self.at_end:
            return False
        token = self.tokens[self.at]
        return isinstance(token, Operator) and token.text in operators

    def _skip(self, *operators: str) -> None:
        while self._is(*operators):
            self.at += 1

    def _expect(self, word: str) -> None:
        if self._word() != word:
            raise Unfinished("end of file") if self.at_end else SyntaxFault(self.seen())
        self.at += 1

    def _operator(self, operator: str) -> None:
        if not self._is(operator):
            raise Unfinished("end of file") if self.at_end else SyntaxFault(self.seen())
        self.at += 1


def _assignment(word: Word) -> tuple[str, Word] | None:
    first = word[0]
    name, equals, rest = first.text.partition("=")
    if first.kind != "text" or first.is_quoted or not equals or not name.isidentifier():
        return None
    return name, (*([Part(rest)] if rest else []), *word[1:])
