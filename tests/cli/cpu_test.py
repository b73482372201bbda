"""FL_DISABLE_CPU: each level gives the same bytes, an unknown word ends the program before it does anything."""

import unittest

from cli_case import CliCase, main

LEVELS = ["", "avx512", "avx512,avx2"]


def files_of(folder, leave_out=("timing.json", ".lock")):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name not in leave_out}


class Cpu(CliCase):
    def test_each_level_gives_the_same_bytes(self):
        self.fourloop("gen", "--customers", 400, "--days", 300, "--seed", 3, "--out", "raw")
        self.fourloop("model", "init", "model")
        seen = []
        for number, level in enumerate(LEVELS):
            env = {"FL_DISABLE_CPU": level}
            data, out = f"data{number}", f"out{number}"
            self.fourloop("import", "--map", "raw/mapping.yaml", "--arrival", "2026-11-21", "--into", data,
                          "raw/interactions.csv", env=env)
            self.fourloop("verify", data, env=env)
            self.fourloop("run", "--model", "model", "--data", data, "--as-of", "2026-11-20", "--out", out, env=env)
            seen.append((files_of(self.path(data)), files_of(self.path(out))))
        for others in seen[1:]:
            self.assertEqual(seen[0], others)

    def test_all_tables_and_fits_of_each_level(self):
        """Three nights of all scopes and types with profiles, after a fit that the level itself made."""
        self.fourloop("gen", "--customers", 400, "--days", 300, "--seed", 4, "--out", "raw")
        self.fourloop("import", "--map", "raw/mapping.yaml", "--into", "data", "raw/interactions.csv")
        for table in ("products", "customers", "stores"):
            self.fourloop("import", "--table", table, "--into", "data", f"raw/{table}.csv")
        seen = []
        for number, level in enumerate(LEVELS):
            env = {"FL_DISABLE_CPU": level}
            model, out = f"model{number}", f"nights{number}"
            self.fourloop("model", "init", model)
            path = self.path(f"{model}/model.yaml")
            path.write_text(path.read_text().replace("scopes: [customer]", "scopes: [customer, brand, category, product]")
                            .replace("type_view: false", "type_view: true"))
            self.fourloop("value", "fit", "--model", model, "--data", "data", "--as-of", "2026-11-20", env=env)
            self.fourloop("run", "--model", model, "--data", "data", "--replay", "2026-11-18..2026-11-20", "--hits",
                          "--out", out, env=env)
            seen.append([files_of(night) for night in sorted(self.path(out).iterdir())])
        self.assertEqual(3, len(seen[0]))
        stems = {name.split("-")[0] for name in seen[0][2] if name.endswith(".flseg")}
        self.assertEqual({"customers", "brands", "categories", "products", "types", "tags", "hits", "transitions"}, stems)
        for others in seen[1:]:
            self.assertEqual(seen[0], others)

    def test_the_doctor_tells_the_level(self):
        done = self.fourloop("doctor", env={"FL_DISABLE_CPU": "avx512,avx2"})
        self.assertRegex(done.stdout.decode(), r"(?m)^cpu +\w+ found, scalar in use$")

    def test_unknown_words_are_refused(self):
        for word in ["sse9", "avx2,", "AVX2", "scalar", "avx2 avx512"]:
            self.fourloop("gen", "--out", "raw", code=64, says=["FL_DISABLE_CPU", "avx2, avx512"],
                          env={"FL_DISABLE_CPU": word})
            self.assertFalse(self.path("raw").exists())


if __name__ == "__main__":
    main()
