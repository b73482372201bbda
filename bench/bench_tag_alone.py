"""Tagging by itself: folding, compiling long lists, memory against messages, two threads against one."""

import tag_texts
from bars import COMPILE_CPU_SECONDS, FOLD_MB_PER_CPU_SECOND, HOSTILE_PEAK_MIB, NESTED_CPU_SECONDS
from measure import alternate, best_cpu, best_wall, peak_bytes, run_child, summary
from tag_shop import AS_OF

FOLDED_MESSAGES = 100_000
MEMORY_MESSAGES = (1e6, 1e7)
CHAT_MESSAGES = 4e6
HOSTILE_WORDS = 100_000
MEBIBYTE = 1 << 20
RULE_HITS = 1000  # that count, of a rule in a message
WORDS = 200


def fold_texts(bench, shop):
    for name, texts in (("ascii", "english"), ("chinese", "chinese")):
        tool = bench.program.beside("fold_speed")
        if tool is None:
            bench.skip(f"tag.fold.{name}", "no fold_speed: tools/setup --bench builds it")
            continue
        messages, _ = shop.messages(texts, FOLDED_MESSAGES)
        speeds = [float(run_child([tool, messages], keep_output=True)[1].split()[-1]) for _ in range(bench.runs)]
        bench.report(f"tag.fold.{name}", max(speeds), FOLD_MB_PER_CPU_SECOND[name], True)


def compile_lists(bench, shop):
    """What a list costs: one message is tagged with it, the rest of the program included."""
    message, _ = shop.messages("english", 0)
    hits = shop.folder / "hits.csv"
    for count, seconds in COMPILE_CPU_SECONDS.items():
        words = tag_texts.many_words(shop.scaled_words(count))
        model = shop.model(map(tag_texts.as_rule, words))
        (costs,) = alternate([lambda model=model: bench.program.tag_text(model, message, hits)], bench.runs)
        bench.say(summary(f"fourloop tag, {len(words)} words and a message", costs, 1))
        bench.report(f"tag.compile.{count}", best_cpu(costs) / 1e9, seconds, True)


def report_costs(bench, name, command, seconds, equal=True):
    (costs,) = alternate([lambda: run_child(command)[0]], bench.runs)
    bench.report(name, best_cpu(costs) / 1e9, seconds, equal)
    bench.report(f"{name}.memory", peak_bytes(command) / 2**20, HOSTILE_PEAK_MIB, equal)


def hostile_lists(bench, shop):
    """Lists that are hard to compile are taken, or refused with the line, in little time and memory."""
    message, _ = shop.messages("english", 0)
    hits = shop.folder / "hits.csv"
    for name, words in (("hostile", tag_texts.near_duplicates(shop.scaled_words(HOSTILE_WORDS))),
                        ("nested", tag_texts.nested_words()), ("endless", tag_texts.endless_words())):
        command = bench.program.tag_text_command(shop.model(words, name), message, hits)
        if name == "endless":
            command = ["sh", "-c", '"$@" 2>&1 | grep -q keywords.csv:2:', "sh", *command]
        report_costs(bench, f"tag.compile.{name}", command, COMPILE_CPU_SECONDS[HOSTILE_WORDS])


def nested_places(bench, shop):
    """A mebibyte of one letter, in which 256 words lie at each byte: of each rule the first hits, in little memory."""
    words, letters, hits = tag_texts.nested_words(), shop.folder / "letters.lines", shop.folder / "hits.csv"
    letters.write_text("a" * MEBIBYTE)
    command = bench.program.tag_text_command(shop.model(words), letters, hits)
    run_child(command)
    with open(hits, encoding="utf-8") as file:
        rows = sum(1 for _ in file) - 1
    report_costs(bench, "tag.nested", command, NESTED_CPU_SECONDS, rows == len(words) * RULE_HITS)


def memory(bench, shop):
    model = shop.model(tag_texts.english_words(shop.lines("english"), WORDS))
    peaks = []
    for number in MEMORY_MESSAGES:
        messages, count = shop.messages("english", number)
        peaks.append(peak_bytes(bench.program.tag_text_command(model, messages, shop.folder / "hits.csv")) / 2**20)
        bench.say(f"# tag.memory: {count} messages, {messages.stat().st_size / 1e6:.0f} MB, peak {peaks[-1]:.1f} MiB")
    bench.report("tag.memory", peaks[1], peaks[0], True)


def threads(bench, shop):
    data, count = shop.chat("english", CHAT_MESSAGES)
    model = shop.model(tag_texts.english_words(shop.lines("english"), WORDS))
    outs = {number: shop.folder / f"tags-{number}" for number in (1, 2)}
    sides = [lambda number=number, out=out: bench.program.tag(model, data, AS_OF, out, number)
             for number, out in outs.items()]
    one, two = alternate(sides, bench.runs)
    bench.say(summary("fourloop tag --data, 1 thread", one, count))
    bench.say(summary("fourloop tag --data, 2 threads", two, count))
    files = [{path.name: path.read_bytes() for path in out.glob("*.flseg")} for out in outs.values()]
    bench.report("tag.threads", best_wall(two) / count, best_wall(one) / count, files[0] == files[1] != {})
