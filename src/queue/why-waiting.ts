import { concurrencyKeyText } from '../jobs/concurrency-key.ts'
import type { JobSummary } from '../jobs/job.ts'
import { JOB_TRIES_MAX, JOBS_BEFORE_MAX, JOBS_COUNTED_BEFORE_MAX } from '../limits.ts'
import type { QueueStore, RunbookLimits, SlotHolder } from './queue-store.ts'

/** What can be known of why jobs wait. */
export type WaitingFacts = {
	/** Those first that do longest. */
	holders: readonly SlotHolder[]
	limits: RunbookLimits
	/** Jobs that the runner runs at once. */
	slots: number
	/** How many that could be next are before the job; undefined where nobody counted. */
	before?: number
}

/** Why a job does not run, in a sentence that names the limit and who holds it; `None`, as Azure has it, where there is nothing to say. */
export function waitingText(job: JobSummary, facts: WaitingFacts): string {
	if (job.status === 'Suspended') return `Suspended since ${timeText(job.lastStatusModifiedTime)}: it waits until it is resumed.`
	if (job.status !== 'New') return job.statusDetails
	const again =
		job.tryCount > 0 ? [`It was interrupted with its runner and is started again: try ${job.tryCount + 1} of ${JOB_TRIES_MAX}.`] : []
	const reason = reasonOf(job, facts)
	return [...(reason === undefined ? [] : [reason]), ...again].join(' ') || 'None'
}

function reasonOf(
	{ jobId, runbookName, concurrencyKey, keyConcurrency }: JobSummary,
	{ holders, limits, slots, before }: WaitingFacts,
): string | undefined {
	// It was taken since it was read.
	if (holders.some((holder) => holder.jobId === jobId)) return undefined
	const ofKey = holders.filter((holder) => holder.concurrencyKey === concurrencyKey)
	if (concurrencyKey !== null && keyConcurrency !== null && ofKey.length >= keyConcurrency)
		return limitText(concurrencyKeyText(concurrencyKey), ofKey, keyConcurrency)
	const ofRunbook = holders.filter((holder) => holder.runbookName === runbookName)
	const limit = limits.get(runbookName)
	if (limit !== undefined && ofRunbook.length >= limit) return limitText(`runbook ${runbookName}`, ofRunbook, limit)
	if (holders.length < slots) return undefined
	const [{ jobId: longest, since }] = holders as [SlotHolder]
	const running = `this runner runs ${holders.length} of at most ${jobs(slots)}, the longest (job ${longest}) since ${timeText(since)}`
	return `Waits for a free slot: ${running}${before === undefined ? '' : `; ${beforeText(before)}`}.`
}

function limitText(what: string, holders: readonly SlotHolder[], limit: number): string {
	const [{ jobId, since }] = holders as [SlotHolder]
	const runs = `${what} runs ${holders.length} of at most ${jobs(limit)} at a time`
	if (holders.length === 1) return `Waits for job ${jobId}: ${runs}, since ${timeText(since)}.`
	return `Waits for one of ${jobs(holders.length)}: ${runs}, the longest (job ${jobId}) since ${timeText(since)}.`
}

function beforeText(before: number): string {
	if (before === 0) return 'it is the next one'
	if (before > JOBS_BEFORE_MAX) return `more than ${jobs(JOBS_BEFORE_MAX)} are before it`
	return `${jobs(before)} ${before === 1 ? 'is' : 'are'} before it`
}

function jobs(count: number): string {
	return `${count} ${count === 1 ? 'job' : 'jobs'}`
}

function timeText(time: number): string {
	return new Date(time).toISOString()
}

/** Jobs as they were read, with why those do not run that wait. */
export type ExplainWaiting = <Kind extends JobSummary>(jobs: readonly Kind[]) => Promise<Kind[]>

type Parts = { store: Pick<QueueStore, 'slotHolders' | 'countBefore'>; limits: () => RunbookLimits; slots: number }

/** Looks it up when jobs are read: one look for all of them, and where they are few a further one for each that waits. */
export function explainWaiting({ store, limits, slots }: Parts): ExplainWaiting {
	return async (read) => {
		if (!read.some(({ status }) => status === 'New' || status === 'Suspended')) return [...read]
		const facts: WaitingFacts = { holders: await store.slotHolders(), limits: limits(), slots }
		if (read.length > JOBS_COUNTED_BEFORE_MAX || facts.holders.length < slots)
			return read.map((job) => ({ ...job, statusDetails: waitingText(job, facts) }))
		const except = [...facts.limits].filter(
			([name, limit]) => facts.holders.filter(({ runbookName }) => runbookName === name).length >= limit,
		)
		const options = { except: except.map(([name]) => name), most: JOBS_BEFORE_MAX + 1 }
		const explained = []
		for (const job of read) {
			const before = job.status === 'New' ? { before: await store.countBefore(job.jobId, options) } : {}
			explained.push({ ...job, statusDetails: waitingText(job, { ...facts, ...before }) })
		}
		return explained
	}
}
