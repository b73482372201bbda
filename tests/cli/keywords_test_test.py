"""`fourloop keywords test`: what people see of a keyword list: hits in place, near misses with their reason.

A list of a few rules and messages whose output is written down here word for word: the caret line under letters of one
and of two columns, messages from lines and from NDJSON, one rule, one tag, one message, machines' JSON. Then what
messages could do to a terminal, and every way to ask for what is not there.
"""

import json
import os
import pty
import re
import subprocess

from cli_case import FOURLOOP, CliCase, main

RULES = """tag,any,all,none,near,speaker
refund,refund*|money back,,no refund,,
late,,,,late near/2 parcel|laat near/2 pakket,
price,多少钱|wat kost,,,,
promise,tomorrow,,,,agent
"""


class KeywordsTest(CliCase):
    def setUp(self):
        super().setUp()
        self.make_model()
        self.write("model/keywords.csv", RULES)

    def shown(self, text, *more, stdin=True, **settings):
        """What is printed of messages."""
        done = self.fourloop("keywords", "test", "-" if stdin else "messages", "--model", "model", *more,
                             stdin=text if isinstance(text, bytes) else text.encode(), **settings)
        return done.stdout.decode()

    def objects(self, text, *more):
        return [json.loads(line) for line in self.shown(text, "--json", *more).splitlines()]

    # --- for people

    def test_hits_in_place(self):
        self.assertEqual("message 1, line 1\n"
                         "  I want REFUNDS, money back!\n"
                         "         ^^^^^^   ^^^^^^^^^^\n"
                         "  yes refund, line 2: `refund*` at byte 7, `money back` at byte 16\n\n",
                         self.shown("I want REFUNDS, money back!\n"))

    def test_carets_stand_under_wide_letters(self):
        self.assertEqual("message 1, line 1\n"
                         "  ｗａｔ kost 这个多少钱 é\n"
                         "  ^^^^^^^^^^^     ^^^^^^\n"
                         "  yes price, line 4: `wat kost` at byte 0, `多少钱` at byte 21\n\n",
                         self.shown("ｗａｔ kost 这个多少钱 é\n"))

    def test_near_misses(self):
        shown = self.shown("My parcel came so very, very late\nNo refund\nis it refunding? No. Norefund!\nhi\n", "--all")
        self.assertEqual([" no late, line 3: near: 4 words between `late` and `parcel`, at most 2",
                          " no refund, line 2: none: `no refund` is there at byte 0",
                          "yes refund, line 2: `refund*` at byte 6",
                          "no rule holds, and none nearly"],
                         [line[2:] for line in shown.splitlines()
                          if line.startswith(("  yes", "   no", "  no rule"))])
        self.assertIn("`refund*` is inside the longer word `norefund`", self.shown("Norefund\n"))

    def test_one_rule_says_all(self):
        self.assertEqual("message 1, line 1\n  late, tomorrow\n   no late, line 3: near: `late` is there without `parcel`"
                         "\n\n", self.shown("late, tomorrow\n", "--rule", "3"))
        self.assertIn(" no promise, line 5: speaker: a rule for the agent's messages, and this one is the customer's\n",
                      self.shown("late, tomorrow\n", "--tag", "promise"))
        self.assertIn(" no price, line 4: any: none of its 2 words is there\n", self.shown("x\nwat kost\n", "--rule", "4", "--all"))

    def test_messages_without_anything(self):
        """They are counted, and shown to who asks."""
        text = "hello\nmoney back\nparcel\nNo refund\nbye\n"
        says = "the standard input: 5 messages, 1 with a hit, 1 with none but nearly, 3 with nothing"
        few = self.shown(text, says=says + " (--all shows them too)\n")
        self.assertEqual(["message 2, line 2", "message 4, line 4"], re.findall("^message.*", few, re.MULTILINE))
        for more in ((), ("--tag", "price"), ("--rule", "4")):
            every = self.shown(text, "--all", *more, says=says + "\n" if not more else "5 with nothing\n")
            self.assertEqual(5, every.count("message "))
        self.assertIn("message 5, line 5\n  bye\n  no rule holds, and none nearly\n\n", self.shown(text, "--all"))
        self.assertIn("message 5, line 5\n  bye\n", self.shown(text, "--message", "5", says="1 with nothing\n"))
        self.assertEqual(["2", "4"], [each["message"] for each in self.objects(text)])
        self.assertEqual(5, len(self.objects(text, "--all")))
        self.assertEqual("", self.shown(text, "--rule", "4", says="5 with nothing (--all"))
        self.assertEqual(1, self.shown(text, "--rule", "3").count("message "))  # a word of it is near enough to ask why

    def test_rules_of_a_tag_without_a_word(self):
        """A tag in many languages: of each message those rules that have something to say of it."""
        self.write("model/keywords.csv", RULES + "late,laat*,,,,\nlate,,vertraagd,,,\nlate,,,wait,late near/1 order,\n")
        shown = self.shown("late norefund\nlaatste\nhi\n", "--tag", "late")
        self.assertEqual("message 1, line 1\n  late norefund\n"
                         "   no late, line 3: near: `late` is there without `parcel`\n"
                         "   no late, line 8: near: `late` is there without `order`\n"
                         "  2 other rules: none of their words is there\n\n"
                         "message 2, line 2\n  laatste\n  ^^^^^^^\n".replace("^^^^^^^", "^^^^") +
                         "  yes late, line 6: `laat*` at byte 0\n"
                         "  3 other rules: none of their words is there\n\n", shown)
        self.assertIn("  hi\n  no rule holds, and none nearly\n  4 rules: none of their words is there\n",
                      self.shown("hi\n", "--tag", "late", "--message", "1"))
        self.assertEqual(4, self.shown("hi\n", "--tag", "late", "--all").count("   no late, line "))
        self.assertEqual([2, 2], [each["rules_without"] for each in self.objects("late\nlaat\n", "--tag", "late")])
        self.assertIn(" `vertraagd` is inside the longer word `vertraagde`", self.shown("vertraagde\n", "--tag", "late"))

    def test_one_message(self):
        shown = self.shown("a\nb\nmoney back\n", "--message", "3")
        self.assertTrue(shown.startswith("message 3, line 3\n  money back\n"))
        self.assertEqual(1, shown.count("message "))

    def test_summary(self):
        self.write("messages", "money back\r\nmoney  back\n\nmoney back")
        self.assertIn("  money back\n  ^^^^^^^^^^\n",
                      self.shown("", stdin=False, says="messages: 4 messages, 2 with a hit"))

    def test_speakers_of_ndjson(self):
        text = "".join(json.dumps(each) + "\n" for each in (
            {"message": "m-1", "customer": 7, "speaker": "agent", "text": "Tomorrow. Your money back"},
            {"text": None, "more": [1]}, {"speaker": "bot", "text": "tomorrow"}))
        shown = self.shown(text, "--from", "ndjson", "--all")
        self.assertIn("message m-1, line 1, customer 7, speaker agent\n  Tomorrow. Your money back\n  ^^^^^^^^\n"
                      "   no refund, line 2: speaker: a rule for the customer's messages, and this one is the agent's\n"
                      "  yes promise, line 5: `tomorrow` at byte 0\n", shown)
        self.assertIn("message 2, line 2\n  \n  no rule holds, and none nearly\n", shown)
        self.assertIn("this one is somebody else's", shown)

    def test_a_message_steers_no_terminal(self):
        shown = self.shown(b"\x1b[2J money back \x07\xff \xe2\x80\xae\xc2\x9b\tx\n")
        self.assertIn("  ?[2J money back ?? ?? x\n       ^^^^^^^^^^\n", shown)

    def test_colour_on_a_terminal(self):
        self.write("messages", "my money back!\n")
        reader, writer = pty.openpty()
        subprocess.run([FOURLOOP, "keywords", "test", "messages", "--model", "model"], cwd=self.folder, stdout=writer,
                       stderr=subprocess.DEVNULL, check=True, timeout=60)
        os.close(writer)
        self.addCleanup(os.close, reader)
        shown = os.read(reader, 4096).decode()
        self.assertIn("  my \x1b[1;32mmoney back\x1b[0m!\r\n", shown)
        self.assertNotIn("^", shown)

    # --- for machines

    def test_json(self):
        first, second = self.objects("money back, ＲＥＦＵＮＤ\nno refund")
        self.assertEqual({"message": "1", "line": 1, "customer": None, "speaker": None, "text": "money back, ＲＥＦＵＮＤ",
                          "rules": [{"tag": "refund", "rule": 2, "holds": True, "more_places": False, "reasons": [],
                                     "places": [{"word": "money back", "offset": 0, "length": 10},
                                                {"word": "refund*", "offset": 12, "length": 18}]}], "rules_without": 0}, first)
        self.assertEqual([False, ["none: `no refund` is there at byte 0"]],
                         [second["rules"][0][name] for name in ("holds", "reasons")])
        self.assertEqual([None, []], [self.objects(b"\xff\n", "--all")[0][name] for name in ("text", "rules")])

    # --- what is not there

    def test_refusals(self):
        for more, says in ((("--rule", "6"), "line 6 of keywords.csv is no rule"),
                           (("--rule", "2", "--tag", "late"), "line 2 of keywords.csv is no rule of the tag late"),
                           (("--tag", "lat"), "keywords.csv names no tag `lat`"),
                           (("--message", "2"), "the standard input: line 2 holds no message")):
            self.shown("x\n", *more, code=64, says=says)
        self.fourloop("keywords", "test", "nowhere", "--model", "model", code=66, says="nowhere")
        self.fourloop("keywords", "test", ".", "--model", "model", code=65, says="a directory, not a file")
        self.fourloop("keywords", "test", "-", code=64, says="--model")
        self.shown('{"text":"x"}\n[1]\n', "--from", "ndjson", code=65, says="the standard input:2:1: not one JSON object")
        self.path("model/keywords.csv").unlink()
        self.shown("x\n", code=66, says="the model has no keywords.csv")

    def test_tag_given_by_hand_alone(self):
        self.write("model/keywords.csv", RULES + "vip,,,,,\n")
        self.shown("x\n", "--tag", "vip", code=64, says="the tag `vip` has no rule: it is given by hand alone")


if __name__ == "__main__":
    main()
