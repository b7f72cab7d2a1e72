import { concurrencyKeyText } from '../jobs/concurrency-key.ts'
import type { Job } from '../jobs/job.ts'
import type { EndedMeanwhile, EndedSlot } from '../jobs/job-store.ts'
import { SLOT_TAKEN_TIME_MAX, WAIT_TOLD_MIN } from '../limits.ts'

/** For how long a job waited for what, before it was taken. */
export type Wait = { milliseconds: number; reason: string }

type Taken = Pick<Job, 'jobId' | 'runbookName' | 'concurrencyKey' | 'keyConcurrency' | 'queuedTime' | 'claimTime'>

/**
 * What a job waited for before it was taken the last time, in the order of time. Nothing is noted while it waits, because a write for each would cost
 * more than taking it: it is told by what ended meanwhile, as whoever waits is let go by an end. `runbookLimit`: how many of its runbook might run.
 */
export function waitsOf(job: Taken, ended: EndedMeanwhile, runbookLimit: number | null | undefined): Wait[] {
	const { queuedTime, claimTime, concurrencyKey, keyConcurrency } = job
	if (queuedTime === null || claimTime === null) return []
	const waits: Wait[] = []
	let from = queuedTime
	const waitedUntil = (time: number, reason: string) => {
		if (time - from < WAIT_TOLD_MIN) return
		waits.push({ milliseconds: time - from, reason })
		from = time
	}
	/** Of one slot every end tells; of several only the one that it was taken at. */
	const waitedFor = (slot: EndedSlot | undefined, limit: number | null | undefined, what: string) => {
		if (!slot || limit == null || (limit > 1 && claimTime - slot.endTime > SLOT_TAKEN_TIME_MAX)) return
		const most = `${what} runs at most ${limit} ${limit === 1 ? 'job' : 'jobs'} at a time`
		waitedUntil(slot.endTime, `Waited for job ${slot.jobId}: ${most}.`)
	}
	if (concurrencyKey !== null) waitedFor(ended.ofKey, keyConcurrency, concurrencyKeyText(concurrencyKey))
	waitedFor(ended.ofRunbook, runbookLimit, `runbook ${job.runbookName}`)
	const isFreed = ended.last !== undefined && claimTime - ended.last.endTime <= SLOT_TAKEN_TIME_MAX
	waitedUntil(claimTime, isFreed ? `Waited for a free slot, until job ${ended.last!.jobId} ended.` : 'Waited for a runner that takes it.')
	return waits
}

type Parts = {
	jobs: { endedMeanwhile: (job: Job) => Promise<EndedMeanwhile> }
	runbookLimitOf: (job: Job) => Promise<number | null | undefined>
}

/** Looks it up for a job that was read; without a look where it hardly waited. */
export async function lookUpWaits({ jobs, runbookLimitOf }: Parts, job: Job): Promise<Wait[]> {
	const { queuedTime, claimTime } = job
	if (queuedTime === null || claimTime === null || claimTime - queuedTime < WAIT_TOLD_MIN) return []
	return waitsOf(job, await jobs.endedMeanwhile(job), await runbookLimitOf(job))
}
