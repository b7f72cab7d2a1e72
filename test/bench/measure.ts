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
export async function sendLoad(url: string, seconds: number, connections = 64): Promise<Load> {
	const child = startScript('./load.ts', url, String(seconds), String(connections))
	const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string]
	return JSON.parse(line) as Load
}

/** Starts a script of this folder and resolves with the URL it says it listens on. */
export async function startServer(file: string, ...values: string[]): Promise<{ url: string } & Disposable> {
	const child = startScript(file, ...values)
	const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string]
	return { url: line.slice('Listening on '.length), [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

function startScript(file: string, ...values: string[]): ChildProcess {
	return spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...values], { stdio: ['ignore', 'pipe', 'inherit'] })
}
