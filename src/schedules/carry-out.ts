import { CATCH_UP_RUNS_MAX, CLOCK_STEP_MAX } from '../limits.ts'
import type { Log } from '../log.ts'
import type { Meter } from '../meter.ts'
import type { Queue } from '../queue/queue.ts'
import type { RunbookCatalog } from '../runbooks/runbook-catalog.ts'
import { valuesFor } from '../runbooks/start-by-request.ts'
import { newJob } from '../runbooks/start-runbook.ts'
import type { ScheduledLink } from './job-schedule.ts'
import { newestRuns } from './next-run.ts'
import { planOverlap, planRuns } from './plan-runs.ts'
import type { ScheduleStore } from './schedule-store.ts'

/** A job schedule that the scheduler follows. */
export type FollowedLink = ScheduledLink & {
	/** How it was last seen in the store. */
	kept: string
	/** When to look at it again. */
	nextTime: number
	/** Whether runs of it may wait for others to end. */
	mayWait: boolean
}

type Parts = {
	schedules: ScheduleStore
	runbooks: Pick<RunbookCatalog, 'find'>
	queue: Queue
	meter?: Pick<Meter, 'scheduleStarted'>
	log: Log
}

/** `isDone` is false where the queue is full: the rest is due again. */
type Carried = { decidedTime: number; mayWait: boolean; isDone: boolean }

/** `read` is up to where was decided when the run was found; null for one that has waited. */
type Run = { dueTime: number; read: number | null }
type Started = 'started' | 'taken' | 'overlaps' | 'failed' | 'queueFull' | 'changed'

/**
 * Starts what waits and may go on, then what is due, each once; the rest is left out or waits. `changed`: the store no longer has what the
 * link says, so that it has to be read again. Throws a StoreUnavailableError.
 */
export async function carryOut(parts: Parts, link: FollowedLink, now: number): Promise<Carried | 'changed'> {
	const { schedules } = parts
	const { schedule, jobSchedule } = link
	const { jobScheduleId } = jobSchedule
	const { overlap, missed } = schedule
	const open = link.mayWait || overlap !== 'allow' ? await schedules.runsOf(jobScheduleId) : { hasOpenJob: false, waiting: [] }
	let { hasOpenJob } = open
	let waitingCount = open.waiting.length
	for (const dueTime of open.waiting) {
		if (overlap !== 'allow' && hasOpenJob) break
		const outcome = await start(parts, link, { dueTime, read: null }, now)
		if (outcome === 'changed') return outcome
		if (outcome === 'queueFull' || outcome === 'overlaps') break
		waitingCount--
		hasOpenJob ||= outcome === 'started'
	}

	let { decidedTime } = jobSchedule
	const decided = (isDone: boolean): Carried => ({ decidedTime, mayWait: waitingCount > 0, isDone })
	if (!schedule.isEnabled) return decided(true)
	const decide = async (to: number): Promise<boolean> => {
		const stands = await schedules.decide(jobScheduleId, { read: decidedTime, decidedTime: to })
		decidedTime = to
		return stands
	}
	// The clock was set back: what comes again is due again, and a run that has its job exists once all the same. A clock that was only
	// put right, or that of another runner, leaves what is decided alone: else a run that was left out would be made.
	if (decidedTime > now + CLOCK_STEP_MAX && !(await decide(now))) return 'changed'
	const due = newestRuns(schedule, { after: decidedTime, until: now, limit: CATCH_UP_RUNS_MAX + 1 })
	const planned = planRuns({ due, now, missed })
	const left: number[] = due.filter((dueTime) => !planned.includes(dueTime))
	for (const dueTime of planned) {
		let plan = planOverlap({ overlap, hasOpenJob, waitingCount })
		if (plan === 'start') {
			const outcome = await start(parts, link, { dueTime, read: decidedTime }, now)
			if (outcome === 'changed') return outcome
			if (outcome === 'queueFull') return decided(false)
			if (outcome === 'overlaps') plan = overlap === 'queue' ? 'wait' : 'skip'
			else decidedTime = dueTime
			hasOpenJob ||= outcome !== 'failed'
		}
		if (plan === 'wait') {
			if (!(await schedules.wait(jobScheduleId, { read: decidedTime, dueTime }))) return 'changed'
			decidedTime = dueTime
			waitingCount++
		}
		if (plan === 'skip') left.push(dueTime)
	}
	const newest = due.at(-1)
	if (newest !== undefined && newest !== decidedTime && !(await decide(newest))) return 'changed'
	tellLeftOut(parts, link, left)
	return decided(true)
}

function tellLeftOut({ log }: Parts, { schedule, jobSchedule }: FollowedLink, left: number[]): void {
	if (left.length === 0) return
	log.info('Runs of a schedule were left out', {
		...{ scheduleName: schedule.name, runbookName: jobSchedule.runbookName, missed: schedule.missed, overlap: schedule.overlap },
		count: left.length > CATCH_UP_RUNS_MAX ? `more than ${CATCH_UP_RUNS_MAX}` : left.length,
		lastDueTime: new Date(Math.max(...left)).toISOString(),
	})
}

/** Makes the job of one run, in the same commit that claims the run. */
async function start(parts: Parts, { schedule, jobSchedule }: FollowedLink, { dueTime, read }: Run, now: number): Promise<Started> {
	const { schedules, runbooks, queue, log } = parts
	const { jobScheduleId, runbookName, parameters } = jobSchedule
	const told = { scheduleName: schedule.name, runbookName, dueTime: new Date(dueTime).toISOString() }
	const fail = async (message: string): Promise<'failed' | 'changed'> => {
		const decided = read === null ? { read: jobSchedule.decidedTime, decidedTime: jobSchedule.decidedTime } : { read, decidedTime: dueTime }
		if (!(await schedules.decide(jobScheduleId, { ...decided, failure: { time: now, dueTime, message } }))) return 'changed'
		log.warn('A schedule was due and its runbook was not started', { ...told, reason: message })
		return 'failed'
	}
	const runbook = await runbooks.find(runbookName)
	if (!runbook) return fail(`There is no runbook '${runbookName}'.`)
	if ('fault' in runbook) return fail(`Runbook '${runbook.name}' cannot be started: ${runbook.fault}`)
	const values = valuesFor(runbook.content, parameters)
	if ('fault' in values) return fail(values.fault)
	const job = newJob({ content: runbook.content, parameters: values.values, webhook: null, startedBy: null, now })
	const outcome = await queue.putRun(job, { jobScheduleId, dueTime, mayOverlap: schedule.overlap === 'allow', decidedTime: read })
	switch (outcome) {
		case 'accepted':
			parts.meter?.scheduleStarted(now - dueTime)
			log.info('A schedule started a job', { ...told, jobId: job.jobId })
			return 'started'
		case 'runTaken':
			return 'taken'
		case 'runOverlaps':
			return 'overlaps'
		case 'runChanged':
			return 'changed'
		case 'queueFull':
			log.warn('A schedule is due and as many jobs wait as may; it is tried again', told)
			return 'queueFull'
	}
}
