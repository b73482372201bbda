"""Scores the shipped personas and compares every column of their expected results exactly.

Method: the personas' event lists and the expected numbers came from another hand than this reference, so two
independent readings of the semantics must meet. Each persona is also scored with its rows shuffled and
beside all other personas, and its explanation must add up. The lives (value, stages, loops) are told and worked out by
hand: one line an expected cell, with the reason.
"""

import csv
import random
import unittest
from pathlib import Path

import night
import reference

ROOT = Path(__file__).resolve().parents[2]
PERSONAS = ROOT / "tests/golden/personas"
AS_OF = reference.day_number("2026-11-20")  # any day gives the same: personas are told in days ago
COLUMNS = {"raw": "raw", "raw_positive": "raw_positive", "raw_negative": "raw_negative",
           "engagement": "engagement", "intent_raw": "intent_raw", "intent": "intent", "trend": "trend",
           "intent_trend": "intent_trend", "f": "points_28", "b3": "points_84"}


def read_personas(types):
    """All rows of all personas; the customer is the persona's name."""
    ids_by_name = {entry.name: entry.type_id for entry in types.values()}
    rows = []
    with open(PERSONAS / "personas.csv", newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            row = reference.Row(line["persona"], AS_OF - int(line["days_ago"]), ids_by_name[line["type"]],
                                line["order"] or None, line["brand"] or None, line["category"] or None)
            rows += [row] * int(line["rows"])
    return rows


def read_expected():
    with open(PERSONAS / "personas_expected.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_lives(types, as_of=AS_OF):
    """All rows of all lives."""
    ids_by_name = {entry.name: entry.type_id for entry in types.values()}
    rows = []
    with open(PERSONAS / "lives.csv", newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            row = reference.Row(line["persona"], as_of - int(line["days_ago"]), ids_by_name[line["type"]],
                                line["order"] or None, line["brand"] or None, line["category"] or None,
                                **reference.read_money(line))
            rows += [row] * int(line["rows"])
    return rows


def read_expected_lives(as_of=AS_OF):
    """[(persona, kind of scope, word, column, text)]; days are told from the as-of day A."""
    with open(PERSONAS / "lives_expected.csv", newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            kind, _, word = line["scope"].partition(" ")
            text = line["value"]
            if text.startswith("A") and text[1:2] in ("+", "-"):
                text = reference.day_text(as_of + int(text[1:]))
            yield line["persona"], kind, word, line["column"], text


class Lives(unittest.TestCase):
    def test_every_expected_cell(self):
        types = reference.read_registry(ROOT / "engine/defaults/registry.csv")
        rows = read_lives(types)
        done = night.run_night(night.Data(rows), night.make_recipe(types), AS_OF, scopes=("brand", "category"))
        expected = list(read_expected_lives())
        for persona, kind, word, column, text in expected:
            row = done.customers[persona] if kind == "customer" else done.scopes[kind][persona, word]
            with self.subTest(persona=persona, scope=kind, column=column):
                self.assertEqual([text], night.cells(row, (column,)))
        self.assertEqual({row.customer for row in rows}, {persona for persona, *_ in expected})


class Personas(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.types = reference.read_registry(ROOT / "engine/defaults/registry.csv")
        cls.models = {scope: reference.make_model(cls.types, scope) for scope in reference.SCOPES}
        cls.rows = read_personas(cls.types)
        cls.expected = read_expected()

    def test_every_expected_line(self):
        for kind in sorted({line["scope"].split(" ")[0] for line in self.expected}):
            results = dict(reference.score_rows(self.rows, self.models[kind], AS_OF, scope=kind)[0])
            for line in self.expected:
                if line["scope"].split(" ")[0] == kind:
                    with self.subTest(persona=line["persona"], scope=line["scope"]):
                        self.compare(line, results[line["persona"], line["scope"].partition(" ")[2]])

    def compare(self, line, result):
        self.assertEqual({column: line[column] for column in COLUMNS},
                         {column: str(result[ours]) for column, ours in COLUMNS.items()})
        print(f"{line['persona']}, {line['scope']}: raw {line['raw']}, engagement {line['engagement']}, "
              f"intent {line['intent']}, {line['trend']}/{line['intent_trend']}: equal")

    def test_every_persona_is_expected(self):
        self.assertEqual({row.customer for row in self.rows}, {line["persona"] for line in self.expected})

    def test_order_of_rows_changes_nothing(self):
        shuffled = self.rows[:]
        random.Random(7).shuffle(shuffled)
        for scope, model in self.models.items():
            self.assertEqual(reference.score_rows(shuffled, model, AS_OF, scope=scope),
                             reference.score_rows(self.rows, model, AS_OF, scope=scope))

    def test_points_add_up(self):
        model = self.models["customer"]
        for (persona, _), result in reference.score_rows(self.rows, model, AS_OF)[0]:
            [(_, lines)] = reference.explain_rows(self.rows, model, AS_OF, persona)
            for column, total in (("n", "rows"), ("units", "units"), ("points", "raw"),
                                  ("lost_to_cap", "lost_to_cap"), ("lost_to_decay", "lost_to_decay")):
                self.assertEqual(sum(line[column] for line in lines), result[total])
            self.assertEqual(sum(result[f"points_{loop}"] for loop in reference.LOOPS), result["raw"])
            full = sum(line["n"] * self.types[line["type_id"]].weight_thousandths * 1000 for line in lines)
            self.assertEqual(full, result["raw"] + result["lost_to_cap"] + result["lost_to_decay"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
