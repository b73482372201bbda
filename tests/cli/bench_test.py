"""What a benchmark must not get wrong: whether answers are equal, how ratios are counted, how rows are cut."""

import contextlib
import csv
import io
import sys
import tempfile
import types
import unittest
from array import array
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
import cluster_rows  # noqa: E402
from bars import bench_line  # noqa: E402
from bench_cluster_pairs import counts_of  # noqa: E402
from bench_growth import thread_counts  # noqa: E402
from bench_night import differences, without_columns  # noqa: E402
from bench_score import same_answers  # noqa: E402
from cluster_shop import BASKET_SIZES, write_baskets  # noqa: E402
from command import finishes  # noqa: E402
from day_files import give_half_to_one, split_by_days  # noqa: E402
from measure import StepFailed  # noqa: E402
from night_shop import NightShop  # noqa: E402
from peer import blas_kernels  # noqa: E402
from program import Program  # noqa: E402

OURS = "customer,customer_id,band,raw\n1,,cold,12\n2,,hot,-3\n"
HEADER = "time,customer,type,text\n"
# Texts have line breaks, and the second one begins like a day.
RECORDS = ["2026-01-01 10:00:00,7,a,\n", '2026-01-01 09:00:00,8,b,"one\ntwo"\n',
           '2026-01-02 08:00:00,7,c,"x\n2026-01-09"\n', "2026-01-04 08:00:00,9,d,\n", "2026-01-04 07:00:00,7,e,\n"]


class BenchTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def same(self, peer, columns=None):
        return same_answers(self.write("ours.csv", OURS), self.write("peer.csv", peer), columns)

    def test_equal_answers_are_equal_in_every_kept_column(self):
        self.assertTrue(self.same('customer,band,raw\n1,"cold",12\n2,"hot",-3\n'))
        self.assertTrue(self.same("customer,raw\n1,12\n2,-3\n", ("customer", "raw")))

    def test_any_difference_is_noticed(self):
        for peer in ("1,cold,12\n2,hot,-4\n", "1,cold,12\n", "1,cold,12\n2,hot,-3\n3,hot,1\n",
                     "1,cold,12\n2,,-3\n", ""):
            self.assertFalse(self.same("customer,band,raw\n" + peer), peer)

    def test_columns_that_differ_are_named_with_their_first_cells(self):
        ours = self.write("ours.csv", "customer,band,stage\n1,cold,new\n2,hot,\n3,warm,lost\n")
        theirs = self.write("theirs.csv", "customer,band,stage\n1,cold,new\n2,hot,lead\n3,cold,new\n")
        self.assertEqual(["stage in 2 rows, first customer 2: null, not lead",
                          "band in 1 rows, first customer 3: warm, not cold"], differences(ours, theirs))
        self.assertEqual([], differences(ours, ours))
        short = self.write("short.csv", "customer,band,stage\n1,cold,new\n2,hot,\n")
        self.assertEqual(3, len(differences(ours, short)))

    def test_columns_that_peers_lack_are_left_out_of_ours(self):
        without_columns(self.write("ours.csv", OURS), OURS.split("\n", 1)[0].split(","), ["customer", "raw"],
                        self.folder / "kept.csv")
        self.assertEqual("customer,raw\n1,12\n2,-3\n", (self.folder / "kept.csv").read_text())

    def test_gaps_of_a_value_fit_are_read_as_the_model_has_them(self):
        (self.folder / "model-night").mkdir()
        self.write("model-night/value.yaml", 'day: 2026-11-20\npurchases:\n  days: 7\ngaps:\n  days: 12\n  gaps: 90\n'
                   '  categories:\n    - {category: "food-eco", days: 5, gaps: 30}\n'
                   '    - {category: "pets", days: 41, gaps: 60}\n')
        shop = types.SimpleNamespace(folder=self.folder, program=None)
        night = NightShop(shop)
        self.assertEqual(12, night.write_gaps())
        self.assertEqual('category,gap_days\n"food-eco",5\n"pets",41\n', night.gaps.read_text())

    def test_a_ratio_is_times_better(self):
        self.assertIn("ratio=50.000 bar=50.000 equal=yes ok", bench_line("score.full.duckdb", 2, 100, True))
        self.assertIn("ratio=49.500 bar=50.000 equal=yes short", bench_line("score.full.duckdb", 2, 99, True))
        self.assertIn("ratio=50.000 bar=50.000 equal=no short", bench_line("score.full.duckdb", 2, 100, False))
        self.assertIn("ratio=1.053 bar=1.053 equal=yes ok", bench_line("size.short", 95, 100, True))
        self.assertIn("ratio=1.250 bar=1.000 equal=yes ok", bench_line("import.alone", 150, 120, True))

    def test_threads_double_up_to_the_processors(self):
        self.assertEqual([1, 2], thread_counts(1))
        self.assertEqual([1, 2], thread_counts(3))
        self.assertEqual([1, 2, 4, 8], thread_counts(12))

    def test_an_experiment_that_fails_is_told_from_one_that_ends(self):
        def fails(_):
            raise StepFailed("fourloop run: exit 70")
        with contextlib.redirect_stderr(io.StringIO()) as words:
            self.assertFalse(finishes(fails, None))
        self.assertEqual("bench: fourloop run: exit 70\n", words.getvalue())
        self.assertTrue(finishes(lambda _: None, None))

    def test_unpacking_is_what_the_tool_beside_the_program_says(self):
        program = Program(self.folder / "fourloop", 1)
        self.assertIsNone(program.unpack_ns("file", ("day", "type")))
        self.write("unpack_speed", "#!/bin/sh\nshift\nfor c; do echo $c 1000 0.25; done\n").chmod(0o700)
        self.assertEqual({"day": 0.25, "type": 0.25}, program.unpack_ns("file", ("day", "type")))

    def test_rows_for_k_means_have_the_length_one_and_centres_are_some_of_them(self):
        rows, centres = self.folder / "rows", self.folder / "centres"
        entries = cluster_rows.write_rows(90, rows)
        starts, weights, categories = cluster_rows.read_rows(rows)
        self.assertEqual((91, 0, entries, entries), (len(starts), starts[0], starts[-1], len(weights)))
        for first, end in zip(starts, starts[1:]):
            self.assertAlmostEqual(1, sum(weight * weight for weight in weights[first:end]), 5)
            self.assertEqual(sorted(set(categories[first:end])), list(categories[first:end]))
        self.assertTrue(20 < entries / 90 < 40 and max(categories) < cluster_rows.CATEGORIES)
        cluster_rows.write_centres(rows, 4, centres)
        dense = array("f", centres.read_bytes())
        for number, customer in enumerate((0, 22, 44, 66)):
            centre = dense[number * cluster_rows.CATEGORIES:(number + 1) * cluster_rows.CATEGORIES]
            own = slice(starts[customer], starts[customer + 1])
            self.assertEqual(list(zip(categories[own], weights[own])), [pair for pair in enumerate(centre) if pair[1]])
        self.assertEqual(4 * cluster_rows.CATEGORIES, len(dense))

    def test_baskets_have_as_many_lines_as_are_asked_for(self):
        path = self.folder / "baskets.csv"
        write_baskets(500, path)
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        orders = [row["order"] for row in rows]
        self.assertEqual(500, len(rows))
        self.assertEqual(orders, sorted(orders, key=int))
        self.assertTrue(all(orders.count(order) <= BASKET_SIZES[1] for order in orders))
        self.assertEqual(1, max(len({row["category"] for row in rows if row["product"] == name})
                                for name in {row["product"] for row in rows}))

    def test_pairs_are_equal_whichever_item_is_first(self):
        ours = self.write("ours.csv", "a,b,baskets_a,baskets_b,baskets_both,lift\nx,y,5,7,3,1.2\n")
        theirs = self.write("theirs.csv", "a,b,baskets_both,baskets_a,baskets_b\ny,x,3,7,5\n")
        self.assertEqual({("x", "y"): (3, 5, 7)}, counts_of(ours))
        self.assertEqual(counts_of(ours), counts_of(theirs))

    def test_blas_gets_the_widest_loops_that_the_processor_has(self):
        self.assertEqual(["SkylakeX", "Haswell", "Nehalem"],
                         [blas_kernels(flags.split()) for flags in ("avx2 avx512bw", "sse2 avx2", "sse2")])

    def test_days_are_cut_whole(self):
        csv = self.write("all.csv", HEADER + "".join(RECORDS))
        for parts in (1, 2, 3, 4, 64):
            files = [path.read_text() for path in split_by_days(csv, self.folder / f"cut-{parts}", parts)]
            self.assertEqual(min(parts, 4), len(files))
            self.assertTrue(all(file.startswith(HEADER) for file in files))
            self.assertEqual("".join(RECORDS), "".join(file.removeprefix(HEADER) for file in files))
        self.assertEqual(HEADER + "".join(RECORDS[:2]), (self.folder / "cut-4/part-000.csv").read_text())
        self.assertEqual(HEADER, (self.folder / "cut-4/part-002.csv").read_text())

    def test_every_other_record_goes_to_one_customer(self):
        csv = self.write("all.csv", HEADER + "".join(RECORDS))
        give_half_to_one(csv, self.folder / "half.csv")
        wanted = [record.replace(",7,", ",1,").replace(",9,", ",1,") if number % 2 == 0 else record
                  for number, record in enumerate(RECORDS)]
        self.assertEqual(HEADER + "".join(wanted), (self.folder / "half.csv").read_text())


if __name__ == "__main__":
    unittest.main()
