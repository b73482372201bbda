"""A machine that fails: full disks, lost pages, interrupts. Nothing half is ever published.

Files that change while they are read are tried in tests/faults/changed_files.py.
"""

import os
import signal
import subprocess
import time
import unittest

from cli_case import FOURLOOP, CliCase, main


class Interrupts(CliCase):
    def test_interrupted(self):
        """SIGINT and SIGTERM in the middle: 130, nothing there, and the same command works afterwards."""
        for number in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen([FOURLOOP, "gen", "--customers", "10000000", "--days", "400", "--out", "raw"],
                                       cwd=self.folder, stderr=subprocess.PIPE)
            time.sleep(0.3)
            process.send_signal(number)
            words = process.communicate(timeout=60)[1].decode()
            self.assertEqual(130, process.returncode, words)
            self.assertIn("INTERRUPTED", words)
            self.assertEqual({}, self.snapshot("raw"))
        self.fourloop("gen", "--customers", "10", "--out", "raw")

    def test_interrupted_import(self):
        process = subprocess.Popen([FOURLOOP, "import", "--into", "data", "-"], cwd=self.folder,
                                   stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdin.write(b"customer,time,type\n")
        line = b"1,2026-01-01 12:00:00,web_visit\n" * 1000
        sent = False
        try:
            for number in range(20000):
                process.stdin.write(line)
                if number == 50:
                    process.send_signal(signal.SIGTERM)
                    sent = True
        except BrokenPipeError:
            pass
        self.assertTrue(sent)
        words = process.communicate(timeout=60)[1].decode()
        self.assertEqual(130, process.returncode, words)
        self.assert_nothing_there("data")
        self.import_rows()


class LostPages(CliCase):
    """The guard of each read makes a lost page an error; the handler is for one that goes after that."""

    def setUp(self):
        super().setUp()
        self.probe = FOURLOOP.parent / "tests/bus_error_probe"
        if not self.probe.is_file():
            self.skipTest(f"no {self.probe}")

    def test_handler_names_file_and_offset(self):
        for name, shown in (("lost.flint", "lost.flint"), ("deep/" * 60 + "lost.flint", "/deep/deep/lost.flint")):
            self.path(name).parent.mkdir(parents=True, exist_ok=True)
            done = subprocess.run([self.probe, name], cwd=self.folder, capture_output=True, timeout=60)
            self.assertEqual(74, done.returncode)
            self.assertEqual(b"", done.stdout)
            words = done.stderr.decode()
            self.assertIn(f"{shown}: offset 12295: the file was cut or the disk failed while it was read\n", words)


class FileSizeLimit(CliCase):
    def test_limit_is_an_error_and_no_signal(self):
        import resource

        def small_files():
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

        self.fourloop("gen", "--customers", "2000", "--out", "raw", code=74, preexec_fn=small_files)
        self.assertEqual({}, self.snapshot("raw"))
        self.fourloop("gen", "--customers", "2000", "--out", "raw")


def can_mount():
    probe = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=64k", "none", "/mnt"],
                           capture_output=True)
    return probe.returncode == 0


@unittest.skipUnless(can_mount(), "small disks need the right to mount (root)")
class FullDisk(CliCase):
    """A disk of each size from nothing to enough: 75 with nothing published, or 0 with all of it."""

    def on_small_disk(self, size_kib, command, after):
        """Runs `command` with a disk at ./disk, then `after`; the exit code of `command`."""
        script = (f"mkdir -p disk && mount -t tmpfs -o size={size_kib}k,mode=700 none disk && {command}; code=$?; "
                  f"{after}; exit $code")
        done = subprocess.run(["unshare", "-m", "bash", "-c", script], cwd=self.folder, capture_output=True,
                              timeout=120, env={**os.environ, "F": str(FOURLOOP)})
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def sweep(self, command, after, published):
        """Sizes until the command works; `published` is what `after` prints when all is there."""
        codes = []
        for size_kib in (4, 16, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240):
            code, listing, words = self.on_small_disk(size_kib, command, after)
            codes.append(code)
            self.assertIn(code, (0, 75), (size_kib, words))
            self.assertEqual(code == 0, listing == published, (size_kib, code, listing, words))
            if code == 75:
                self.assertIn("error TEMPORARY", words)
                self.assertEqual("", listing)
            else:
                break
        self.assertEqual(0, codes[-1])
        self.assertIn(75, codes)

    def setUp(self):
        super().setUp()
        self.fourloop("gen", "--customers", "400", "--days", "300", "--out", "raw")
        self.fourloop("import", "--map", "raw/mapping.yaml", "--into", "data", "raw/interactions.csv")
        self.make_model()

    def test_gen(self):
        self.sweep('"$F" gen --customers 400 --days 300 --out disk',
                   "ls -A disk | grep -x mapping.yaml", "mapping.yaml\n")

    def test_import(self):
        self.sweep('"$F" import --map raw/mapping.yaml --into disk/data raw/interactions.csv',
                   "ls -A disk/data | grep -x manifest.json", "manifest.json\n")

    def test_run(self):
        self.sweep('"$F" run --model model --data data --as-of 2026-11-20 --out disk/out',
                   "ls -A disk/out | grep -x _SUCCESS", "_SUCCESS\n")

    def test_export(self):
        self.run_night(as_of="2026-11-20")
        self.sweep('"$F" export out --table customers --to csv -o disk/c.csv', "ls -A disk", "c.csv\n")


if __name__ == "__main__":
    main()
