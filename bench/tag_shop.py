"""What tagging is measured on: files of messages, models with a keyword list, a data folder of chat."""

import csv
import shutil
from itertools import cycle, islice

import tag_texts

USUAL_ROWS = 32e6
CHAT_CUSTOMERS = 100_000
CHAT_MAPPING = "columns:\n  customer: customer\n  time: time\n  type: type\n  text: text\n"
AS_OF = "2026-01-01"


class TagShop:
    def __init__(self, bench):
        self.program = bench.program
        self.share = bench.rows / USUAL_ROWS
        self.folder = bench.folder / "tag"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.texts = {}

    def lines(self, texts):
        """The lines that messages are made of."""
        if texts not in self.texts:
            self.texts[texts] = getattr(tag_texts, texts)()
        return self.texts[texts]

    def messages(self, texts, count):
        """(file, number) of the lines again and again, in proportion to the rows that were asked for."""
        count = max(1, round(count * self.share))
        path = self.folder / f"{texts}-{count}.lines"
        if not path.is_file():
            tag_texts.write_messages(self.lines(texts), count, path)
        return path, count

    def scaled_words(self, count):
        """Fewer words where fewer rows were asked for."""
        return max(1, round(count * min(self.share, 1)))

    def model(self, rules, name="model"):
        """A model with a rule for each word; the rule of the first is line 2."""
        model = self.folder / name
        shutil.rmtree(model, ignore_errors=True)
        self.program.call("model", "init", model)
        with open(model / "keywords.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("tag", "any", "speaker"))
            writer.writerows(("words", rule, "both") for rule in rules)
        return model

    def chat(self, texts, count):
        """(data folder, number) of messages as rows of many customers, spread over a year."""
        count = max(1, round(count * self.share))
        csv_path, mapping, data = (self.folder / name for name in ("chat.csv", "chat.yaml", f"chat-{count}"))
        mapping.write_text(CHAT_MAPPING)
        with open(csv_path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("customer", "time", "type", "text"))
            for number, text in enumerate(islice(cycle(self.lines(texts)), count)):
                day = number % 336
                writer.writerow((number * 7919 % CHAT_CUSTOMERS + 1,
                                 f"2025-{1 + day // 28:02}-{1 + day % 28:02} 12:00:{number % 60:02}",
                                 "chat_customer_message", text))
        self.program.import_files(data, csv_path, mapping=mapping)
        csv_path.unlink()
        return data, count
