import type { Clock } from '../clock.ts'
import type { JobStore } from '../jobs/job-store.ts'
import type { Log } from '../log.ts'
import type { Meter } from '../meter.ts'
import type { QueueStore } from '../queue/queue-store.ts'
import type { RunbookContent } from '../runbooks/runbook.ts'
import type { RunbookSettingStore } from '../runbooks/runbook-setting-store.ts'
import type { RunbookStateStore } from '../runbooks/runbook-state-store.ts'
import type { SandboxPool } from '../sandbox/sandbox-pool.ts'
import type { StreamStore } from '../streams/stream-store.ts'
import type { StreamTail } from '../streams/stream-tail.ts'
import type { Tracing } from '../tracing.ts'
import type { JobAssets } from './answer-asset-question.ts'
import type { EndStore } from './job-end.ts'
import type { NodeClaims } from './node-claims.ts'

/** What runs of jobs need. */
export type WorkerParts = {
	jobs: Pick<JobStore, 'changeStatus'>
	queue: QueueStore & EndStore
	streams: Pick<StreamStore, 'append'>
	tail: StreamTail
	sandboxes: SandboxPool
	contentOf: (contentHash: string) => Promise<RunbookContent | undefined>
	settings: RunbookSettingStore
	states: RunbookStateStore
	assets: JobAssets
	/** Absent where one job runs and nothing is kept. */
	claims?: Pick<NodeClaims, 'isHeld'>
	runbooksDir: string
	armEndpoint: string
	jobTimeoutSeconds: number
	meter?: Pick<Meter, 'jobStarted' | 'jobEnded'>
	tracing?: Tracing | undefined
	clock: Clock
	log: Log
}
