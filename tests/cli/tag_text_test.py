"""`fourloop tag --text` as a filter among others: pipes, files that appear whole or not at all, a fixed memory.

What a hit is, is tested beside the engine (tests/unit/text_filter_test.c) and against other searches
(tag_text_oracle_test.py); here is what a shell sees.
"""

import json
import os
import resource
import signal
import subprocess
import time

from cli_case import FOURLOOP, SANITIZED, CliCase, main

RULES = "tag,any,speaker\nlate,late*|parcel,\ncare,sorry,agent\n"
HEAD = b"message,customer,tag,rule,word,offset,length\n"


class TagText(CliCase):
    def setUp(self):
        super().setUp()
        self.make_model()
        self.write("model/keywords.csv", RULES)

    def tag(self, *more, text="-", **settings):
        return self.fourloop("tag", "--model", "model", "--text", text, *more, **settings)

    def test_a_pipe_and_a_file_give_the_same(self):
        text = b"a parcel, late\n\nhello\nLATELY"
        rows = HEAD + b"1,,late,2,parcel,2,6\n1,,late,2,late*,10,4\n4,,late,2,late*,0,4\n"
        self.write("messages", text)
        self.assertEqual(rows, self.tag(stdin=text, says="the standard input: 4 messages, 2 with a hit, 3 hits").stdout)
        self.assertEqual(rows, self.tag(text="messages").stdout)
        self.assertEqual(rows, self.tag("-o", "-", text="messages").stdout)
        self.assertEqual(b"", self.tag("-o", "hits.csv", text="messages").stdout)
        self.assertEqual(rows, self.path("hits.csv").read_bytes())
        self.assert_nothing_temporary(".")

    def test_many_hits_are_cut(self):
        done = self.tag(stdin=b"late " * 1001 + b"\nlate\n",
                        says="hits cut in 1 messages: of a rule the first 1000 in a message count")
        self.assertEqual([b"1,,late,2,late*,%d,4" % (5 * number) for number in range(1000)] + [b"2,,late,2,late*,0,4"],
                         done.stdout.splitlines()[1:])
        self.assertNotIn(b"cut", self.tag(stdin=b"late " * 1000).stderr)

    def test_ndjson(self):
        text = "".join(json.dumps(line) + "\n" for line in (
            {"message": "m", "customer": 5, "text": "parcel", "other": {}}, {"speaker": "agent", "text": "So sorry"}))
        self.assertEqual(HEAD + b"m,5,late,2,parcel,0,6\n2,,care,3,sorry,3,5\n",
                         self.tag("--from", "ndjson", stdin=text.encode()).stdout)
        hits = self.tag("--from", "ndjson", "--to", "ndjson", stdin=text.encode()).stdout.splitlines()
        self.assertEqual([{"message": "m", "customer": 5, "tag": "late", "rule": 2, "word": "parcel", "offset": 0, "length": 6},
                          {"message": 2, "customer": None, "tag": "care", "rule": 3, "word": "sorry", "offset": 3, "length": 5}],
                         [json.loads(hit) for hit in hits])

    def test_what_the_file_is(self):
        """By its name; lines that look like objects are lines, with a warning unless --from says so."""
        text, row = b'\n \n {"text": "parcel"}\n', b",,late,2,parcel,%d,6\n"
        warning = b"looks like NDJSON"
        for name, more, offset, is_warned in (("chat.ndjson", (), 0, False), ("chat.JSONL", (), 0, False),
                                              ("chat.txt", (), 11, True), ("ndjson", (), 11, True),
                                              ("chat.ndjson", ("--from", "lines"), 11, False),
                                              ("chat.txt", ("--from", "ndjson"), 0, False)):
            with self.subTest(name=name, more=more):
                self.write(name, text)
                done = self.tag(*more, text=name)
                self.assertEqual(HEAD + b"3" + row % offset, done.stdout)
                self.assertEqual(int(is_warned), done.stderr.count(warning), done.stderr)
        done = self.tag(stdin=text, says="warning: the standard input looks like NDJSON")
        self.assertIn(b"--from ndjson takes the texts in it", done.stderr)
        for plain in (b'a\n{"text":1}\n', b"{parcel}\n", b"{", b'"', b""):
            self.assertNotIn(warning, self.tag(stdin=plain).stderr)
        self.write("lines.ndjson", "parcel\n")
        self.tag(text="lines.ndjson", code=65, says="lines.ndjson:1:6: not one JSON object")

    def test_a_wrong_line_leaves_no_file(self):
        self.write("hits.csv", "mine")
        done = self.tag("--from", "ndjson", "-o", "hits.csv", stdin=b'{"text":"late"}\n{"text":"late"\n', code=65,
                        says="the standard input:2:14: not one JSON object")
        self.assertEqual(b"", done.stdout)
        self.assertEqual("mine", self.path("hits.csv").read_text())
        self.assert_nothing_temporary(".")

    def test_targets(self):
        for target, code, says in (("nowhere/hits.csv", 73, "nowhere"), ("model", 73, "there is something that is no file")):
            self.tag("-o", target, stdin=b"late\n", code=code, says=says)
        self.tag(text="nowhere", code=66, says="nowhere")
        self.path("model/keywords.csv").unlink()
        self.tag(stdin=b"late\n", code=66, says="the model has no keywords.csv: no rule to look for")

    def test_flags_of_the_other_kind(self):
        for more, says in ((("--data", "data"), "--data means nothing with --text"),
                           (("--hits",), "--hits means nothing with --text")):
            self.tag(*more, code=64, says=says)
        self.fourloop("tag", "--model", "model", "--to", "ndjson", code=64, says="--to means nothing without --text")
        self.fourloop("tag", "--model", "model", "--data", "data", code=64, says="--as-of is missing; or --text FILE")
        self.fourloop("tag", "--text", "-", code=64, says="--model")

    def test_a_reader_that_leaves(self):
        """It ends the filter without a word, by the signal that says so."""
        filter_ = subprocess.Popen([FOURLOOP, "tag", "--model", "model", "--text", "-"], cwd=self.folder,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        filter_.stdout.close()
        try:
            for _ in range(2000):
                os.write(filter_.stdin.fileno(), b"late\n" * 4096)
        except BrokenPipeError:
            pass
        filter_.stdin.close()
        self.assertEqual(-signal.SIGPIPE, filter_.wait(60))
        self.assertEqual(b"", filter_.stderr.read())
        filter_.stderr.close()

    def test_an_interrupt_while_it_waits(self):
        """A pipe that stays silent: the answer comes at once, and nothing is left."""
        filter_ = subprocess.Popen([FOURLOOP, "tag", "--model", "model", "--text", "-", "-o", "hits.csv"], cwd=self.folder,
                                   stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not any(name.startswith(".fl-tmp-") for name in os.listdir(self.folder)):
            time.sleep(0.01)
        time.sleep(0.2)
        filter_.send_signal(signal.SIGINT)
        self.assertEqual(130, filter_.wait(30))
        self.assertIn(b"interrupted", filter_.communicate()[1])
        self.assertFalse(self.path("hits.csv").exists())
        self.assert_nothing_temporary(".")

    def test_memory_does_not_grow(self):
        """40 MB of messages in a process that may not take 400 MB."""
        if SANITIZED:
            self.skipTest("sanitizers take more memory than the limit")
        line = b"nothing to see in this message, but for one word: lately\n"
        self.write("messages", line * (40_000_000 // len(line)))
        done = self.tag("-o", "hits.csv", text="messages", preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_AS, (400 << 20, 400 << 20)))
        count = 40_000_000 // len(line)
        self.assertIn(f"{count} messages, {count} with a hit, {count} hits".encode(), done.stderr)


if __name__ == "__main__":
    main()
