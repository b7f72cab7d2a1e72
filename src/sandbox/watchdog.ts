import { Worker } from 'node:worker_threads'
import { WATCHDOG_FD, WATCHDOG_LAST_WORD } from './sandbox-protocol.ts'

/**
 * Starts a thread that kills this process and its whole group when the runner's end of the watchdog pipe closes or no ping came in time.
 * A thread of its own, because a runbook in an endless loop outlives its runner otherwise. Every ping is answered with the memory in use.
 */
export function startWatchdog(silenceMilliseconds: number): void {
	// Run from its text: a thread that has to load a TypeScript file takes tens of milliseconds more of every start.
	const thread = new Worker(`(${watch.toString()})(require)`, {
		eval: true,
		workerData: { fd: WATCHDOG_FD, silenceMilliseconds, lastWord: WATCHDOG_LAST_WORD },
		env: {},
		execArgv: [],
		name: 'watchdog',
	})
	thread.unref()
}

/** Must stand alone: nothing of this file reaches the thread. */
function watch(require: NodeJS.Require): void {
	const { writeSync } = require('node:fs') as typeof import('node:fs')
	const { Socket } = require('node:net') as typeof import('node:net')
	const { workerData } = require('node:worker_threads') as typeof import('node:worker_threads')
	const { fd, silenceMilliseconds, lastWord } = workerData as { fd: number; silenceMilliseconds: number; lastWord: string }
	const kill = () => process.kill(-process.pid, 'SIGKILL')
	const silence = setTimeout(() => {
		// A runner that was only paused finds it when it goes on: the runbook is not to blame. Written at once, because nothing comes after it.
		try {
			writeSync(fd, `${lastWord}\n`)
		} finally {
			kill()
		}
	}, silenceMilliseconds)
	const pipe = new Socket({ fd, readable: true, writable: true })
	pipe.on('data', () => {
		silence.refresh()
		pipe.write(`${process.memoryUsage.rss()}\n`)
	})
	pipe.on('close', kill)
	pipe.on('error', kill)
}
