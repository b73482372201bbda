// peer_loop.mjs - answers requests of the benchmark, one JSON line each, with what a step cost inside this process.
//
// Start: node <peer>.mjs MODULES FOLDER THREADS. A request is {"step": name, ...}; the answer is {"cpu_ns", "wall_ns",
// "value"} or {"error"}. CPU time is that of all threads of the process, so start-up, loading of libraries and the
// building of tables in earlier steps are outside of it.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const [modules, folder, threads] = process.argv.slice(2);

export const peer = { folder, threads: Number(threads), require: createRequire(join(modules, 'x.js')) };

async function timed(step, request) {
    const cpu = process.cpuUsage();
    const wall = process.hrtime.bigint();
    const value = await step(request);
    const spent = process.cpuUsage(cpu);
    return {
        cpu_ns: (spent.user + spent.system) * 1000,
        wall_ns: Number(process.hrtime.bigint() - wall),
        value: value ?? null,
    };
}

export async function serve(steps) {
    for await (const line of createInterface({ input: process.stdin })) {
        const request = JSON.parse(line);
        let answer;
        try {
            answer = await timed(steps[request.step], request);
        } catch (problem) {
            answer = { error: String(problem).slice(0, 2000) };
        }
        process.stdout.write(JSON.stringify(answer) + '\n');
    }
    process.exit(0);
}
