import type { Duplex } from 'node:stream'
import { WATCHDOG_PING_INTERVAL } from '../limits.ts'
import { readLines } from './report-lines.ts'
import { WATCHDOG_LAST_WORD } from './sandbox-protocol.ts'

type Answers = {
	/** The memory in use, in bytes. */
	memory(bytes: number): void
	/** Whether it may be told that this runner lives. */
	mayPing(): boolean
	/** It had no sign of life from this runner in time, and kills its sandbox. */
	kills(): void
}

/** Tells a sandbox's watchdog that its runner lives, until the pipe closes, and takes its answers. */
export function pingWatchdog(pipe: Duplex, answers: Answers): void {
	// After a pause of the runner, what was said meanwhile is read before the next ping: one that fails closes the pipe with all it holds.
	const timer = setInterval(() => setImmediate(() => answers.mayPing() && pipe.write('.')), WATCHDOG_PING_INTERVAL).unref()
	readLines(
		pipe,
		(line) => (line === WATCHDOG_LAST_WORD ? answers.kills() : answers.memory(Number.parseInt(line, 10))),
		() => pipe.destroy(),
	)
	// The sandbox ended while a ping was on its way; its end is noticed elsewhere.
	pipe.on('error', () => undefined)
	pipe.on('close', () => clearInterval(timer))
}
