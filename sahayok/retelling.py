"""A person's words turned to the listener: "আমি পারিনি" becomes "আপনি পারেননি".

A good reply begins with what the person said, in the person's own nouns and verbs. Verbs turn by rule
(data/retelling.toml: stems, and what the endings of each tense become), pronouns by a short list; what else stands
for a word, a dialect's or a misspelt one above all, is counted in data/retold_words.tsv, which
`python -m training.retelling` learns from the replies of the corpus.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import regex

from sahayok.bengali import SENTENCE_END, clusters, nfc
from sahayok.ngrams import _sound

OFTEN = 2
"""So often a word must have been told again by another, and thrice as often as by itself, before `retold` takes the
other."""

_WORD = regex.compile(r"[\u0980-\u09e3\u09f0\u09f1\u200c\u200d]+")
_QUOTED = regex.compile(r"\"[^\"]*\"|“[^”]*”|‘[^’]*’|«[^»]*»")
_SENTENCE = regex.compile(f"[^{SENTENCE_END}\n]+[{SENTENCE_END}\n]*|[{SENTENCE_END}\n]+")
_EASTERN = regex.compile("তেছ|তাছ|তেস|[াে]ই[ছস]|হই[ছস]|[দন]িছ|নাই")
_LAST_VOWEL = regex.compile("[ািীুূেৈোৌঅআইঈউঊএঐওঔ](?=[^ািীুূেৈোৌঅআইঈউঊএঐওঔ]*$)")
_LOWERED = {"ি": "ে", "ু": "ো", "ই": "এ", "উ": "ও"}
_RAISED = {"ে": "ি", "ো": "ু", "এ": "ই", "ও": "উ"}
_FRONTED = {"া": "ে", "আ": "এ"}
_EMPHASIS = ("ই", "ও")
_NOT_DONE = ("নি", "নাই")
_AUXILIARIES = frozenset(
    map(
        nfc, ["গেল", "গেলো", "গেছে", "গেসে", "যায়", "পড়ল", "পড়লো", "উঠল", "উঠলো", "দিসে", "দিছে", "দিল", "ফেলছে", "রইছে"]
    )
)
_PERHAPS_A_VERB = ("ে", nfc("য়"))
_AFTER_A_VERB = frozenset(
    (
        "কেমনে",
        "ক্যামনে",
        "কীভাবে",
        "কিভাবে",
        "না",
        "নাই",
        "নি",
        "কি",
        "কিনা",
        "যে",
        "কিন্তু",
        "তাই",
        "তবু",
        "তো",
        "নাকি",
        "কেন",
        "বলে",
        "বলেই",
    )
)
_I = frozenset(("আমি", "আমরা", "আমিই", "আমিও", "আমরাও"))
_CASES = ("টা", "টি", "টুকু", "টার", "টাকে", "টায়", "র", "ের", "য়ের", "কে", "রে", "তে", "েতে", "ে", "য়")
_PLURALS = ("রা", "েরা", "দের", "েদের", "গুলো", "গুলোর", "গুলা", "গুলি")
_BREATHLESS = str.maketrans("খঘছঝঠঢথধফভ", "কগচজটডতদপব")
_JOINED = regex.compile("্[জব]?")
_FUTURE = ("ব", "বো", "মু")
_BECAUSE = "বলে"
_COMMA = regex.compile("[,;]")
_DOUBLED = regex.compile(r"(.)\1+")

Stems = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Rules:
    """`stems` says of a written stem which kind it is, which of the stems, and all of its verb's; `endings` and
    `addressed` say of a kind, a stem and what follows it the stems and endings that a listener puts in their place:
    for the person's own, and for what the person asks of the listener."""

    stems: Mapping[str, Sequence[tuple[str, str, Stems]]]
    endings: Mapping[tuple[str, str, str], Sequence[tuple[str, str]]]
    addressed: Mapping[tuple[str, str, str], Sequence[tuple[str, str]]]
    whole: Mapping[str, Sequence[str]]
    addressed_whole: Mapping[str, str]
    pronouns: Mapping[str, Sequence[str]]
    listener: Mapping[str, str]
    homographs: frozenset[str]
    mine: frozenset[str]
    saying: frozenset[str]

    def told(self, word: str, endings: Mapping[tuple[str, str, str], Sequence[tuple[str, str]]]) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(
                verb[stem] + ending
                for cut in range(1, len(word) + 1)
                for kind, written, verb in self.stems.get(word[:cut], ())
                for stem, ending in endings.get((kind, written, word[cut:]), ())
            )
        )


@cache
def _rules() -> _Rules:
    file = resources.files("sahayok") / "data" / "retelling.toml"
    data: dict[str, Any] = tomllib.loads(nfc(file.read_text(encoding="utf-8")))
    endings: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
    addressed: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
    for kind in ("consonant", "vowel"):
        for row in data[kind]:
            stem, middle = _stem_and_ending(row["retold"])
            for said in row["said"]:
                written, written_middle = _stem_and_ending(said)
                for person, becomes in data["persons"][row["persons"]].items():
                    endings[kind, written, written_middle + person] += [(stem, middle + ending) for ending in becomes]
            own, own_middle = _stem_and_ending(row["said"][0])
            for person, becomes in data["addressed"].get(row["persons"], {}).items():
                addressed[kind, stem, middle + person].append((own, own_middle + becomes))
    return _Rules(
        _stems(data),
        endings,
        addressed,
        data["whole"] | data["dialect"],
        data["addressed"]["whole"],
        data["pronouns"],
        data["listener"],
        frozenset(data["homographs"]["words"].split()),
        frozenset(data["homographs"]["mine"].split()),
        frozenset(data["saying"]["words"].split()),
    )


def _stem_and_ending(template: str) -> tuple[str, str]:
    stem, _, ending = template.removeprefix("{").partition("}")
    return stem, ending


def _stems(data: Mapping[str, Any]) -> dict[str, list[tuple[str, str, Stems]]]:
    participles = data["participles"]
    derive = {"consonant": _consonant_stems, "vowel": _vowel_stems}
    verbs = {
        root: (kind, derive[kind](root, participles.get(root)))
        for kind in ("consonant", "vowel")
        for root in data["stems"][kind].split()
    }
    for root, (lowered, past, participle, future) in data["short"].items():
        verbs[root] = ("vowel", {"h": root, "l": lowered, "x": past, "q": participle, "f": future})
    found: dict[str, list[tuple[str, str, Stems]]] = defaultdict(list)
    for kind, verb in verbs.values():
        for stem, written in verb.items():
            found[written].append((kind, stem, verb))
    for wrong, right in data["misspelt"].items():
        kind, verb = verbs[right]
        for stem, written in derive[kind](wrong, None).items():
            if stem != "l":  # হাটে and কাপে are more often nouns in a case than misspelt হাঁটে and কাঁপে
                found[written].append((kind, stem, verb))
    return found


def _consonant_stems(root: str, participle: str | None) -> Stems:
    *before, last = clusters(root)
    return {
        "h": root,
        "l": _with_vowel(root, _LOWERED),
        "x": root,
        "q": participle or _with_vowel(root, _FRONTED) + "ে",
        "f": root,
        "e": "".join([*before, "ই", last]),
    }


def _vowel_stems(root: str, participle: str | None) -> Stems:
    if participle is None:
        short = root.removesuffix(nfc("ওয়া"))
        participle = short + nfc("ইয়ে") if short != root else _with_vowel(root[:-1], _RAISED) + nfc("িয়ে")
    return {"h": root, "l": root, "x": root, "q": participle, "f": root}


def _with_vowel(stem: str, change: Mapping[str, str]) -> str:
    return str(_LAST_VOWEL.sub(lambda match: change.get(match.group(), match.group()), stem))


@cache
def _counted() -> Mapping[str, Mapping[str, int]]:
    """How often a word of a message was told again by a word of the reply."""
    file = resources.files("sahayok") / "data" / "retold_words.tsv"
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            said, told, times = line.split("\t")
            counts[said][told] = int(times)
    return dict(counts)


def turned(word: str) -> tuple[str, ...]:
    """What a pronoun or a verb becomes by rule when a listener says it, the likeliest first; empty for all other words.

    A third person stands among its own forms, before its honorific (বলল, বললেন).
    """
    word = nfc(word)
    rules = _rules()
    forms = rules.pronouns.get(word) or rules.whole.get(word) or rules.told(word, rules.endings)
    for ending in (*_NOT_DONE, *_EMPHASIS):
        if not forms and word.endswith(ending) and word != ending:
            kept = "নি" if ending in _NOT_DONE else ending
            forms = tuple(form + kept for form in turned(word.removesuffix(ending)))
    return tuple(forms)


@lru_cache(maxsize=4096)
def retold_forms(word: str) -> tuple[str, ...]:
    """The words that a listener may say for this word of the person, the likeliest first: the word itself where it
    needs no turning."""
    word = nfc(word)
    forms = turned(word)
    counts = _counted().get(word, {})
    if forms and word not in forms and counts.get(word, 0) <= max(counts.get(form, 0) for form in forms):
        first = sorted(forms, key=lambda form: -counts.get(form, 0))
    else:
        first = sorted(dict.fromkeys([word, *forms]), key=lambda form: -counts.get(form, 0))
    rest = [form for form in counts if form not in first]
    if forms and word not in forms:
        return (*first, *rest)
    return tuple(sorted([*first, *rest], key=lambda form: -counts.get(form, 0)))


def retold(text: str) -> str:
    """The text turned word by word, each with the likeliest form, its punctuation kept; in NFC.

    Others' words stay: what stands in quotation marks, and what follows "he said" where it names a তুমি or where it is
    a future without আমি ("ছেলে বলেছিল যাব না"). আপনি and তুমি become আমি only in a sentence that has one verb of
    the second person, at its end, and says of no one that he said something; else they stay.
    """
    text = nfc(text)
    quoted = {at for match in _QUOTED.finditer(text) for at in range(*match.span())}
    eastern = bool(_EASTERN.search(text))
    pieces = _SENTENCE.finditer(text)
    return nfc("".join(_retold_sentence(match.group(), match.start(), quoted, eastern) for match in pieces))


def _retold_sentence(sentence: str, start: int, quoted: Collection[int], eastern: bool) -> str:
    """`start` is where the sentence begins in the text, of which the places `quoted` are in quotation marks; `eastern`
    is whether the text has signs of an eastern dialect."""
    words = list(_WORD.finditer(sentence))
    others = {place for place, word in enumerate(words) if start + word.start() in quoted} | _others(sentence, words)
    meant = _meant(words)
    told: list[str] = []
    end = clause = 0
    denial: int | None = None
    for place, match in enumerate(words):
        word, between = match.group(), sentence[end : match.start()]
        clause = place if between.strip() else clause
        if place in others:
            becomes = word
        elif place in meant:
            becomes = meant[place]
        elif place == denial:
            between = becomes = ""
        else:
            after = words[place + 1 : place + 2]
            if after and sentence[match.end() : after[0].start()].strip():
                after = []
            ends = not after or after[0].group() in _AFTER_A_VERB | _I
            mine = any(near.group() in _I for near in (*words[clause:place], *after))
            if after and after[0].group() in _NOT_DONE and _is_denied(word):
                word, denial = word + "নি", place + 1
            if after and word.endswith(("ি", "াই")) and after[0].group() in _AUXILIARIES:
                # A dialect's participle: "জল আসি গেল".
                told += [between, word]
                end = match.end()
                continue
            after_a_verb = place > 0 and words[place - 1].group().endswith(_PERHAPS_A_VERB)
            becomes = _told(word, ends, mine, eastern, after_a_verb)
        told += [between, becomes]
        end = match.end()
    return "".join(told) + sentence[end:]


def _told(word: str, ends_clause: bool, mine: bool, eastern: bool, after_a_verb: bool) -> str:
    """What a word becomes where it stands; `mine` is whether the clause has said আমি or আমরা, `after_a_verb` whether a
    verb may stand before it."""
    forms, counts = turned(word), _counted().get(word, {})
    if word in forms:
        return word
    if forms:
        likeliest = _likeliest(forms, counts, eastern)
        return likeliest if _is_verb(word, likeliest, ends_clause, mine, after_a_verb) else word
    verb = word.removesuffix("না")
    if verb != word and turned(verb) and (verb not in turned(verb) or _is_denied(verb)):
        return turned(verb)[0] + " না"
    if word in _NOT_DONE and after_a_verb:
        return word  # "শুনে নাই" denies what was done, as নেই does not
    likeliest = retold_forms(word)[0]
    often = counts.get(likeliest, 0) >= max(OFTEN, 3 * counts.get(word, 0))
    return likeliest if often and _is_another_spelling(word, likeliest) else word


def _likeliest(forms: Sequence[str], counts: Mapping[str, int], eastern: bool) -> str:
    """The form of the same person. Two stand for one word where the standard hears what goes on and the east what is
    done (করছি): there the dialect decides, unless one was counted far more often."""
    same_person = [form for form in forms if not _is_honorific(form)] or forms
    first = same_person[-1 if eastern else 0]
    often = max(same_person, key=lambda form: counts.get(form, 0))
    return often if counts.get(often, 0) > 2 * counts.get(first, 0) + OFTEN else first


def _is_verb(word: str, form: str, ends_clause: bool, mine: bool, after_a_verb: bool) -> bool:
    """Whether a word that could be a verb is one here, and no noun."""
    rules, counts = _rules(), _counted().get(word, {})
    if word in rules.mine:
        return ends_clause or mine
    if counts.get(word, 0) > counts.get(form, 0):
        return ends_clause and mine
    return ends_clause or (after_a_verb and word.endswith("লাম")) or word not in rules.homographs


def _is_another_spelling(word: str, form: str) -> bool:
    """Whether the form is the word as the standard has it, and not another case of it or a form of a verb."""
    if word.endswith("রে") and form.endswith("কে"):
        return True
    if not bases(word).isdisjoint(bases(form)):
        return False
    if word in _rules().listener or _asked(word) or word[:-1] in _rules().stems:
        return False
    first, second = _sound(word), _sound(form)
    return first[:1] == second[:1] and abs(len(first) - len(second)) < 2


def _is_honorific(form: str) -> bool:
    return form.removesuffix("নি").endswith("ন")


def _is_denied(verb: str) -> bool:
    """Whether নি or নাই after a word makes one verb with it: a simple present, of which it denies the past."""
    endings = ("ি", "ই", "ে", nfc("য়"))
    return verb.removesuffix("ও").endswith(endings) and not verb.endswith("বে") and bool(turned(verb + "নি"))


def _others(sentence: str, words: Sequence[regex.Match[str]]) -> set[int]:
    """The places of words that another said, without quotation marks: all after "he said" where they name a তুমি, else
    the futures of its clause. বলে is "he says" and "because"."""
    rules = _rules()
    said = [at for at, word in enumerate(words) if word.group() in rules.saying]
    if not said:
        return set()
    after = range(said[0] + 1, len(words))
    if any(words[at].group().startswith(("তুমি", "তুই", "তোর", "তোকে", "তোমা")) for at in after):
        return set(after)
    if words[said[0]].group() == _BECAUSE or any(word.group() in rules.pronouns for word in words):
        return set()
    commas = (at for at in after[1:] if _COMMA.search(sentence, words[at - 1].end(), words[at].start()))
    clause = range(said[0] + 1, next(commas, len(words)))
    return {at for at in clause if words[at].group().endswith(_FUTURE)}


def _meant(words: Sequence[regex.Match[str]]) -> Mapping[int, str]:
    """What the words become that say what the listener is or does."""
    rules = _rules()
    written = {word.group() for word in words}
    politely = "আপনি" in written
    if not (politely or "তুমি" in written) or not written.isdisjoint(rules.saying):
        return {}
    verbs = {
        at: own
        for at, word in enumerate(words)
        if _is_honorific(word.group()) == politely and (own := _asked(word.group()))
    }
    last = max((at for at, word in enumerate(words) if word.group() not in _AFTER_A_VERB), default=0)
    if set(verbs) != {last}:
        return {}
    return verbs | {at: rules.listener[word.group()] for at, word in enumerate(words) if word.group() in rules.listener}


def _asked(word: str) -> str:
    """What the listener says of himself with a verb in the second person; "" for any other word."""
    rules = _rules()
    return rules.addressed_whole.get(word) or next(iter(rules.told(word, rules.addressed)), "")


def said_again(reply_word: str, message_words: Collection[str]) -> bool:
    """Whether a word of a reply stands for one of the message: the same, a form a listener may say for it, one of these
    in another case, or one that sounds like it."""
    reply = nfc(reply_word)
    return any(_is_same(reply, form) for word in message_words for form in (nfc(word), *retold_forms(word)))


def _is_same(word: str, other: str) -> bool:
    if word == other or not bases(word).isdisjoint(bases(other)):
        return True
    first, second = _sound(word), _sound(other)
    if first == second:
        return len(first) > 1
    return len(first) > 2 and _misheard(first) == _misheard(second)


@lru_cache(maxsize=8192)
def bases(word: str) -> frozenset[str]:
    """A word, and what is left of it without its emphasis, its case or article, and its plural (মেয়েগুলোকেও)."""
    found = {word}
    for endings in (_EMPHASIS, map(nfc, _CASES), _PLURALS):
        found |= {base for ending in endings for form in found if len(base := form.removesuffix(ending)) > 1}
    return frozenset(found)


def _misheard(sound: str) -> str:
    """A sound without what is most often misspelt: breath (ধ for দ), the letter joined below, a doubled one."""
    return str(_DOUBLED.sub(r"\1", _JOINED.sub("", sound).translate(_BREATHLESS)))
