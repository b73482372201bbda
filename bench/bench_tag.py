"""Tagging: messages and keyword lists against ClickHouse's and Hyperscan's own way, pair by pair."""

import csv
import re
import shutil
from array import array
from typing import NamedTuple

import tag_texts
from bench_tag_alone import compile_lists, fold_texts, hostile_lists, memory, nested_places, threads
from measure import Cost, alternate, best_cpu, run_child, summary
from tag_shop import TagShop

ENGLISH_WORDS = (10, 50, 200, 1000)
MESSAGES = {"english": 16e6, "chinese": 4e6, "mixed": 4e6}  # with the usual number of rows; others in proportion
WAYS = {"plain": ("plain.joined", "plain.filtered"),
        "folded": ("folded.joined", "ascii.joined", "ascii.filtered")}


class Job(NamedTuple):
    """`rules` are words as keywords.csv has them, `patterns` the same as regular expressions, one for one."""
    name: str
    texts: str
    rules: list
    patterns: list
    form: str


def tag(bench):
    if not tag_texts.DATA.is_dir():
        bench.skip("tag", f"no data sets at {tag_texts.DATA}: set FOURLOOP_DATA")
        return
    shop = TagShop(bench)
    for job in jobs(shop):
        against_peers(bench, shop, job)
    fold_texts(bench, shop)
    compile_lists(bench, shop)
    hostile_lists(bench, shop)
    nested_places(bench, shop)
    memory(bench, shop)
    threads(bench, shop)
    shutil.rmtree(shop.folder)


def jobs(shop):
    """One after the other, as each has a list that is long."""
    for count in ENGLISH_WORDS:
        words = tag_texts.english_words(shop.lines("english"), count)
        yield Job(f"tag.english.{count}", "english", words, [rf"\b{word}\b" for word in words], "plain")
    words = tag_texts.food_words()
    yield Job("tag.chinese", "chinese", list(map(tag_texts.as_rule, words)), list(map(re.escape, words)), "folded")
    words = tag_texts.brand_words()
    yield Job("tag.mixed", "mixed", [f"*{tag_texts.as_rule(word)}*" for word in words], list(map(re.escape, words)), "folded")


def against_peers(bench, shop, job):
    messages, count = shop.messages(job.texts, MESSAGES[job.texts])
    model, hits = shop.model(job.rules), shop.folder / "hits.csv"
    patterns = shop.folder / "patterns.txt"
    patterns.write_text("".join(f"{pattern}\n" for pattern in job.patterns), encoding="utf-8")
    compiled = bench.program.tag_text(model, shop.messages(job.texts, 1)[0], hits)

    def step():
        return bench.program.tag_text(model, messages, hits)

    step()
    wanted = pairs_of_hits(hits)
    bench.say(f"# {job.name}: {count} messages of {messages.stat().st_size / count - 1:.1f} bytes, {len(job.rules)} words, "
              f"{len(wanted) / count:.4f} (message, word) pairs a message; ours of one message, which is compiling: "
              f"{compiled.cpu_ns / 1e9:.3f} s")
    for name, measured in (("clickhouse", with_clickhouse), ("scan", with_scan)):
        measured(bench, shop, job, (messages, count, patterns), step, wanted)


def report(bench, name, count, costs, found, wanted):
    ours, theirs = costs
    bench.say(summary("fourloop", ours, count))
    bench.say(summary(name, theirs, count))
    if found != wanted:
        bench.say(f"# {name}: {len(found)} pairs, ours {len(wanted)}; first that differ (message, word): "
                  f"{[divmod(pair, 1 << 32) for pair in sorted(found ^ wanted)[:5]]}")
    bench.report(name, best_cpu(ours) / count, best_cpu(theirs) / count, found == wanted)


def with_clickhouse(bench, shop, job, inputs, step, wanted):
    messages, count, patterns = inputs
    name = f"{job.name}.clickhouse"
    if not bench.has_peer("clickhouse", name):
        return
    with bench.peer("clickhouse", shop) as peer:
        peer.cost("tagLoad", messages=messages)
        variant, tried = peer.quickest("tag", WAYS[job.form], patterns=patterns)
        bench.say(tried)
        costs = alternate([step, lambda: peer.cost("tag", variant=variant, patterns=patterns)], bench.runs)
        peer.cost("tagAnswers", to=shop.folder / "pairs")
    report(bench, name, count, costs, pairs_of_file(shop.folder / "pairs"), wanted)


def with_scan(bench, shop, job, inputs, step, wanted):
    messages, count, patterns = inputs
    name, tool, compiling = f"{job.name}.scan", bench.program.beside("scan_messages"), []
    if tool is None:
        bench.skip(name, "no scan_messages: tools/setup --bench builds it")
        return

    def scan(form=job.form):
        """Without compiling, which that of our side is in."""
        cost, output = run_child([tool, messages, patterns, shop.folder / "pairs", form], keep_output=True)
        compile_ns, scan_ns = map(float, output.split())
        compiling.append(compile_ns)
        return Cost(scan_ns, cost.wall_ns - compile_ns)

    if job.form == "folded":
        raw = scan("plain").cpu_ns / count
        bench.say(f"# {name}: {raw:.3f} ns a message where nothing is folded, which is a smaller job")
    costs = alternate([step, scan], bench.runs)
    bench.say(f"# {name}: compiling, which is not in its time: {min(compiling) / 1e9:.3f} s")
    report(bench, name, count, costs, pairs_of_file(shop.folder / "pairs"), wanted)


# A pair is one number: message << 32 | word, both from 1.

def pairs_of_hits(path):
    """Rule of word 1 is line 2."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        return {int(row[0]) << 32 | int(row[3]) - 1 for row in rows}


def pairs_of_file(path):
    """Two 32-bit numbers, lower byte first, for each."""
    numbers = array("I", path.read_bytes())
    return {message << 32 | word for message, word in zip(numbers[::2], numbers[1::2])}
