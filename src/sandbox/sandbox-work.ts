import type { PendingRecord } from '../streams/record-limiter.ts'
import type { Answer, Question, RunOrder } from './sandbox-protocol.ts'

/** How a job's process came out of it. `lost`: it died in a way that says nothing of the runbook. */
export type Outcome = { kind: 'completed' } | { kind: 'failed'; exception: string } | { kind: 'lost' }

export type SandboxWork = {
	order: Omit<RunOrder, 'kind' | 'mark'>
	/** Told when the runbook is about to run. */
	started(): void
	/** Answers what the runbook asks. */
	answer(question: Question): Promise<Answer>
	/** Told each record. Where it answers with a promise, the sandbox has to wait for it. */
	record(record: PendingRecord): Promise<void> | undefined
}
