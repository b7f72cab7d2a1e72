import type { ClaimedJob } from '../queue/queue-store.ts'
import { contentSources } from '../runbooks/content-sources.ts'
import type { RunbookContent } from '../runbooks/runbook.ts'
import { keptStreams } from '../sandbox/sandbox-protocol.ts'
import type { SandboxWork } from '../sandbox/sandbox-work.ts'
import type { DeclaredIdentity } from './declared-identity.ts'

type Parts = { content: RunbookContent; identity: DeclaredIdentity; runbooksDir: string; armEndpoint: string; traceparent: string | null }

/** What a sandbox is told to run for a job. */
export function runOrder(job: ClaimedJob, { content, identity, runbooksDir, armEndpoint, traceparent }: Parts): SandboxWork['order'] {
	const { jobId, runbookName, webhookName, creationTime, tryCount, parameters } = job
	return {
		job: { jobId, runbookName, webhookName, creationTime: new Date(creationTime).toISOString(), tryCount, traceparent },
		content: contentSources(content, runbooksDir),
		parameters,
		keep: keptStreams(content.definition),
		armEndpoint,
		principal: identity.principal,
	}
}
