"""Arrow streams on the command line: written, shown, verified, and refused when they are not whole.

A small night's table is exported; the same stream is then cut, lengthened, fed twice, and given too little memory. What
the values are is compared with other programs in tests/interop; here it is what users see, and that no part of a stream
can go missing in silence.
"""

import re
import unittest

from cli_case import CliCase, main

END = b"\xff\xff\xff\xff\0\0\0\0"


class Arrow(CliCase):
    def setUp(self):
        super().setUp()
        self.import_rows()
        self.make_model()
        self.run_night()
        self.stream = self.fourloop("export", "out", "--table", "customers", "--to", "arrow").stdout
        self.assertEqual(END, self.stream[-8:])

    def assert_shows_the_export(self, stream):
        """As text, but for the zeros that a decimal of three places ends with."""
        shown = self.fourloop("inspect", "--rows", 100, "-", stdin=stream).stdout
        self.assertEqual(self.export(), re.sub(rb"(?<=,)(\d+)(?:\.000|(\.\d*[1-9])0+)(?=,)", rb"\1\2", shown))

    def test_file_and_pipe_have_the_same_bytes(self):
        self.fourloop("export", "out", "--table", "customers", "--to", "arrow", "-o", "customers.arrows")
        self.assertEqual(self.stream, self.path("customers.arrows").read_bytes())
        self.assert_nothing_temporary(".")

    def test_verify_and_inspect(self):
        path = self.write("customers.arrows", self.stream)
        self.assertEqual(f"ok {path} 3\n", self.fourloop("verify", path).stdout.decode())
        self.assertEqual("ok - 3\n", self.fourloop("verify", "-", stdin=self.stream).stdout.decode())
        shown = self.fourloop("inspect", path).stdout.decode()
        for words in ("Arrow IPC stream", "3 in 1 batches", "fourloop.as_of = 2026-03-31", "date32", "customer_id"):
            self.assertIn(words, shown)
        self.assert_shows_the_export(self.stream)
        self.assertEqual(2, self.fourloop("inspect", "--rows", 1, path).stdout.count(b"\n"))

    def test_words_as_dictionaries(self):
        stream = self.fourloop("export", "out", "--table", "customers", "--to", "arrow", "--dictionary").stdout
        shown = self.fourloop("inspect", "-", stdin=stream).stdout.decode()
        self.assertIn("dictionary<int32, utf8>", shown)
        self.assertIn(" dictionary batches", shown)
        self.assert_shows_the_export(stream)

    def test_an_empty_table(self):
        self.import_rows("customer,time,type\n", name="none.csv", into="nobody")
        self.run_night("empty", data="nobody")
        stream = self.fourloop("export", "empty", "--table", "customers", "--to", "arrow").stdout
        self.assertEqual("ok - 0\n", self.fourloop("verify", "-", stdin=stream).stdout.decode())

    def test_a_stream_that_is_not_whole(self):
        self.fourloop("verify", "-", stdin=self.stream[:-8], code=65, says="end-of-stream marker is missing")
        self.fourloop("verify", "--allow-missing-eos", "-", stdin=self.stream[:-8])
        self.fourloop("verify", "--allow-missing-eos", "-", stdin=self.stream[:-9], code=65, says="the stream is cut")
        self.fourloop("verify", "-", stdin=self.stream[:100], code=65, says="the stream is cut")
        self.fourloop("verify", "-", stdin=b"", code=65, says="nothing came in")
        self.fourloop("verify", "-", stdin=b"customer,time\n1,2\n", code=65, says="is this an Arrow stream?")

    def test_two_streams_are_not_taken_for_one(self):
        self.fourloop("verify", "-", stdin=self.stream * 2, code=65, says="several streams in one")

    def test_memory(self):
        self.fourloop("verify", "--memory", "1K", "-", stdin=self.stream, code=65, says="allow more memory")
        self.fourloop("verify", "--memory", "1M", "-", stdin=self.stream)

    def test_a_place_is_named_and_no_value(self):
        path = self.write("broken.arrows", self.stream.replace(b"cold", b"c\xffld"))
        done = self.fourloop("verify", path, code=65, says=["broken.arrows", "column `band`", "block 0", "not UTF-8"])
        self.assertNotIn(b"c\xffld", done.stderr)


if __name__ == "__main__":
    main()
