import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Latencies in milliseconds. */
export type Load = { tool: 'wrk' | 'autocannon'; perSecond: number; non2xx: number; errors: number; p50: number; p99: number }

/** The middle value. */
export function median(values: number[]): number {
	return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!
}

/** The value that so many of a hundred are not over. */
export function percentile(values: number[], percent: number): number {
	return values.toSorted((one, other) => one - other)[Math.min(values.length - 1, Math.floor((values.length * percent) / 100))]!
}

/** Sends load to a URL from a process of its own. */
export function sendLoad(url: string, seconds: number, connections = 64): Promise<Load> {
	return runScript('./load.ts', url, String(seconds), String(connections))
}

/** Runs a script of this folder; resolves with the JSON it prints first. */
export async function runScript<Printed>(file: string, ...values: string[]): Promise<Printed> {
	const child = startScript(file, ...values)
	const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string]
	return JSON.parse(line) as Printed
}

/** Starts a script of this folder and resolves with the URL it says it listens on. */
export async function startServer(file: string, ...values: string[]): Promise<{ url: string } & Disposable> {
	const child = startScript(file, ...values)
	const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string]
	return { url: line.slice('Listening on '.length), [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

/** Prints a table that can be pasted into a document: the head, then rows. */
export function printTable(...rows: (string | number)[][]): void {
	const [head, ...others] = rows.map((row) => `| ${row.join(' | ')} |`)
	console.log([head, `|${'---|'.repeat(rows[0]!.length)}`, ...others].join('\n'))
}

/** Starts a script of this folder as a process of its own. */
export function startScript(file: string, ...values: string[]): ChildProcess {
	return spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...values], { stdio: ['ignore', 'pipe', 'inherit'] })
}
