import { randomUUID } from 'node:crypto'
import type { AssetSource } from '../assets/asset-source.ts'
import type { Clock } from '../clock.ts'
import type { JobStore } from '../jobs/job-store.ts'
import type { QueueStore } from '../queue/queue-store.ts'
import type { ServicePrincipal } from '../runbooks/azure.ts'
import type { RunbookCatalog } from '../runbooks/runbook-catalog.ts'
import type { LiveSettings } from '../settings-file.ts'
import type { Guard } from '../webhooks/check-call.ts'
import type { WebhookStore } from '../webhooks/webhook-store.ts'
import { readPrincipal } from '../worker/declared-identity.ts'
import { azureCheck } from './check-azure.ts'
import { clockCheck } from './check-clock.ts'
import { type DiskRoom, diskCheck } from './check-disk.ts'
import { queueCheck } from './check-queue.ts'
import { runbooksCheck } from './check-runbooks.ts'
import { runnersCheck } from './check-runners.ts'
import { type SandboxProof, sandboxCheck } from './check-sandbox.ts'
import { schedulesCheck } from './check-schedules.ts'
import { type StoreProof, storeCheck } from './check-store.ts'
import { webhooksCheck } from './check-webhooks.ts'
import type { HealthCheck } from './health-check.ts'

export type HealthCheckParts = {
	dataDir: string
	queueLimit: number
	storage: {
		proof: StoreProof
		queue: Pick<QueueStore, 'waiting'>
		webhooks: Pick<WebhookStore, 'list'>
		jobs: Pick<JobStore, 'countOfRunbook'>
		room: DiskRoom
	}
	sandboxes: SandboxProof
	runbooks: Pick<RunbookCatalog, 'list' | 'isFolderThere' | 'concurrencyLimits'>
	assets: { source: Pick<AssetSource, 'variable' | 'credential' | 'missingText'> }
	guard: Pick<Guard, 'secrets'>
	/** When the schedules were last looked at. */
	lookedTime: () => number | undefined
	/** Signs in to Azure; undefined, or why it could not. */
	signIn: (principal: ServicePrincipal | null) => Promise<string | undefined>
	runners: Parameters<typeof runnersCheck>[0]
	liveSettings: () => LiveSettings
	clock: Clock
	monotonic: () => number
}

/** The checks of all parts. */
export function healthChecks(parts: HealthCheckParts): HealthCheck[] {
	const { dataDir, queueLimit, storage, runbooks, assets, guard, lookedTime, signIn, liveSettings, clock, monotonic } = parts
	const bounds = () => ({ queueLimit, ageSecondsMax: liveSettings().health.queueAgeSecondsMax })
	const hasRun = async (runbookName: string) => (await storage.jobs.countOfRunbook(runbookName, 1)) > 0
	const principalOf = async (identity: string | null) => (identity === null ? { principal: null } : readPrincipal(identity, assets))
	return [
		storeCheck(storage.proof, { newText: randomUUID, room: storage.room }),
		queueCheck(storage.queue, { bounds, limits: () => runbooks.concurrencyLimits(), clock }),
		sandboxCheck(parts.sandboxes, monotonic),
		diskCheck(dataDir, { freeMbMin: () => liveSettings().health.diskFreeMbMin, room: storage.room }),
		clockCheck(clock, monotonic),
		schedulesCheck(lookedTime, clock),
		azureCheck({ runbooks, hasRun, principalOf, signIn }),
		webhooksCheck(storage.webhooks, { secrets: guard.secrets, clock }),
		runbooksCheck(runbooks),
		runnersCheck(parts.runners),
	]
}
