"""clusters.yaml of a model folder: reads what `cluster fit` wrote, writes what a night needs."""

import re
from decimal import Decimal

import clusters
from single import to_single

CLUSTER_LINE = re.compile(r' *- \{number: ([0-9]+), name: "(.*)", customers: ([0-9]+)\}$')
CATEGORY_LINE = re.compile(r' *- \{category: "(.*)", share: ([0-9.]+)\}$')


def unescaped(text):
    return re.sub(r"\\U([0-9A-F]{8})", lambda code: chr(int(code[1], 16)), text)


def escaped(text):
    return "".join(f"\\U{ord(letter):08X}" if letter in '\\"' else letter for letter in text)


def thousandths(text):
    return int(Decimal(text).scaleb(3))


def read_clusters(path):
    """(clusters.Clusters, {key: text} of the head, shares of the categories in millionths)."""
    text = path.read_text(encoding="utf-8")
    lines, centroids = text.partition("\ncentroids:\n")[0].splitlines(), text.partition("\ncentroids:\n")[2]
    heads = [line.partition(" #")[0].partition(": ") for line in lines if line[:1].isalpha()]
    head = {key: value for key, colon, value in heads if colon}
    found = [match for match in map(CLUSTER_LINE.match, lines) if match]
    categories = [match for match in map(CATEGORY_LINE.match, lines) if match]
    rows = [tuple(to_single(float(number)) for number in row.split(",")) for row in re.findall(r"\[([^]]*)\]", centroids)]
    assert len(rows) == len(found) and {len(row) for row in rows} == {len(categories)}
    made = [clusters.Cluster(int(match[1]), unescaped(match[2]), row, int(match[3])) for match, row in zip(found, rows)]
    return (clusters.Clusters(tuple(unescaped(match[1]) for match in categories), tuple(made),
                              thousandths(head["breadth_cut"])), head,
            tuple(int(Decimal(match[2]).scaleb(6)) for match in categories))


def clusters_text(model, day):
    """The file of a reference's clusters; what a night does not look at is made up. `day` as YYYY-MM-DD."""
    numbers = [cluster.number for cluster in model.clusters]
    made = "".join(f'  - {{number: {cluster.number}, name: "{escaped(cluster.name)}", customers: 10}}\n'
                   for cluster in model.clusters)
    categories = "".join(f'  - {{category: "{escaped(category)}", share: 0.1}}\n' for category in model.categories)
    centroids = "".join(f"  - [{', '.join(f'{number:.9g}' for number in cluster.centroid)}]\n"
                        for cluster in model.clusters)
    cut = f"{model.breadth_cut_milli // 1000}.{model.breadth_cut_milli % 1000:03}"
    return (f"day: {day}\nseed: 1\ncustomers: {10 * len(numbers)}\nstability: 0.900\nforced: false\ninertia: 1.5\n"
            f"breadth_cut: {cut}\nnext_number: {max(numbers) + 1}\nclusters:\n{made}history:\n"
            f"  - {{day: {day}, customers: {10 * len(numbers)}, clusters: {len(numbers)}, kept: 0, "
            f"new: {len(numbers)}, stability: 0.900}}\ncategories:\n{categories}centroids:\n{centroids}")
