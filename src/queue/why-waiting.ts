import { concurrencyKeyText } from '../jobs/concurrency-key.ts'
import type { JobSummary } from '../jobs/job.ts'
import { JOB_TRIES_MAX, JOBS_BEFORE_MAX, JOBS_COUNTED_BEFORE_MAX, NODE_SILENT_TIME_MAX } from '../limits.ts'
import type { QueueStore, RunbookLimits, SlotHolder } from './queue-store.ts'
import type { Taker, Takers } from './takers.ts'

/** What can be known of why jobs wait. */
export type WaitingFacts = {
	/** Those first that do longest. */
	holders: readonly SlotHolder[]
	limits: RunbookLimits
	takers: Takers
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
	{ jobId, runbookName, contentHash, concurrencyKey, keyConcurrency }: JobSummary,
	{ holders, limits, takers, before }: WaitingFacts,
): string | undefined {
	// It was taken since it was read.
	if (holders.some((holder) => holder.jobId === jobId)) return undefined
	const ofKey = holders.filter((holder) => holder.concurrencyKey === concurrencyKey)
	if (concurrencyKey !== null && keyConcurrency !== null && ofKey.length >= keyConcurrency)
		return limitText(concurrencyKeyText(concurrencyKey), ofKey, keyConcurrency)
	const ofRunbook = holders.filter((holder) => holder.runbookName === runbookName)
	const limit = limits.get(runbookName)
	if (limit !== undefined && ofRunbook.length >= limit) return limitText(`runbook ${runbookName}`, ofRunbook, limit)
	const open = openTo(contentHash, takers)
	if (open.length === 0) return noTakerText(runbookName, takers.all)
	if (!isFull(open, holders)) return undefined
	const running = runningOn(open, holders)
	const [{ jobId: longest, since }] = running as [SlotHolder]
	const full = `${whoRuns(open, takers.all)} ${running.length} of at most ${jobs(slotsOf(open))}, the longest (job ${longest}) since ${timeText(since)}`
	return `Waits for a free slot: ${full}${before === undefined ? '' : `; ${beforeText(before)}`}.`
}

/** The runners that take jobs of a content now. */
function openTo(contentHash: string, takers: Takers): Taker[] {
	return takers.all.filter((taker) => !taker.isDraining && takers.mayTake(taker, contentHash))
}

function runningOn(takers: readonly Taker[], holders: readonly SlotHolder[]): SlotHolder[] {
	return holders.filter(({ heldBy }) => takers.some(({ nodeId }) => nodeId === heldBy))
}

function slotsOf(takers: readonly Taker[]): number {
	return takers.reduce((sum, { slots }) => sum + slots, 0)
}

function isFull(takers: readonly Taker[], holders: readonly SlotHolder[]): boolean {
	return takers.length > 0 && runningOn(takers, holders).length >= slotsOf(takers)
}

function whoRuns(open: readonly Taker[], all: readonly Taker[]): string {
	if (all.length === 1) return 'this runner runs'
	if (open.length === all.length) return `the ${all.length} runners run`
	return `${open.length} of ${all.length} runners may run it, and ${open.length === 1 ? 'runs' : 'run'}`
}

function noTakerText(runbookName: string, all: readonly Taker[]): string {
	if (all.length === 0) return `Waits for a runner: none has told within ${NODE_SILENT_TIME_MAX / 1_000} s that it lives.`
	if (all.every(({ isDraining }) => isDraining))
		return all.length === 1
			? 'Waits until this runner takes jobs again: it is draining.'
			: `Waits for a runner that takes jobs: all ${all.length} are draining.`
	return (
		`Waits for a runner that has the content of runbook ${runbookName} that it was started with: none that takes jobs has it, ` +
		'and not all of its files are kept. It runs when one has it again, or can be stopped.'
	)
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

type Parts = {
	store: Pick<QueueStore, 'slotHolders' | 'countBefore'>
	limits: () => RunbookLimits
	/** Which runners take jobs of these contents. */
	takers: (contentHashes: string[]) => Promise<Takers>
}

/** Looks it up when jobs are read: one look for all of them, and where they are few a further one for each that waits for a slot. */
export function explainWaiting({ store, limits, takers }: Parts): ExplainWaiting {
	return async (read) => {
		const waiting = read.filter(({ status }) => status === 'New')
		if (waiting.length === 0 && !read.some(({ status }) => status === 'Suspended')) return [...read]
		const hashes = [...new Set(waiting.map(({ contentHash }) => contentHash))]
		const facts: WaitingFacts = { holders: await store.slotHolders(), limits: limits(), takers: await takers(hashes) }
		const except = [...facts.limits].filter(
			([name, limit]) => facts.holders.filter(({ runbookName }) => runbookName === name).length >= limit,
		)
		const options = { except: except.map(([name]) => name), most: JOBS_BEFORE_MAX + 1 }
		const isCounted = ({ status, contentHash }: JobSummary) =>
			status === 'New' && read.length <= JOBS_COUNTED_BEFORE_MAX && isFull(openTo(contentHash, facts.takers), facts.holders)
		const explained = []
		for (const job of read) {
			const before = isCounted(job) ? { before: await store.countBefore(job.jobId, options) } : {}
			explained.push({ ...job, statusDetails: waitingText(job, { ...facts, ...before }) })
		}
		return explained
	}
}
