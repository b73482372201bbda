"""model init, check and test as an analyst uses them: edit a number, look, edit again."""

import json
import unittest

from cli_case import CliCase


class ModelVerbs(CliCase):
    def setUp(self):
        super().setUp()
        self.fourloop("model", "init", "model")

    def edit(self, name, old, new):
        path = self.path("model") / name
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1))

    def test_default(self):
        checked = self.fourloop("model", "check", "model", says=("0 changes from the default, 0 oddities",))
        self.assertIn(b"registry.csv: 140 interaction types\n", checked.stdout)
        self.assertNotIn(b"not as in the default", checked.stdout)
        tested = self.fourloop("model", "test", "model", says=(" 0 missed",))
        self.assertIn(b"ok    a loyal customer of many years: ", tested.stdout)
        self.assertNotIn(b"MISS", tested.stdout)

    def test_check_says_what_was_changed(self):
        self.edit("model.yaml", "bands: [20, 40, 60]", "bands: [20, 40, 70]")
        self.edit("registry.csv", "web_visit,web,inbound,awareness,1,", "web_visit,web,inbound,awareness,\"0\",")
        checked = self.fourloop("model", "check", "model", says=("2 changes from the default, 1 oddities",))
        self.assertIn(b"  model.yaml: bands: [20, 40, 70] (default [20, 40, 60])\n", checked.stdout)
        self.assertIn(b"  registry.csv: web_visit: weight 0 (default 1)\n", checked.stdout)
        self.assertIn(b"  registry.csv: web_visit has no weight, no role and no pressure", checked.stdout)

    def test_check_reads_the_examples_too(self):
        self.edit("examples.yaml", "complaint_filed", "complaint_filled")
        self.fourloop("model", "check", "model", code=78,
                      says=("examples.yaml:", "did you mean `complaint_filed`?", "^"))

    def test_settings_that_contradict(self):
        self.edit("model.yaml", "lapsed_days: 60", "lapsed_days: 400")
        self.fourloop("model", "check", "model", code=78,
                      says=("model.yaml:", "lapsed_days 400 is above lost_days 365", "^"))

    def test_a_miss_shows_the_points(self):
        self.edit("model.yaml", "engagement: {customer: 120,", "engagement: {customer: 20,")
        tested = self.fourloop("model", "test", "model", code=78, says=("the model does not do what its examples say",))
        text = tested.stdout.decode()
        self.assertIn("MISS  three baskets and a complaint: ", text)
        self.assertIn("      engagement: expected 15-25, came ", text)
        self.assertIn("20.000000 would give 50\n", text)
        self.assertRegex(text, r"\n {6}complaint_filed +1 +1 +-14\.322624 +0\.000000 +-0\.677376\n")

    def test_json(self):
        tested = self.fourloop("model", "test", "model", "--json", "--as-of", "2020-02-29")
        report = json.loads(tested.stdout)
        self.assertEqual(report["as_of"], "2020-02-29")
        self.assertEqual(report["missed"], 0)
        self.assertEqual(report["expectations"], sum(len(example["results"]) for example in report["examples"]))
        self.assertTrue(all(result["met"] for example in report["examples"] for result in example["results"]))

    def test_scratch_folder(self):
        scratch = self.path("scratch")
        scratch.mkdir()
        self.fourloop("model", "test", "model", "--scratch", scratch)
        self.assertEqual(list(scratch.iterdir()), [])
        self.fourloop("model", "test", "model", "--scratch", "nowhere", code=66, says=("nowhere",))

    def test_no_examples(self):
        (self.path("model") / "examples.yaml").unlink()
        self.fourloop("model", "test", "model", code=66, says=("examples.yaml",))
        self.fourloop("model", "check", "model")

    def test_brands_need_their_scope(self):
        self.write("model/examples.yaml", "examples:\n- name: n\n  rows: [{type: purchase_web, brand: Acme}]\n"
                                          "  brands: {Acme: {rows: 1, raw: 20}}\n")
        self.fourloop("model", "test", "model", code=78, says=("the model scores no brands: add them to `scopes`",))
        self.edit("model.yaml", "scopes: [customer]", "scopes: [customer, brand]")
        self.fourloop("model", "test", "model", says=(" 2 expectations, 0 missed",))

    def test_init_leaves_what_is_there(self):
        for name in ("registry.csv", "model.yaml", "rates.csv", "rfm_groups.csv", "keywords.csv"):
            (self.path("model") / name).unlink()
        self.write("model/examples.yaml", "mine")
        self.fourloop("model", "init", "model", code=73, says=("examples.yaml",))
        self.assertEqual(self.path("model/examples.yaml").read_text(), "mine")


if __name__ == "__main__":
    unittest.main()
