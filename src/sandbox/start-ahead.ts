import type { RunbookCatalog } from '../runbooks/runbook-catalog.ts'
import { defaultLaunch } from './inspect-runbook.ts'
import type { SandboxPool } from './sandbox-pool.ts'

/** Starts sandboxes for the first jobs: plain ones, and such with the packages that runbooks import, which take a second to load. */
export async function startAhead(sandboxes: SandboxPool, runbooks: Pick<RunbookCatalog, 'list'>): Promise<void> {
	await sandboxes.warmUp(defaultLaunch)
	for (const runbook of await runbooks.list())
		if ('content' in runbook && runbook.content.definition.packages.length > 0) sandboxes.prepare(runbook.content.definition)
	// Prepared last, so that it is the last to be dropped where there are more kinds than may be.
	sandboxes.prepare(defaultLaunch)
}
