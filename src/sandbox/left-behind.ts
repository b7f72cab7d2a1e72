import { subscribe } from 'node:diagnostics_channel'
import { setTimeout as wait } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { SETTLE_TIME_MAX } from '../limits.ts'

/** Threads that were started since this file was loaded and have not ended: Node does not list them. */
const threads = new Set<Worker>()
subscribe('worker_threads', (message) => {
	const { worker } = message as { worker: Worker }
	threads.add(worker)
	worker.once('exit', () => threads.delete(worker))
})

/** What keeps this process alive, by kind: timers, sockets, servers, children, threads. Idle keep-alive sockets are not among them. */
export function activeResources(): Map<string, number> {
	const counts = new Map<string, number>([['Worker', threads.size]])
	for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
	return counts
}

/** The kinds that are there now and were not there before, once what is about to end by itself has had a moment for it. */
export async function leftBehind(before: Map<string, number>): Promise<string[]> {
	closeIdleAgents()
	const since = performance.now()
	for (;;) {
		const more = [...activeResources()].filter(([kind, count]) => count > (before.get(kind) ?? 0))
		if (more.length === 0 || performance.now() - since > SETTLE_TIME_MAX) return more.map(([kind]) => kind)
		await wait(5)
	}
}

function closeIdleAgents(): void {
	// Only where the runbook loaded them: loading them here would cost every job some milliseconds.
	const loaded = (process as unknown as { moduleLoadList: string[] }).moduleLoadList
	if (loaded.includes('NativeModule http')) process.getBuiltinModule('node:http').globalAgent.destroy()
	if (loaded.includes('NativeModule https')) process.getBuiltinModule('node:https').globalAgent.destroy()
}
