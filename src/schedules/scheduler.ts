import type { Clock } from '../clock.ts'
import { DiskFullError } from '../errors.ts'
import { DUE_AT_ONCE, SCHEDULES_REVIEW_INTERVAL } from '../limits.ts'
import type { Log } from '../log.ts'
import type { Meter } from '../meter.ts'
import type { Queue } from '../queue/queue.ts'
import type { RunbookCatalog } from '../runbooks/runbook-catalog.ts'
import { type Alarm, cronAlarm } from './alarm.ts'
import { carryOut, type FollowedLink } from './carry-out.ts'
import { nextRun } from './next-run.ts'
import type { ScheduleStore } from './schedule-store.ts'

export type SchedulerParts = {
	schedules: ScheduleStore
	runbooks: Pick<RunbookCatalog, 'find'>
	queue: Queue
	clock: Clock
	meter?: Pick<Meter, 'scheduleStarted'>
	log: Log
	alarm?: Alarm
}

export type Scheduler = AsyncDisposable & {
	/** Says that a schedule or job schedule was made, changed or deleted. */
	wake(): void
	/** When the schedules were last looked at with success; undefined before the first time. */
	lookedTime(): number | undefined
}

/** What could not be carried out, and what waits for a job to end, is looked at again after this time, milliseconds. */
const AGAIN_INTERVAL = 1_000

/** In place of how a link was seen, when the store has it otherwise: the next review reads it again. */
const changed = ''

/** Starts the runbooks whose schedules are due, until it is disposed. All that it knows is kept in the store. */
export function startScheduler(parts: SchedulerParts): Scheduler {
	const { clock, log, alarm = cronAlarm(clock) } = parts
	const closing = new AbortController()
	let woken = Promise.withResolvers<void>()
	let isWoken = true
	const followed = new Map<string, FollowedLink>()
	let reviewTime = 0
	let lastTime = clock.now()
	let lookedTime: number | undefined

	const look = async (now: number): Promise<number> => {
		// Set back by more than the little that clocks are put right by: all that is known of next runs is too late.
		const wasSetBack = now < lastTime - AGAIN_INTERVAL
		lastTime = now
		if (isWoken || wasSetBack || now >= reviewTime) {
			isWoken = false
			await review(parts, followed, wasSetBack, now)
			reviewTime = now + SCHEDULES_REVIEW_INTERVAL
		}
		const due = [...followed.values()].filter(({ nextTime }) => nextTime <= now)
		for (let at = 0; at < due.length && !closing.signal.aborted; at += DUE_AT_ONCE)
			await Promise.all(due.slice(at, at + DUE_AT_ONCE).map((link) => follow(parts, link, now)))
		if (due.some(({ kept }) => kept === changed)) reviewTime = Math.min(reviewTime, now + AGAIN_INTERVAL)
		return Math.min(reviewTime, ...[...followed.values()].map(({ nextTime }) => nextTime))
	}
	const run = async (): Promise<void> => {
		let told = ''
		while (!closing.signal.aborted) {
			const wake = woken.promise
			const now = clock.now()
			const next = await look(now).then(
				(time) => {
					told = ''
					lookedTime = now
					return time
				},
				(error: Error) => {
					isWoken = true
					if (error.message !== told) log.warn('The schedules cannot be looked at; it is tried again', { reason: error.message })
					told = error.message
					return now + AGAIN_INTERVAL
				},
			)
			const waiting = new AbortController()
			const ringing = alarm(next, AbortSignal.any([closing.signal, waiting.signal])).catch(() => undefined)
			await Promise.race([wake, ringing])
			waiting.abort()
		}
	}
	const ended = run()
	const wake = () => {
		isWoken = true
		woken.resolve()
		woken = Promise.withResolvers()
	}
	return {
		wake,
		lookedTime: () => lookedTime,
		async [Symbol.asyncDispose]() {
			closing.abort()
			wake()
			await ended
		},
	}
}

/** Brings what is followed in line with the store. What is new or changed there is looked at at once. */
async function review({ schedules }: SchedulerParts, followed: Map<string, FollowedLink>, wasSetBack: boolean, now: number): Promise<void> {
	const [all, jobSchedules] = await Promise.all([schedules.list(), schedules.listJobSchedules()])
	const byId = new Map(all.map((schedule) => [schedule.scheduleId, schedule]))
	const gone = new Set(followed.keys())
	for (const jobSchedule of jobSchedules) {
		const schedule = byId.get(jobSchedule.scheduleId)
		if (!schedule) continue
		gone.delete(jobSchedule.jobScheduleId)
		const { lastFailure: _, ...asKept } = jobSchedule
		const kept = JSON.stringify([schedule, asKept])
		const known = followed.get(jobSchedule.jobScheduleId)
		if (known?.kept === kept && !wasSetBack) continue
		followed.set(jobSchedule.jobScheduleId, { schedule, jobSchedule, kept, nextTime: now, mayWait: true })
	}
	for (const jobScheduleId of gone) followed.delete(jobScheduleId)
}

/** Carries out what is due of one job schedule, and says when to look at it again. */
async function follow(parts: SchedulerParts, link: FollowedLink, now: number): Promise<void> {
	const { schedule, jobSchedule } = link
	try {
		const carried = await carryOut(parts, link, now)
		if (carried === 'changed') {
			Object.assign(link, { kept: changed, nextTime: Infinity })
			return
		}
		const { decidedTime, mayWait, isDone } = carried
		const { lastFailure: _, ...asKept } = jobSchedule
		link.jobSchedule = { ...jobSchedule, decidedTime }
		link.kept = JSON.stringify([schedule, { ...asKept, decidedTime }])
		link.mayWait = mayWait
		const next = schedule.isEnabled ? nextRun(schedule, decidedTime) : null
		link.nextTime = Math.min(mayWait || !isDone ? now + AGAIN_INTERVAL : Infinity, isDone ? (next ?? Infinity) : Infinity)
	} catch (error) {
		const told = { scheduleName: schedule.name, runbookName: jobSchedule.runbookName, reason: (error as Error).message }
		if (!(error instanceof DiskFullError)) parts.log.warn('What is due of a schedule could not be carried out; it is tried again', told)
		link.nextTime = now + AGAIN_INTERVAL
	}
}
