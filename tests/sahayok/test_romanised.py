"""Romanised Bengali into Bengali script: whole messages, the words that must not go wrong, English, properties."""

from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sahayok.bengali import nfc
from sahayok.romanised import is_romanised, to_bengali
from tests.bengali_text import LINES

SPELLINGS = {
    "না": "na, naa, nah",
    "নাই": "nai, nay",
    "নেই": "nei",
    "নি": "ni",
    "আমি না": "ami na",
    "করি না": "kori na, korina",
    "পারি না": "pari na, parina",
    "জানি না": "jani na, janina",
    "পারছি না": "parchi na, parchina, parsi na, parci na",
    "ভালো নেই": "bhalo nei, valo nei",
    "ভালো নাই": "valo nai, vlo nai",
    "হয় না": "hoy na, hoyna, hoi na",
    "হয়নি": "hoyni, hoy ni, hoini",
    "করিনি": "korini, kori ni",
    "যাইনি": "jaini, jai ni",
    "খাইনি": "khaini, khai ni",
    "পাইনি": "paini, pai ni",
    "ঘুমাইনি": "ghumaini",
    "বলিনি": "bolini, boli ni",
    "লাগে না": "lage na, lagena",
    "লাগছে না": "lagche na, lagchena, lagse na, lagchhe na",
    "আসে না": "ashe na, asena",
    "কথা বলে না": "kotha bole na, kotha bolena, ktha bole na",
    "কেউ নেই": "keu nei, kew nei",
    "কেউ নাই": "keu nai",
    "খারাপ": "kharap, khrap, kharp, karap, khrp, khaarap, kharapp",
    "ভালো": "bhalo, valo, vlo, bhlo, vhalo, balo, bhaalo, valoo",
    "ভয়": "bhoy, voy, vhoy, bhoi, bhy, voi",
    "রাগ": "rag, raag, rg",
    "লজ্জা": "lojja, lozza, lajja, lojjaa",
    "একা": "eka, aka, ekaa",
    "কষ্ট": "koshto, kosto, kosht, kosta",
    "মন": "mon, mn",
    "কান্না": "kanna, kannaa",
    "খুশি": "khushi, khusi, kushi, khushii",
    "আনন্দ": "anondo, anando",
    "দুঃখ": "dukkho, dukho, dukh",
    "ঘুম": "ghum, ghoom, gum",
    "চিন্তা": "chinta, cinta, sinta, cheenta",
    "অস্থির": "osthir, asthir, ostir",
    "হতাশ": "hotash, hotas, hatash",
    "বিরক্ত": "birokto, birkto, biroktto",
    "অসহায়": "oshohay, osohay, asohay",
    "ক্লান্ত": "klanto, clanto, klnto",
    "অপমান": "opoman, apoman, apman",
    "অভিমান": "oviman, obhiman, abhiman",
    "স্বপ্ন": "shopno, sopno, swapno, shwapno",
    "আশা": "asha",
    "ভরসা": "bhorsha, vorsa, vorsha",
    "বিশ্বাস": "bishwas, biswas, bissas, bishshash, bishash",
    "ভালোবাসা": "bhalobasha, valobasa, valobasha, bhalobasa",
    "ভালোবাসি": "bhalobashi, valobasi",
    "প্রেম": "prem",
    "বিয়ে": "biye, bie",
    "সন্তান": "shontan, sontan",
    "পরিবার": "poribar, paribar",
    "মা": "ma, maa",
    "বাবা": "baba, babaa",
    "আব্বা": "abba",
    "আব্বু": "abbu",
    "আম্মা": "amma",
    "আম্মু": "ammu",
    "ভাই": "bhai, vai, bhaii",
    "ভাইয়া": "bhaiya, vaiya, bhaia",
    "বোন": "bon",
    "দাদা": "dada",
    "দাদি": "dadi",
    "নানা": "nana",
    "নানি": "nani",
    "নানু": "nanu",
    "দিদি": "didi",
    "দিদা": "dida",
    "চাচা": "chacha",
    "চাচি": "chachi",
    "কাকু": "kaku",
    "কাকা": "kaka",
    "মামা": "mama",
    "মামি": "mami",
    "খালা": "khala",
    "ফুপু": "fupu, phupu",
    "মাসি": "mashi, masi",
    "পিসি": "pishi",
    "স্বামী": "shami, sami, swami, shwami",
    "স্ত্রী": "stri, stree, istri",
    "বউ": "bou, bow, bow",
    "বর": "bor",
    "শাশুড়ি": "shashuri, sasuri, sashuri",
    "শ্বশুর": "shoshur, sosur, shwashur",
    "ছেলে": "chele, sele, chhele, cele",
    "মেয়ে": "meye, mey",
    "বাচ্চা": "baccha, bachcha, bacca, bachha",
    "বন্ধু": "bondhu, bondu, bandhu",
    "বান্ধবী": "bandhobi, bandhbi",
    "মৃত্যু": "mrittu, mrityu, mrttu",
    "মারা গেছে": "mara gese, mara geche",
    "মরে যেতে চাই": "more jete chai, more jete cai",
    "মরতে ইচ্ছা করে": "morte iccha kore, morte ichha kore",
    "বাঁচতে চাই না": "bachte chai na, bachte cai na, banchte chai na",
    "আত্মহত্যা": "attohotta, atmohotya, attohottya, atohotta",
    "আর পারছি না": "ar parchi na, r parchi na, ar parsi na",
    "মন খারাপ": "mon kharap, mon khrp, mn kharap",
    "কিছু ভালো লাগে না": "kichu bhalo lage na, kisu valo lage na, kichu vlo lge na",
    "কেমন আছেন": "kemon achen, kmn asen, kemon asen",
    "কেমন আছো": "kemon acho, kmn aso",
    "ধন্যবাদ": "dhonnobad, dhonyobad, dhanyabad",
    "পরীক্ষা": "porikkha, poriksha, parikkha, porikha",
    "চাকরি": "chakri, cakri, chakry",
    "পড়াশোনা": "porashona, porasona",
    "বাড়ি": "bari, baari",
    "বাসা": "basha, basa",
    "টাকা": "taka, tk",
    "অসুস্থ": "oshustho, osustho, asustho",
    "হাসপাতাল": "hashpatal, haspatal",
    "ডাক্তার": "daktar",
    "বুক ধড়ফড়": "buk dhorfor, buk dhorphor",
    "রাতে ঘুম আসে না": "rate ghum ashe na, raate ghum ase na, raat e ghum ashe na",
    "জীবন": "jibon, jebon, zibon",
    "শান্তি": "shanti, santi",
    "সমস্যা": "shomossha, somossa, somosya, somosha",
    "দোষ": "dosh, dos",
    "ক্ষমা": "khoma, kshoma",
    "ভুল": "bhul, vul",
    "গত": "goto, gato",
    "কাঁদি": "kadi, kandi",
    "কাঁদছি": "kadchi, kandchi, kadsi",
    "রাগ হয়": "rag hoy, raag hoy",
    "ডিভোর্স": "divors",
    "এখন": "ekhon, akhon, ekhn, ekon",
    "কেন": "keno, kno, kano",
    "কখনও": "kokhono, kokhno, kkhono",
    "হ্যাঁ": "ha, hae, hya, hyan, hyaa",
    "আচ্ছা": "accha, acha, achchha",
}
"""Negations, feelings, family, and what is said in distress, each with spellings that people use."""


@pytest.mark.parametrize(
    ("typed", "expected"), [(typed, word) for word, spellings in SPELLINGS.items() for typed in spellings.split(", ")]
)
def test_words_that_must_not_go_wrong(typed: str, expected: str) -> None:
    assert to_bengali(typed) == nfc(expected)
    assert is_romanised(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("kal flight, amar khali bhoy lage", "কাল ফ্লাইট, আমার খালি ভয় লাগে"),
        ("amr mon khrp, ki krbo jni na", "আমার মন খারাপ, কি করব জানি না"),
        ("Ma ke khub mone porche.", "মাকে খুব মনে পড়ছে।"),
        ("raat e ghum ashe na... boss er upor rag hoy", "রাতে ঘুম আসে না... বসের উপর রাগ হয়"),
        ("Metro-te bhishon upset chilam", "মেট্রোতে ভীষণ আপসেট ছিলাম"),
        ("amar boss er sathe meeting, tension e achi", "আমার বসের সাথে মিটিং, টেনশনে আছি"),
        ("exam er result kharap hoise", "এক্সামের রেজাল্ট খারাপ হইছে"),
        ("neet er coaching e chor mone hocche", "নিটের কোচিংয়ে চোর মনে হচ্ছে"),
        ("bhai er chakri, mon ta bhalo nei go", "ভাইয়ের চাকরি, মনটা ভালো নেই গো"),
        ("kauke bolte parini, khai ni, ghumaini", "কাউকে বলতে পারিনি, খাইনি, ঘুমাইনি"),
        ("maa chole jaowar por kichui bhallagena", "মা চলে যাওয়ার পর কিছুই ভাল্লাগে না"),
        ("khuuuub koshto hocche 😢!!", "খুব কষ্ট হচ্ছে 😢!!"),
        ("3ta baje, 2 ghonta por. 9tolay thaki", "3টা বাজে, 2 ঘন্টা পর। 9তলায় থাকি"),
        ("ar parchi na\nmore jete chai", "আর পারছি না\nমরে যেতে চাই"),
        ("shubhrokanti amar bondhu", "শুভ্রকান্তি আমার বন্ধু"),
        ("office theke fire khub tired lagche", "অফিস থেকে ফিরে খুব টায়ার্ড লাগছে"),
        ("office e meeting-ta, friend der sathe", "অফিসে মিটিংটা, ফ্রেন্ডদের সাথে"),
        ("family pressure e achi, college r bondhu", "ফ্যামিলি প্রেশারে আছি, কলেজের বন্ধু"),
        ("annual day ashbe", "অ্যানুয়াল ডে আসবে"),
        ("inspection er por", "ইন্সপেকশনের পর"),
        ("test e fail korechi, bus e uthlam", "টেস্টে ফেল করেছি, বাসে উঠলাম"),
        ("are bhai, age kore dekhi. sob mane ache", "আরে ভাই, আগে করে দেখি। সব মানে আছে"),
        ("hate lekha, shit khub, take bolo", "হাতে লেখা, শীত খুব, তাকে বলো"),
        ("gf er sathe breakup, wp te msg dilam", "গার্লফ্রেন্ডের সাথে ব্রেকআপ, হোয়াটসঅ্যাপে মেসেজ দিলাম"),
    ],
)
def test_messages(typed: str, expected: str) -> None:
    assert to_bengali(typed) == nfc(expected)
    assert is_romanised(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("my mom is in ICU, khub bhoy lagche", "my mom is in ICU, খুব ভয় লাগছে"),
        ("He left me. Ar parchi na", "He left me. আর পারছি না"),
        ("https://x.org/ami dekho, amar mail ami@ami.org", "https://x.org/ami দেখো, আমার মেইল ami@ami.org"),
        ("আমার boss খারাপ", "আমার বস খারাপ"),
        ("আমি office e jai na", "আমি অফিসে যাই না"),
        (
            "Client call-এ আটকে মেয়ের annual day-র নাচটা miss করলাম",
            "ক্লায়েন্ট কল-এ আটকে মেয়ের অ্যানুয়াল ডে-র নাচটা মিস করলাম",
        ),
        ("ex-কে text করেছি, guilty লাগছে", "এক্স-কে টেক্সট করেছি, গিল্টি লাগছে"),
        ("bossর সাথে ঝগড়া, collegeএ যাই না", "বসের সাথে ঝগড়া, কলেজে যাই না"),
        ("phoneএর চার্জ নেই, laptopটা নষ্ট", "ফোনের চার্জ নেই, ল্যাপটপটা নষ্ট"),
        ("আমার age ২০, man আমাকে ঠকিয়েছে", "আমার এজ ২০, ম্যান আমাকে ঠকিয়েছে"),
        ("আমার fragment ভালো লাগে", "আমার ফ্র্যাগমেন্ট ভালো লাগে"),
        ("Nibedita আমাকে ভুল বুঝেছে, luchi খাই নাই", "নিবেদিতা আমাকে ভুল বুঝেছে, লুচি খাই নাই"),
        ("আমার bondhu, tui আমার সব, mon খারাপ", "আমার বন্ধু, তুই আমার সব, মন খারাপ"),
    ],
)
def test_mixed_messages(typed: str, expected: str) -> None:
    assert to_bengali(typed) == nfc(expected)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("ami r parchi na", "আমি আর পারছি না"),
        ("baba r sathe kotha nai", "বাবার সাথে কথা নাই"),
        ("ma r ami", "মা আর আমি"),
        ("bar tar kotha bollam", "বার তার কথা বললাম"),
        ("tumi ke", "তুমি কে"),
        ("ma ke bolbo", "মাকে বলব"),
    ],
)
def test_endings_apart_and_words_that_look_like_them(typed: str, expected: str) -> None:
    assert to_bengali(typed) == nfc(expected)


def test_neighbours_choose_between_words_that_are_typed_alike() -> None:
    assert to_bengali("khobor ney na") == nfc("খবর নেয় না")
    assert to_bengali("kichu ney") == nfc("কিছু নেই")
    assert to_bengali("ghum ase na") == nfc("ঘুম আসে না")
    assert to_bengali("amar ma ase") == nfc("আমার মা আছে")


@pytest.mark.parametrize(
    "text",
    [
        "I'm so angry!",
        "I feel so lonely today.",
        "I want to die",
        "i want to kill myself",
        "what should i do",
        "He is a bad man",
        "to be or not to be",
        "My boyfriend left me yesterday",
        "i took too many pills",
        "she left me for another man",
        "I feel like a burden to my family",
        "ok",
        "hello",
        "team leader",
        "asdfgh",
        "",
        "12.5%",
    ],
)
def test_english_and_what_is_no_word_stay(text: str) -> None:
    assert to_bengali(text) == text
    assert not is_romanised(text)


@pytest.mark.parametrize("text", [*LINES, "আমার boss খারাপ", "১২.৫", "স্যার, OK?"])
def test_bengali_script_is_not_romanised(text: str) -> None:
    assert not is_romanised(text)


BENGALI = st.text(
    st.characters(min_codepoint=0x0964, max_codepoint=0x09FF) | st.sampled_from(" \n.?!,-\u200c\u200d1😀"), max_size=80
)
TYPED = st.text(st.sampled_from("aeioukghcjtdnpbmrlsyzvw'’-. ,!\n1অকি্য়") | st.characters(), max_size=60)


@given(BENGALI)
def test_bengali_text_stays(text: str) -> None:
    assert to_bengali(text) == nfc(text)


@settings(deadline=None)
@given(TYPED)
def test_any_text(text: str) -> None:
    written = to_bengali(text)
    assert unicodedata.is_normalized("NFC", written)
    assert isinstance(is_romanised(text), bool)
    assert to_bengali(text) == written


@settings(deadline=None)
@given(st.lists(st.sampled_from([typed for all_of in SPELLINGS.values() for typed in all_of.split(", ")]), min_size=1))
def test_known_words_leave_nothing_in_latin_letters(words: list[str]) -> None:
    written = to_bengali(" ".join(words))
    assert not any("a" <= letter <= "z" for letter in written)
    assert to_bengali(written) == written


def test_the_tables_are_opened_by_the_first_latin_word() -> None:
    code = (
        "from sahayok.romanised import is_romanised, to_bengali\n"
        "from sahayok.romanised.table import table\n"
        "to_bengali('আমার মন ভালো নেই।'), is_romanised('১২')\n"
        "print(table.cache_info().currsize)\n"
        "to_bengali('ami')\n"
        "print(table.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["0", "1"]
