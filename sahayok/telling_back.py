"""The first sentence of a reply by rule: what the person said, told back to them.

Of a message the sentences that tell something are turned to the listener (sahayok.retelling); what is said or asked to
the listener, greetings and what nobody should hear repeated (data/telling_back.toml) are left out. Rules lose no
negation and invent nobody, where a small model does both.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from sahayok.bengali import ZWJ, ZWNJ, nfc, sentences, words
from sahayok.retelling import bases, retold, turned
from sahayok.romanised.english import is_loanword
from sahayok.romanised.table import table
from sahayok.safety.reply_guard import holds_a_number

FEWEST_WORDS = 3
"""A message that tells less says nothing without what was said before it."""
MOST_WORDS = 26
"""Of a longer message the last sentence is told back, and of those before it what fits."""
MANY_UNKNOWN, SHARE_UNKNOWN = 2, 0.2
"""Of a sentence with so many words that the word table does not know, and such a share, nothing is told back."""
_QUOTED = re.compile('["“‘«][^"”’»]*["”’»]')
_LATIN = re.compile("[A-Za-z]{2}")
_MAYBE_FIRST_PERSON = re.compile(nfc("(লম|নু|ইম|মু|ছি|ছু|লাম|তাম|বো|গু|ইন|লেক|ইয়ে)$"))
CLOSING = "।!?.…,;৷ "
MENTION_OF_A_QUESTION = "এই প্রশ্নটা মনে ঘুরছে"


@dataclass(frozen=True, slots=True)
class _Words:
    listener: frozenset[str]
    perhaps_listener: frozenset[str]
    others: frozenset[str]
    most_words_asked: int
    asks_for: re.Pattern[str]
    asks_after: re.Pattern[str]
    mine_again: re.Pattern[str]
    rhetorical: re.Pattern[str]
    promised: re.Pattern[str]
    greetings: frozenset[str]
    request_endings: tuple[str, ...]
    me: frozenset[str]
    left_mine: frozenset[str]
    never: re.Pattern[str]
    speech: re.Pattern[str]
    opening: re.Pattern[str]
    asking: frozenset[str]
    judgements: Sequence[re.Pattern[str]]
    thought: str
    joint: re.Pattern[str]
    already_thought: re.Pattern[str]
    instead: Sequence[tuple[re.Pattern[str], str]]
    plan_ends: re.Pattern[str]
    plan: str


def must_not_be_repeated(message: str) -> bool:
    """Whether the message holds what nobody should hear said back: a wish to die or to hurt."""
    return bool(_lexicon().never.search(nfc(message).replace(ZWJ, "").replace(ZWNJ, "").lower()))


def told_back(message: str) -> str | None:
    """What the message tells, said to the person in whole sentences; None where it tells nothing. The message is in
    Bengali script."""
    parts = [part for sentence in sentences(message) for part in _lexicon().mine_again.split(sentence)]
    own = [_without_opening(sentence) for sentence in parts]
    telling = [told for sentence in own if _tells(told := _without_address(sentence))]
    statements = [sentence for sentence in telling if not _lexicon().rhetorical.search(sentence)]
    telling = statements if any(map(_is_enough, statements)) else telling
    sure = [sentence for sentence in telling if not _is_hard(sentence)]
    if sure != telling and sum(len(words(sentence)) for sentence in sure) <= FEWEST_WORDS:
        return None
    telling = sure
    if sum(len(words(sentence)) for sentence in telling) < FEWEST_WORDS and not any(map(_has_a_verb, telling)):
        return None
    kept = _fitting(telling)
    asked = [sentence for sentence in kept if _is_question(sentence)]
    return " ".join(_turned(sentence) for sentence in kept if sentence not in asked[1:])


def is_bare(message: str) -> bool:
    """Whether the message is a word or two that tell something only beside what was said before ("কাল রাতে")."""
    said = words(message)
    courteous = _lexicon().greetings.issuperset(said)
    if courteous or not 0 < len(said) < FEWEST_WORDS or told_back(message) is not None:
        return False
    return not any(map(_for_listener, sentences(message)))


def tells_something(message: str) -> bool:
    """Whether any of its sentences is about the person's life, told back or not."""
    return any(
        len(words(sentence)) > 1
        and not _lexicon().greetings.issuperset(words(sentence))
        and not _for_listener(sentence)
        for sentence in sentences(message)
    )


def _without_opening(sentence: str) -> str:
    """The sentence without the yes, no or "you know" that opens it."""
    return _lexicon().opening.sub("", sentence, count=1)


def _without_address(sentence: str) -> str:
    """The sentence without the parts between commas that are said to the listener, where something is left."""
    if not _for_listener(sentence):
        return sentence
    own = ",".join(part for part in sentence.split(",") if not _for_listener(part)).strip()
    return own if len(words(own)) >= FEWEST_WORDS else sentence


def _tells(sentence: str) -> bool:
    said = words(sentence)
    told = len(said) > 1 and not _lexicon().greetings.issuperset(said) and not holds_a_number(sentence)
    return told and not _for_listener(sentence)


def _for_listener(sentence: str) -> bool:
    """A second person stands in it, or it asks for something for me ("একটু থাকবেন আমার কাছে?")."""
    lexicon, said = _lexicon(), words(_own_part(sentence)[0])
    if (
        not lexicon.listener.isdisjoint(said)
        or lexicon.asks_for.search(sentence)
        or lexicon.asks_after.search(sentence)
    ):
        return True
    if said and said[-1] in lexicon.perhaps_listener and len(said) <= lexicon.most_words_asked:
        return lexicon.others.isdisjoint(said)
    if not (said and _is_question(sentence) and not lexicon.me.isdisjoint(said)):
        return False
    mine = any(turned(word) and word not in turned(word) and word not in lexicon.me for word in said)
    return not mine and any(word.endswith(lexicon.request_endings) for word in said)


def _is_question(sentence: str) -> bool:
    own, others = _own_part(sentence)
    return not others and own.rstrip().endswith("?")


def _own_part(sentence: str) -> tuple[str, str]:
    """What the person says, with the word for saying, and after it what another said ("কাকা বলল, তোর কী?")."""
    match = _lexicon().speech.search(sentence)
    if not match or _mine_again(sentence[match.end() :]):
        return sentence, ""
    return sentence[: match.end()], sentence[match.end() :]


def _mine_again(clause: str) -> bool:
    """Whether a clause after "he said" is the person's own again ("আমি বললাম …")."""
    return any(word.endswith("লাম") for word in words(clause))


def _is_enough(sentence: str) -> bool:
    return len(words(sentence)) >= FEWEST_WORDS or _has_a_verb(sentence)


def _is_hard(sentence: str) -> bool:
    """Whether it is not told back surely: an "I" or Latin letters would stay, a verb nobody knows, or many unknown
    words, as in a dialect that the rules do not reach. Better not told than told wrongly."""
    own, others = _own_part(sentence)
    told = words(retold(own) + others)
    unknown = [word for word in told if not _is_known(word)]
    if not _lexicon().left_mine.isdisjoint(words(_QUOTED.sub("", retold(own)))):
        return True
    many = len(unknown) >= MANY_UNKNOWN and len(unknown) >= SHARE_UNKNOWN * len(told)
    return many or any(_LATIN.search(word) or _MAYBE_FIRST_PERSON.search(word) for word in unknown)


@lru_cache(maxsize=4096)
def _is_known(word: str) -> bool:
    if "-" in word:
        return all(map(_is_known, word.split("-")))
    if len(word) < 2 or word.isdigit():
        return True
    return any(table().find(base) or turned(base) or is_loanword(base) for base in bases(word))


def _has_a_verb(sentence: str) -> bool:
    last = words(sentence)[-1]
    return bool(turned(last)) or last in ("নেই", "নাই")


def _fitting(telling: list[str]) -> list[str]:
    """The last sentence, where the feeling mostly stands, and before it from the first on what MOST_WORDS hold."""
    *before, last = telling
    room = MOST_WORDS - len(words(last))
    kept = []
    for sentence in before:
        if len(words(sentence)) <= room:
            kept.append(sentence)
            room -= len(words(sentence))
    return [*kept, last]


def _turned(sentence: str) -> str:
    lexicon = _lexicon()
    own, others = _own_part(sentence)
    own = own.strip().rstrip(CLOSING) if not others else own
    thought = any(pattern.search(own) for pattern in lexicon.judgements) or lexicon.already_thought.match(own)
    if thought:
        own = lexicon.already_thought.sub("", own)
    told = retold(own)
    for pattern, says in lexicon.instead:
        told = pattern.sub(says, told)
    told = (told + others).strip().rstrip(CLOSING)
    if _is_question(sentence):
        return f"{_as_question(told)}।"
    if thought:
        joint = lexicon.joint.match(told)
        return f"{joint.group() if joint else ''}{lexicon.thought} {told[joint.end() if joint else 0 :]}।"
    return f"{told} {lexicon.plan}।" if not others and _is_plan(own, told) else f"{told}।"


def _as_question(told: str) -> str:
    """A question, mentioned: what asks for yes or no gets its "whether"."""
    if told.endswith(("লে", "লে তো")):
        return f"{told.removesuffix(' তো')} কী হবে, {MENTION_OF_A_QUESTION}"
    if _lexicon().asking.isdisjoint(words(told)):
        return f"{told.removesuffix(' তো').removesuffix(' নাকি')} কি না, {MENTION_OF_A_QUESTION}"
    return f"{told}, {MENTION_OF_A_QUESTION}"


def _is_plan(own: str, told: str) -> bool:
    """Whether it ends with what the person will do or will not do."""
    if _lexicon().promised.search(own):
        return False
    mine, turned_verb = ([word for word in words(text) if word != "না"][-1:] for text in (own, told))
    return bool(mine) and turned_verb[0].endswith("বেন") and bool(_lexicon().plan_ends.search(mine[0]))


@cache
def _lexicon() -> _Words:
    table = tomllib.loads((resources.files("sahayok") / "data" / "telling_back.toml").read_text(encoding="utf-8"))
    return _Words(
        listener=frozenset(nfc(table["listener"]).split()),
        perhaps_listener=frozenset(nfc(table["perhaps_listener"]).split()),
        others=frozenset(nfc(table["others"]).split()),
        most_words_asked=table["most_words_asked"],
        asks_for=re.compile(nfc(table["asks_for"])),
        asks_after=re.compile(nfc(table["asks_after"])),
        mine_again=re.compile(nfc(table["mine_again"])),
        rhetorical=re.compile(nfc(table["rhetorical"])),
        promised=re.compile(nfc(table["promised"])),
        greetings=frozenset(nfc(table["greetings"]).split()),
        request_endings=tuple(nfc(table["request_endings"]).split()),
        me=frozenset(nfc(table["me"]).split()),
        left_mine=frozenset(nfc(table["left_mine"]).split()),
        speech=re.compile(nfc(table["speech"])),
        opening=re.compile(nfc(table["opening"])),
        asking=frozenset(nfc(table["asking"]).split()),
        judgements=[re.compile(nfc(entry["pattern"])) for entry in table["judgement"]],
        thought=nfc(table["thought"]),
        joint=re.compile(nfc(table["joint"])),
        already_thought=re.compile(nfc(table["already_thought"])),
        instead=[(re.compile(nfc(entry["pattern"])), nfc(entry["says"])) for entry in table["instead"]],
        plan_ends=re.compile(nfc(table["plan_ends"])),
        plan=nfc(table["plan"]),
        never=re.compile("|".join(f"(?:{nfc(entry['pattern'])})" for entry in table["never"])),
    )
