"""What is drawn in tmux, which has widths of its own: no word is lost at the edge, and nothing stays of what was there.

Short forms of this are in `tests/client/toolkit/`, with no terminal but with the rules of many.
"""

import shutil
import unicodedata
from pathlib import Path

import pytest
from websockets.sync.client import connect

from processes import running_server
from tmux import Tmux, chat_in_tmux

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed"),
]

EMOJI_TEST = Path("/usr/share/unicode/emoji/emoji-test.txt")
"""Of the Debian package unicode-data."""
JOINER = "\u200d"
FOX = "the quick brown fox jumps over the lazy dog and costs 0 euro"

ARTICLE_1 = {
    "Tamil": "மனிதப் பிறிவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்; அவர்கள் மதிப்பிலும், உரிமைகளிலும் சமமானவர்கள், "
    "அவர்கள் நியாயத்தையும் மனச்சாட்சியையும் இயற்பண்பாகப் பெற்றவர்கள். அவர்கள் ஒருவருடனொருவர் சகோதர உணர்வுப் "
    "பாங்கில் நடந்துகொள்ளல் வேண்டும்.",
    "Hindi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। उन्हें बुद्धि और "
    "अन्तरात्मा की देन प्राप्त है और परस्पर उन्हें भाईचारे के भाव से बर्ताव करना चाहिए।",
    "Bengali": "সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা এবং অধিকার নিয়ে জন্মগ্রহণ করে। তাঁদের বিবেক এবং বুদ্ধি আছে; সুতরাং "
    "সকলেরই একে অপরের প্রতি ভ্রাতৃত্বসুলভ মনোভাব নিয়ে আচরণ করা উচিৎ।",
    "Burmese": "လူတိုင်းသည် တူညီ လွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့် လည်းကောင်း၊ တူညီလွတ်လပ်သော အခွင့်အရေးများဖြင့် လည်းကောင်း၊ "
    "မွေးဖွားလာသူများ ဖြစ်သည်။ ထိုသူတို့၌ ပိုင်းခြား ဝေဖန်တတ်သော ဉာဏ်နှင့် ကျင့်ဝတ် သိတတ်သော စိတ်တို့ရှိကြ၍ ထိုသူတို့သည် "
    "အချင်းချင်း မေတ္တာထား၍ ဆက်ဆံကျင့်သုံးသင့်၏။",
    "Khmer": "មនុស្សទាំងអស់ កើតមកមានសេរីភាព និងសមភាព ក្នុងផ្នែកសេចក្ដីថ្លៃថ្នូរនិងសិទ្ធិ។ មនុស្ស "
    "មានវិចារណញ្ញាណនិងសតិសម្បជញ្ញៈជាប់ពីកំណើត ហើយគប្បីប្រព្រឹត្ដចំពោះគ្នាទៅវិញទៅមក ក្នុងស្មារតីភាតរភាពជាបងប្អូន។",
    "Thai": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ต่างมีเหตุผลและมโนธรรม และควรปฏิบัติต่อกันด้วยเจตนารมณ์แห่งภราดรภาพ",
    "Arabic": "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق. وقد وهبوا عقلاً وضميرًا وعليهم أن يعامل بعضهم بعضًا "
    "بروح الإخاء.",
    "Hebrew": "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון, לפיכך חובה עליהם "
    "לנהוג איש ברעהו ברוח של אחוה.",
    "Japanese": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。人間は、"
    "理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。",
    "Korean": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을 "
    "부여받았으며 서로 형제애의 정신으로 행동하여야 한다.",
    "Malayalam": "മനുഷ്യരെല്ലാവരും തുല്യാവകാശങ്ങളോടും അന്തസ്സോടും സ്വാതന്ത്ര്യത്തോടുംകൂടി ജനിച്ചവരാണ്. അന്യോന്യം "
    "ഭ്രാതൃഭാവത്തോടെ പെരുമാറുവാനാണ് മനുഷ്യന് വിവേകബുദ്ധിയും മനസാക്ഷിയും സിദ്ധമായിരിക്കുന്നത്.",
    "Sinhala": "සියලු මනුෂ්\u200dයයෝ නිදහස්ව උපත ලබා ඇත. ගරුත්වයෙන් හා අයිතිවාසිකම්වලින් සමාන වෙති. යුක්ති අයුක්ති පිළිබඳ "
    "හැඟීමෙන් හා හෘදය සාක්ෂියෙන් යුත් ඔවුන්, ඔවුනොවුන්ට සැළකිය යුත්තේ සහෝදරත්වය පිළිබඳ හැඟීමෙනි.",
}
ARTICLE_1["Korean, decomposed"] = unicodedata.normalize("NFD", ARTICLE_1["Korean"])


def words_shown(rows: list[str]) -> str:
    """The texts of the rows, joined: without gutter and blanks."""
    return "".join(row.strip(" ▊▎").removesuffix("▏").rstrip() for row in rows)


def test_no_word_of_any_script_is_lost_at_the_edge(tmp_path: Path) -> None:
    """Article 1 of the Universal Declaration of Human Rights, as it is read and as it is written, in 80 columns."""
    with running_server("--rate-limit", "off") as server, chat_in_tmux(server.url, "ana", tmp_path, 80, 70) as tmux:
        tmux.wait("● connected")
        with connect(f"{server.url}/?name=eleanor", proxy=None) as eleanor:
            for text in ARTICLE_1.values():
                eleanor.send(text)
            eleanor.send("the last word")
            rows = tmux.wait("the last word")
        shown = words_shown(rows)
        assert [word for text in ARTICLE_1.values() for word in text.split() if word not in shown] == []
        for text in ARTICLE_1.values():
            tmux.keys("C-u", "C-k")
            tmux.type(text)
            composer = words_shown(tmux.wait(lambda rows, text=text: text[-4:] in words_shown(rows[-8:]))[-8:])
            assert [word for word in text.split() if word not in composer] == []
            tmux.keys("C-u")


def all_emoji() -> list[str]:
    """Each sequence of Unicode's test file, qualified or not."""
    lines = EMOJI_TEST.read_text(encoding="utf-8").splitlines()
    codes = [line.split(";")[0].split() for line in lines if line and not line.startswith("#")]
    return ["".join(chr(int(code, 16)) for code in one) for one in codes]


def repainted(tmux: Tmux) -> list[str]:
    """The rows when all of the screen was drawn anew: behind a dialog that came and went."""
    tmux.keys("F1")
    tmux.wait("╭─ Help")
    tmux.keys("Escape")
    tmux.wait(lambda rows: not any("╭─ Help" in row for row in rows))
    return tmux.settled()


def is_same(row: str, again: str) -> bool:
    """Are two rows the same cell by cell? Where there are joiners, only the words are looked at.

    Of what is joined tmux loses some, and not each time the same, as soon as it has not read all of it at once. It does
    so with `cat`, too.
    """
    words = [[word for word in one.split() if word.isascii()] for one in (row, again)]
    return words[0] == words[1] if JOINER in row + again else row == again


@pytest.mark.skipif(not EMOJI_TEST.exists(), reason="unicode-data is not installed")
def test_nothing_stays_of_what_a_row_showed_before(tmp_path: Path) -> None:
    """All of Unicode's emoji beside a list of people, between other texts: a page is as it is after a repaint."""
    emoji = all_emoji()
    assert len(emoji) > 4000
    with running_server("--rate-limit", "off") as server, chat_in_tmux(server.url, "ana", tmp_path, 110, 50) as tmux:
        tmux.wait("● connected")
        with connect(f"{server.url}/?name=eleanor", proxy=None) as eleanor:
            for at in range(0, len(emoji), 25):
                eleanor.send("".join(emoji[at : at + 25]) + f" {at} emoji end")
                eleanor.send(f"{at} {FOX}")
            eleanor.send("the last word")
            tmux.wait("the last word")
        pages, rows = 0, tmux.settled()
        tmux.type("/")
        tmux.wait("/unmute <name>")
        tmux.keys("C-u")
        tmux.wait(lambda now: not any("/unmute" in row for row in now))
        assert [pair for pair in zip(rows, tmux.settled(), strict=True) if not is_same(*pair)] == []
        while True:
            again = repainted(tmux)
            assert [pair for pair in zip(rows, again, strict=True) if not is_same(*pair)] == []
            pages += 1
            if any("Start of the conversation" in row for row in rows):
                break
            tmux.keys("PPage")
            rows = tmux.settled(but=rows)
        assert pages > 10
