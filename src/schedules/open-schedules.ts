import type { AuditStore } from '../audit/audit-store.ts'
import type { RunbookCatalog } from '../runbooks/runbook-catalog.ts'
import { type Scheduler, type SchedulerParts, startScheduler } from './scheduler.ts'
import { watchDeclaredSchedules } from './watch-declared-schedules.ts'

/** What runbooks declare is in force before the first run is looked for; from then on both go on until it is disposed. */
export async function openSchedules(
	parts: SchedulerParts & { audit: Pick<AuditStore, 'append'>; runbooks: RunbookCatalog },
): Promise<Scheduler> {
	await using opened = new AsyncDisposableStack()
	let wake = () => {}
	opened.use(await watchDeclaredSchedules({ ...parts, changed: () => wake() }))
	const scheduler = opened.use(startScheduler(parts))
	wake = scheduler.wake
	const all = opened.move()
	return { wake, lookedTime: scheduler.lookedTime, [Symbol.asyncDispose]: () => all.disposeAsync() }
}
