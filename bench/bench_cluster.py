"""Clusters: k-means against scikit-learn and faiss, two threads, assignment, the fit verb, a night's cluster columns."""

import shutil

from bars import ASSIGN_CPU_NS
from bench_cluster_pairs import pairs
from cluster_shop import ClusterShop
from measure import Cost, alternate, best_cpu, best_wall, run_child, summary
from program import AS_OF

CUSTOMERS = 200_000
ITERATIONS = 10
CLUSTERS = (16, 64, 128)
ASSIGNED_CUSTOMERS = 4096  # few, as the vectors of a night's customers are in the cache: they were made just before
ASSIGNED_CLUSTERS = 16
INERTIA_TOLERANCE = 1e-5
PEERS = {"sklearn": ("float32", "float64"), "faiss": ("dense",)}
# A night's columns without those of clusters, and with them.
NIGHT_COLUMNS = "engagement,band,net_12m"
CLUSTER_COLUMNS = "baskets,breadth,range,cluster,cluster_distance,cluster_second,cluster_second_distance"


def cluster(bench):
    shop = ClusterShop(bench)
    for k in CLUSTERS:
        against_peers(bench, shop, k)
    threads(bench, shop)
    assignment(bench, shop)
    pairs(bench, shop)
    fit_and_night(bench)


def our_kmeans(bench, tool, rows, centres, to, threads=None):
    """The cost of the iterations alone, as the tool says it."""
    words = run_child([tool, rows, centres, ITERATIONS, threads or bench.threads, to], keep_output=True)[1].split()
    return Cost(float(words[0]), float(words[1]))


def found_tool(bench, name, experiments):
    tool = bench.program.beside(name)
    for experiment in experiments if tool is None else ():
        bench.skip(experiment, f"no {name}: tools/setup --bench builds it")
    return tool


def against_peers(bench, shop, k):
    names = [f"cluster.kmeans.{k}.{peer}" for peer in PEERS]
    tool = found_tool(bench, "kmeans_speed", names)
    if tool is None:
        return
    rows, count, entries = shop.rows(CUSTOMERS)
    first, found = shop.centres(rows, k), shop.folder / f"found-{k}.bin"
    steps = count * ITERATIONS
    bench.say(f"# cluster.kmeans.{k}: {count} customers made up, {entries / count:.1f} categories each, "
              f"{ITERATIONS} iterations from the same {k} centres; a row is a customer in an iteration")

    def step():
        return our_kmeans(bench, tool, rows, first, found)

    for name, variants in PEERS.items():
        if not bench.has_peer(name, f"cluster.kmeans.{k}.{name}"):
            continue
        with bench.peer(name, shop) as peer:
            peer.cost("load", path=rows)
            bench.say(f"# {name} {peer.value('version')}, threads {bench.threads}")
            variant, tried = peer.quickest("kmeans", variants, first=first, iterations=ITERATIONS)
            bench.say(tried)
            ours, theirs = alternate(
                [step, lambda: peer.cost("kmeans", variant=variant, first=first, iterations=ITERATIONS)], bench.runs)
            inertia, iterations = peer.value("found")
            our_inertia = peer.value("inertiaOf", centres=found)
        bench.say(summary(f"fourloop k-means, k {k}", ours, steps))
        bench.say(summary(f"{name} k-means, k {k}", theirs, steps))
        bench.say(f"# {name}: inertia {inertia:.6f} after {iterations} iterations, of our centres {our_inertia:.6f}")
        equal = iterations == ITERATIONS and abs(our_inertia - inertia) <= INERTIA_TOLERANCE * inertia
        bench.report(f"cluster.kmeans.{k}.{name}", best_cpu(ours) / steps, best_cpu(theirs) / steps, equal)


def threads(bench, shop):
    tool = found_tool(bench, "kmeans_speed", ["cluster.threads"])
    if tool is None:
        return
    rows, count, _ = shop.rows(CUSTOMERS)
    first = shop.centres(rows, CLUSTERS[1])
    found = {number: shop.folder / f"found-threads-{number}.bin" for number in (1, 2)}
    one, two = alternate([lambda number=number, to=to: our_kmeans(bench, tool, rows, first, to, number)
                          for number, to in found.items()], bench.runs)
    steps = count * ITERATIONS
    bench.say(summary("fourloop k-means, 1 thread", one, steps))
    bench.say(summary("fourloop k-means, 2 threads", two, steps))
    equal = found[1].read_bytes() == found[2].read_bytes()
    bench.report("cluster.threads", best_wall(two) / steps, best_wall(one) / steps, equal)


def assignment(bench, shop):
    """From a customer's row to the nearest two clusters with their distances, in a process that does nothing else."""
    tool = found_tool(bench, "assign_speed", ["cluster.assign"])
    if tool is None:
        return
    rows, count, entries = shop.rows(ASSIGNED_CUSTOMERS)
    centres = shop.centres(rows, ASSIGNED_CLUSTERS)
    best = min(float(run_child([tool, rows, centres], keep_output=True)[1].split()[0]) for _ in range(bench.runs))
    bench.say(f"# cluster.assign: {count} customers, {entries / count:.1f} categories each, {ASSIGNED_CLUSTERS} clusters")
    bench.report("cluster.assign", best, ASSIGN_CPU_NS, True)


def fit_and_night(bench):
    """The verb on the made-up retailer, once; then a night of few columns, without and with those of clusters."""
    shop = bench.shop(bench.rows)
    rows = shop.need_rows()
    shop.need_models()
    model = shop.folder / "model-cluster"
    shutil.rmtree(model, ignore_errors=True)
    shutil.copytree(shop.model, model)
    bench.say(summary("fourloop cluster fit, k chosen", [bench.program.cluster_fit(model, shop.data)], rows))
    outs = [shop.folder / "out-without", shop.folder / "out-with"]
    columns = [NIGHT_COLUMNS, f"{NIGHT_COLUMNS},{CLUSTER_COLUMNS}"]
    without, with_clusters = alternate(
        [lambda out=out, names=names: bench.program.run(model, shop.data, out, "--columns", names)
         for out, names in zip(outs, columns)], bench.runs)
    bench.say(summary("fourloop run without cluster columns", without, rows))
    bench.say(summary("fourloop run with them", with_clusters, rows))
    more = (best_cpu(with_clusters) - best_cpu(without)) / shop.customers
    bench.say(f"# cluster columns as of {AS_OF}: {more:.1f} cpu ns a customer more, baskets and categories included")
    for out in outs:
        shutil.rmtree(out)
