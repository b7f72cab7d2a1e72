import { HEALTH_LIST_INTERVAL, HEALTH_NAMES_MAX, HEALTH_RUNBOOKS_TIME_MAX } from '../limits.ts'
import type { Runbook } from '../runbooks/runbook.ts'
import { down, type Finding, type HealthCheck, up, warning } from './health-check.ts'

/** Which runbooks cannot be started. What each fault is, the log and the list of runbooks tell. */
export function runbooksFinding(runbooks: Runbook[], isFolderThere: boolean): Finding {
	if (!isFolderThere) return down('The runbooks folder cannot be read.')
	const faulty = runbooks.filter((runbook) => 'fault' in runbook).map(({ name }) => name)
	const facts = { runbooks: runbooks.length, faulty: faulty.length }
	if (faulty.length === 0) return up(facts)
	const more = faulty.length > HEALTH_NAMES_MAX ? `, and ${faulty.length - HEALTH_NAMES_MAX} more` : ''
	return warning(`Runbooks that cannot be started: ${faulty.slice(0, HEALTH_NAMES_MAX).join(', ')}${more}.`, facts)
}

/** Whether the runbooks can be started. */
export function runbooksCheck(runbooks: { list(): Promise<Runbook[]>; isFolderThere(): boolean }): HealthCheck {
	return {
		part: 'runbooks',
		interval: HEALTH_LIST_INTERVAL,
		timeMax: HEALTH_RUNBOOKS_TIME_MAX,
		look: async () => runbooksFinding(await runbooks.list(), runbooks.isFolderThere()),
	}
}
