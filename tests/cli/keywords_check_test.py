"""`fourloop keywords check`: each remark at its line and column, errors and warnings told apart.

Each oddity is a list of a line or two, written to show it and nothing else; the same list mended says nothing, so a
remark that comes always would show as one that comes never. Then all errors of a file at once, the sample with its
counts, machines' JSON, a list of 100,000 words and lists that hostile hands would write.
"""

import json

from cli_case import CliCase, main

LIST = "list.csv"


class KeywordsCheck(CliCase):
    def check(self, text, *more, code=0, **settings):
        """What is printed of a list, by line: "2:5: warning: column `any`: ..." ."""
        self.write(LIST, text)
        done = self.fourloop("keywords", "check", LIST, *more, code=code, **settings)
        lines = done.stdout.decode().splitlines()
        for line in lines:
            self.assertTrue(line.startswith(LIST + ":"), line)
        return [line[len(LIST) + 1:] for line in lines]

    def assert_says(self, text, *begins, code=0):
        """These remarks, and no more."""
        lines = self.check(text, code=code)
        self.assertEqual(len(begins), len(lines), lines)
        for begin, line in zip(begins, lines):
            self.assertEqual(begin, line[:len(begin)])

    # --- words of one rule

    def test_said_twice_in_a_cell(self):
        self.assert_says("tag,any\nt,late|Parcel|LATE\n", "2:15: warning: column `any`: `late` stands in this cell already")
        self.assert_says("tag,all\nt,late|late\n", "2:8: warning: column `all`: `late` stands in this cell already")
        self.assert_says("tag,any,none\nt,x1,late|late\n", "2:11: warning: column `none`: `late` stands in this cell")
        self.assert_says("tag,any\nt,late|parcel|late parcel\n",
                         "2:15: warning: column `any`: `late parcel` is not needed: `parcel` of the same cell")
        self.assert_says("tag,any\nt,late|*late\n", "2:3: warning: column `any`: `late` is not needed: `*late` of")
        self.assert_says("tag,any,all\nt,late,late\n")

    def test_covered_by_a_stem(self):
        self.assert_says("tag,any\nt,delivery|deliver*\n",
                         "2:3: warning: column `any`: `delivery` is not needed: `deliver*` of the same cell is found")
        self.assert_says("tag,any\nt,delivery|delive\n")
        self.assert_says("tag,all\nt,late|late parcel\n",
                         "2:8: warning: column `all`: `late parcel` has `late` in it, which the same cell asks for")

    def test_never_holds(self):
        self.assert_says("tag,any,none\nt,late|slow,late\n",
                         "2:3: warning: column `any`: `late` never counts: where it stands, the rule's `none` finds `late`")
        self.assert_says("tag,any,none\nt,late parcel,late\n",
                         "2: warning: column `any`: the rule never holds: its `none` forbids every word of its `any`",
                         "2:3: warning: column `any`: `late parcel` never counts: where it stands, the rule's `none` finds")
        self.assert_says("tag,all,none\nt,very late,*ate\n",
                         "2:3: warning: column `all`: `very late` never counts",
                         "2:3: warning: column `all`: the rule never holds: `all` asks for what its `none` forbids")
        self.assert_says("tag,near,none\nt,late near/3 parcel,parcel\n",
                         "2:3: warning: column `near`: `parcel` never counts")
        self.assert_says("tag,any,none\nt,late,late parcel\n")

    def test_found_everywhere(self):
        self.assert_says("tag,any\nt,a|ok\n", "2:3: warning: column `any`: `a` is a single letter")
        self.assert_says("tag,any\nt,in*|ok\n", "2:3: warning: column `any`: `in*` is found in very many words")
        self.assert_says("tag,any\nt,*ен|да\n", "2:3: warning: column `any`: `*ен` is found in very many words")
        self.assert_says("tag,any\nt,退|退货\n", "2:3: warning: column `any`: `退` is a single character",
                         "2:7: warning: column `any`: `退货` is not needed")
        self.assert_says("tag,any\nt,ok|inn*|€\n")

    def test_idle_stars(self):
        self.assert_says("tag,any\nt,退货*|c++*|*投诉\n",
                         "2:3: warning: column `any`: the `*` at the end of `退货*` changes nothing",
                         "2:11: warning: column `any`: the `*` at the end of `c++*` changes nothing",
                         "2:16: warning: column `any`: the `*` at the begin of `*投诉` changes nothing")

    def test_pairs(self):
        self.assert_says("tag,near\nt,late near/3 parcel|parcel near/2 late\n",
                         "2:22: warning: column `near`: `late` and `parcel` stand in this cell already, with near/3")
        self.assert_says("tag,near\nt,late near/3 late parcel\n",
                         "2:3: warning: column `near`: `late` is part of `late parcel`: the pair asks for it a second")
        self.assert_says("tag,near\nt,very near/1 very\n", "2:3: warning: column `near`: `very` is part of `very`")
        self.assert_says("tag,any\nt,late near/3 parcel\n",
                         "2:3: warning: column `any`: `late near/3 parcel` is looked for letter by letter")
        self.assert_says("tag,near\nt,late near/3 parcel|late near/3 order\n")

    def test_regular_expressions(self):
        self.assert_says("tag,regex\nt,ABC[0-9]+\n", "2:3: warning: column `regex`: capital or wide letters are never")
        self.assert_says("tag,regex\nt,abc\\D+\\S\n")

    # --- rules beside each other

    def test_said_by_two_rules(self):
        self.assert_says("tag,any,all\nt,late,\nt,parcel|late,\nt,late,very\n",
                         "3:10: warning: column `any`: `late` brings this tag in line 2 already",
                         "4:3: warning: column `any`: `late` brings this tag in line 2 already")
        self.assert_says("tag,any,speaker\nt,late,both\nt,late,agent\n",
                         "3:3: warning: column `any`: `late` brings this tag in line 2 already")
        self.assert_says("tag,any,speaker\nt,late,customer\nt,late,agent\nu,late,\n")
        self.assert_says("tag,any,all,near\nt,a1|b1,c1|d1,e1 near/1 f1\nt,b1|a1,d1|c1,f1 near/1 e1\n",
                         "3: warning: the same rule as in line 2")
        self.assert_says("tag,any,all\nt,a1|b1,c1|d1\nt,a1|b1,c1\nt,c1|d1,a1|b1\n")

    def test_tags(self):
        self.assert_says("tag,any\nLate,late\nlate,late\n",
                         "3: warning: column `tag`: tag `late` and tag `Late` of line 2 are two")
        self.assert_says("tag,any,hits\nt,late,3\n", "2: warning: column `days`: tag `t` needs 3 messages within one day")
        self.assert_says("tag,any,hits,days\nt,late,3,7\n")

    # --- errors

    def test_all_errors_at_once(self):
        lines = self.check("tag,any,none,hits\n,x1,,\na,x1||y1,,\nb,,z1,\nc,q1,,0\nd,ok,,2\nd,ok1,,3\n", code=78,
                           says=("5 errors", "no run takes this keyword list: 5 errors"))
        self.assertEqual(["2:1: error: column `tag`: the tag is missing: each line names one",
                          "3:6: error: column `any`: an empty word: take the `|` away that nothing stands beside",
                          "4:4: error: column `none`: `none` alone holds in nearly every message: say in `any`, `all` "
                          "or `near` what is looked for",
                          "5:7: error: column `hits`: 0 lies outside 1..1000000"], lines[:4])
        self.assertIn("7:8: error: column `hits`: line 6 sets hits of this tag to 2", lines[5])

    def test_files_that_are_no_lists(self):
        for text in ("", "word\nx\n", "tag,any\na,b,c\n", "tag,any\na,\"b\n"):
            self.assertIn(" error: ", " ".join(self.check(text, code=78)))
        self.fourloop("keywords", "check", "nothing.csv", code=66, says=("nothing.csv",))
        self.fourloop("keywords", "check", code=64, says=("either FILE or --model",))
        self.fourloop("keywords", "check", "a.csv", "--model", "m", code=64, says=("either FILE or --model",))

    def test_bad_regular_expression(self):
        lines = self.check("tag,regex\na,ok+\nb,(ab\n", code=78)
        self.assertTrue(lines[0].startswith("3:"), lines)
        self.assertIn(" error: ", lines[0])

    # --- models

    def test_model(self):
        self.make_model()
        done = self.fourloop("keywords", "check", "--model", "model", says=(" 0 errors, 0 warnings",))
        self.assertEqual(b"", done.stdout)
        self.write("model/keywords.csv", "tag,regex\na,x+\n")
        done = self.fourloop("keywords", "check", "--model", "model", code=78)
        self.assertIn(b"model/keywords.csv:2:3: error: column `regex`: regular expressions must be asked for", done.stdout)
        self.write("model/model.yaml", "regex: true\n")
        self.fourloop("keywords", "check", "--model", "model", says=(" 0 errors, 0 warnings",))
        self.path("model/keywords.csv").unlink()
        self.fourloop("keywords", "check", "--model", "model", code=66, says=("keywords.csv",))

    # --- the sample

    RULES = "tag,any,speaker\nmost,parcel,\nsome,late,\nnever,unicorn,\nhalf,where,\nhers,sorry,agent\n"

    def test_sample(self):
        self.write("chat.txt", "where is my parcel\nPARCEL parcel\nlate parcel, where\nhello\n")
        self.assertEqual(["2: sample: holds in 3 of 4 messages of the sample: a tag of nearly everybody says little, look "
                          "for a word that is in too many",
                          "4: sample: holds in none of 4 messages of the sample",
                          "6: sample: column `speaker`: the sample has no message of the rule's speaker"],
                         self.check(self.RULES, "--sample", "chat.txt"))

    def test_sample_with_speakers(self):
        messages = [{"text": "parcel where"}, {"text": "parcel late"}, {"text": "sorry", "speaker": "agent"},
                    {"text": "Sorry", "speaker": "agent"}, {"text": "parcel", "speaker": "bot"}]
        self.write("chat.ndjson", "".join(json.dumps(message) + "\n" for message in messages))
        lines = self.check(self.RULES, "--sample", "chat.ndjson")
        self.assertEqual(["2: sample: holds in 2 of 2", "4: sample: holds in none of 2"],
                         [line[:len("2: sample: holds in 2 of 2") if " none " not in line else 29] for line in lines])
        self.assertTrue(lines[0].endswith(": lines 2, 6"), lines[0])

    def test_same_finding_of_many_rules(self):
        """A list in five languages on a sample of one: what nearly every line would say is said once."""
        self.write("chat.txt", "parcel\n" * 4)
        rules = "tag,any,speaker\na,x1,\nb,x2,\nc,parcel,\nd,x3,\ne,sorry,agent\nf,x4,\ng,x5,\nh,x6,\ni,pardon,agent\n"
        self.assertEqual(["2: sample: holds in none of 4 messages of the sample: lines 2-3, 5, 7-9",
                          "4: sample: holds in 4 of 4 messages of the sample: a tag of nearly everybody says little, look "
                          "for a word that is in too many",
                          "6: sample: column `speaker`: the sample has no message of the rule's speaker: lines 6, 10"],
                         self.check(rules, "--sample", "chat.txt"))
        done = self.fourloop("keywords", "check", LIST, "--sample", "chat.txt", "--json")
        self.assertEqual(9, len(json.loads(done.stdout)["remarks"]))

    def test_json(self):
        self.write("chat.txt", "where is my parcel\n")
        self.write(LIST, "tag,any\nt,late|late\nu,unicorn\nv,x1|\n")
        done = self.fourloop("keywords", "check", LIST, "--sample", "chat.txt", "--json", code=78)
        said = json.loads(done.stdout)
        self.assertEqual((LIST, 3, 2, 3, 1, 1, 1, 2), tuple(said[name] for name in (
            "file", "tags", "rules", "words", "messages", "errors", "warnings", "from_sample")))
        self.assertEqual([("sample", 2, None, None), ("warning", 2, 8, "any"), ("sample", 3, None, None),
                          ("error", 4, 6, "any")],
                         [(r["kind"], r["line"], r["column"], r["cell"]) for r in said["remarks"]])

    # --- much of it

    def test_large_and_hostile_lists(self):
        words = "".join(f"tag{i},word{i} parcel|stem{i}*|shop{i} near the sea\n" for i in range(34000))
        self.assertEqual([], self.check("tag,any\n" + words, says=(" 102000 words; 0 errors, 0 warnings",)))
        lines = self.check("tag,any\nt,x1" + "|x1" * 5000 + "\n", says=("4000 more are not shown", " 5000 warnings"))
        self.assertEqual(1000, len(lines))
        self.check("tag,any\nt," + "a" * (1 << 20) + "\n", code=78)
        alike = "|".join("*" + "ab" * i for i in range(2, 128)) + "|" + "|".join("ab" * 125 + str(i) for i in range(9999))
        self.check("tag,any\nt," + alike + "\n", says=(" 0 errors",))


if __name__ == "__main__":
    main()
