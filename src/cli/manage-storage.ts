import { fork } from 'node:child_process'
import { once } from 'node:events'
import { getCompileCacheDir } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { StorageOrder, StorageReport } from '../storage/storage-order.ts'
import { exitCodes } from './failure.ts'
import { interrupter } from './interrupter.ts'
import { PROGRESS_LINE_INTERVAL } from './limits.ts'
import { ProgressBar } from './progress-bar.ts'
import type { Terminal } from './terminal.ts'

const entryFile = fileURLToPath(new URL('../storage/manage-storage.ts', import.meta.url))

export type StorageEnd = Extract<StorageReport, { kind: 'copied' | 'backedUp' }>

/**
 * Has a process of its own copy or back up a store, and shows its progress. Resolves with what was done, or with the exit code of what was not.
 * Ctrl+C breaks it off, a second one ends it at once.
 */
export async function manageStorage(order: StorageOrder, { terminal, environment }: Surroundings): Promise<StorageEnd | number> {
	// A process group of its own: Ctrl+C reaches it only through this process. And the order goes over the channel, not among arguments once more.
	const env = { ...environment, NODE_COMPILE_CACHE: getCompileCacheDir() }
	const child = fork(entryFile, [], { detached: true, env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
	// Both: what was sent last may be read after the end.
	const gone = Promise.all([once(child, 'exit'), once(child, 'disconnect')])
	const interrupt = interrupter({ first: () => child.kill('SIGTERM'), second: () => child.kill('SIGKILL') })
	const progress = progressShown(terminal)
	let end: StorageEnd | number | undefined
	child.on('message', (report: StorageReport) => {
		if (report.kind === 'progress') return progress.show(report)
		progress.end()
		end = endOf(report, terminal)
	})
	child.send(order, () => undefined)
	await gone.finally(() => interrupt.end())
	progress.end()
	if (interrupt.isTwice()) return end ?? exitCodes.interrupted
	if (end === undefined) terminal.note(`${terminal.paintNote('red', 'Error:')} the process that was to do it ended.`)
	return end ?? exitCodes.failed
}

type Surroundings = { terminal: Terminal; environment: NodeJS.ProcessEnv }

function endOf(report: Exclude<StorageReport, { kind: 'progress' }>, terminal: Terminal): StorageEnd | number {
	switch (report.kind) {
		case 'copied':
		case 'backedUp':
			return report
		case 'refused':
			terminal.note(`${terminal.paintNote('red', 'Error:')} ${report.message}`)
			return exitCodes.failed
		case 'interrupted':
			terminal.note('It was broken off, and nothing of it was kept.')
			return exitCodes.interrupted
	}
}

/** A bar where one can be drawn; elsewhere lines, one for each activity that ends and some in between. */
function progressShown(terminal: Terminal) {
	const bar = new ProgressBar(terminal)
	let toldAt = performance.now()
	return {
		show({ activity, written, count }: Extract<StorageReport, { kind: 'progress' }>) {
			const status = `${written} of ${count}`
			if (terminal.canDraw) return bar.draw({ activity, status, percentComplete: count === 0 ? 100 : (written / count) * 100 })
			if (count === 0 || (written < count && performance.now() - toldAt < PROGRESS_LINE_INTERVAL)) return
			toldAt = performance.now()
			terminal.note(`${activity}: ${status}`)
		},
		end: () => bar.end(),
	}
}
