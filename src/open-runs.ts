import type { Clock } from './clock.ts'
import type { Config, Secrets } from './config.ts'
import type { Log } from './log.ts'
import type { Meter } from './meter.ts'
import type { Queue } from './queue/queue.ts'
import type { RunbookContent } from './runbooks/runbook.ts'
import { openSandboxes } from './sandbox/open-sandboxes.ts'
import type { SandboxPool } from './sandbox/sandbox-pool.ts'
import { nodeFacts } from './storage/node-facts.ts'
import { type Storage, storeFiles } from './storage/open-storage.ts'
import { NodeClaims } from './worker/node-claims.ts'
import { Runners } from './worker/runners.ts'

type Parts = { config: Config; secrets: Secrets; storage: Storage; queue: Queue; program: string; meter: Meter; clock: Clock; log: Log }

/** Where jobs run, this runner's claims on them, all runners that do so; and what the catalog tells of its runbooks. */
export type Runs = {
	claims: NodeClaims
	sandboxes: SandboxPool
	runners: Runners
	told: { limitsChanged: () => void; contentsChanged: (contents: RunbookContent[]) => Promise<void> }
}

/** Makes this runner one of those that take jobs; it ends with what else was opened. Throws a StartError or a StoreUnavailableError. */
export async function openRuns(opened: AsyncDisposableStack, parts: Parts): Promise<Runs> {
	const { config, secrets, storage, queue, program, meter, clock, log } = parts
	const own = { nodes: storage.nodes, facts: nodeFacts(config), clock }
	const claims = new NodeClaims({ ...own, log: log.part('worker') })
	const runners = new Runners({ ...own, claims, queue: storage.queue, wake: () => queue.wake() })
	const around = { program, storeFiles: storeFiles(config.dataDir), mayPing: () => claims.isRenewed(), meter, log }
	const sandboxes = opened.use(await openSandboxes(config, { ...secrets, ...around }))
	// No earlier: what was left running must have ended before others may take its jobs.
	await opened.use(claims).begin()
	const told: Runs['told'] = { limitsChanged: () => queue.wake(), contentsChanged: (contents) => claims.announce(contents) }
	return { claims, sandboxes, runners, told }
}
