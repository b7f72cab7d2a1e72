import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { AuditStore } from '../audit/audit-store.ts'
import { audited } from '../audit/audit-trail.ts'
import { type Clock, repeatedly, within } from '../clock.ts'
import { DECLARED_SCHEDULES_CHECK_INTERVAL } from '../limits.ts'
import type { Log } from '../log.ts'
import type { RunbookContent } from '../runbooks/runbook.ts'
import type { RunbookCatalog } from '../runbooks/runbook-catalog.ts'
import { type DeclaredPlan, type DeclaredSchedule, declaredSchedules, planDeclared } from './declared-schedules.ts'
import { changesTiming } from './manage-schedule.ts'
import type { NewSchedule, Schedule } from './schedule.ts'
import type { ScheduleStore } from './schedule-store.ts'

type Parts = {
	schedules: ScheduleStore
	audit: Pick<AuditStore, 'append'>
	runbooks: Pick<RunbookCatalog, 'list' | 'isFolderThere'>
	/** Told that something was made, changed or deleted. */
	changed: () => void
	clock: Clock
	log: Log
}

/** What was applied last; nothing, so that it is applied again, while some of it was refused: it may fit later, without a change of a file. */
type Applied = { text: string; refused: DeclaredPlan['refused'] }

/** Brings the kept schedules in line with what the runbooks' files declare, now and at every change of a file. */
export async function watchDeclaredSchedules(parts: Parts): Promise<AsyncDisposable> {
	const { clock, log } = parts
	let applied: Applied = { text: '', refused: [] }
	let told = ''
	// A content never changes.
	const known = new WeakMap<RunbookContent, ReturnType<typeof declaredSchedules>>()
	const read = (content: RunbookContent) => {
		const found = known.get(content) ?? declaredSchedules(content)
		known.set(content, found)
		return found
	}
	const look = async (): Promise<void> => {
		try {
			applied = await reconcile(parts, applied, read)
			told = ''
		} catch (error) {
			const reason = (error as Error).message
			applied = { ...applied, text: '' }
			if (reason !== told) log.warn('The schedules that runbooks declare cannot be applied; it is tried again', { reason })
			told = reason
		}
	}
	const looked = Promise.withResolvers<void>()
	const interval = DECLARED_SCHEDULES_CHECK_INTERVAL
	const watching = repeatedly(() => look().finally(looked.resolve), { clock, interval, atOnce: true })
	// The start has waited for slow runbooks already.
	await within(clock, interval, looked.promise)
	return watching
}

/** Applies what is declared unless it is what was applied last; resolves with what is. Each refusal is told once. */
async function reconcile(
	{ schedules, audit, runbooks, changed, clock, log }: Parts,
	applied: Applied,
	readContent: typeof declaredSchedules,
): Promise<Applied> {
	const found = await runbooks.list()
	// While the folder is away, as in the middle of a deployment, nothing is known of it.
	if (!runbooks.isFolderThere()) return applied
	const declared: DeclaredSchedule[] = []
	const faulty: string[] = []
	for (const runbook of found) {
		const read = 'content' in runbook ? readContent(runbook.content) : { fault: runbook.fault }
		if ('fault' in read) faulty.push(runbook.name)
		else declared.push(...read.declared)
	}
	const text = JSON.stringify([declared, faulty])
	if (text === applied.text) return applied
	const now = clock.now()
	const [kept, jobSchedules] = [await schedules.list(), await schedules.listJobSchedules()]
	const plan = planDeclared({ declared, faulty, schedules: kept, jobSchedules, now })
	const refused = [...plan.refused, ...(await applyPlan(plan, { schedules, audit, log, now }))]
	for (const refusal of refused)
		if (!applied.refused.some((other) => isDeepStrictEqual(other, refusal)))
			log.warn('A schedule that a runbook declares was refused', refusal)
	if (Object.entries(plan).some(([member, actions]) => member !== 'refused' && actions.length > 0)) changed()
	return { text: refused.length > 0 ? '' : text, refused }
}

type Named = Pick<NewSchedule, 'name' | 'declaredBy'>

/** Carries out a plan; resolves with what could not be made. */
async function applyPlan(
	plan: DeclaredPlan,
	{ schedules, audit, log, now }: Pick<Parts, 'schedules' | 'audit' | 'log'> & { now: number },
): Promise<DeclaredPlan['refused']> {
	const refused: DeclaredPlan['refused'] = []
	/** What changes nothing is nothing to tell. */
	const noted = <Result>(action: 'write' | 'delete', { name, declaredBy }: Named, act: () => Promise<Result>): Promise<Result> => {
		const told = { action: `schedules/${action}`, resource: `schedules/${name}`, details: {} }
		const actor = { kind: 'file', name: `${declaredBy}.ts` } as const
		return audited(audit, { time: now, actor, sourceAddress: null, ...told }, act, () => false)
	}
	const link = async ({ scheduleId }: Schedule, runbookName: string, parameters: Record<string, unknown>) => {
		await schedules.createJobSchedule(scheduleId, { jobScheduleId: randomUUID(), runbookName, parameters }, now)
	}
	for (const { scheduleId, name, declaredBy } of plan.delete) {
		await noted('delete', { name, declaredBy }, () => schedules.delete(scheduleId))
		log.info('Schedule deleted, its runbook declares it no more', { scheduleName: name, runbookName: declaredBy })
	}
	for (const { schedule, change } of plan.update) {
		await noted('write', schedule, () => schedules.update(schedule.scheduleId, change, { at: now, anew: changesTiming(change) }))
		log.info('Schedule changed by its runbook', { scheduleName: schedule.name, changed: Object.keys(change).join(', ') })
	}
	for (const { jobSchedule, parameters } of plan.rebind) {
		const { jobScheduleId, scheduleName, runbookName } = jobSchedule
		const own = { name: scheduleName, declaredBy: runbookName }
		await noted('write', own, () => schedules.updateJobSchedule(jobScheduleId, { parameters }))
		log.info('Schedule changed by its runbook', { scheduleName, changed: 'parameters' })
	}
	for (const { schedule, runbookName, parameters } of plan.link)
		await noted('write', schedule, () => link(schedule, runbookName, parameters))
	for (const { schedule, parameters } of plan.create) {
		const created = await noted('write', schedule, () => schedules.create(schedule, now))
		if (!created) {
			const [scheduleName, runbookName] = [schedule.name, schedule.declaredBy!]
			refused.push({ scheduleName, runbookName, reason: 'A schedule of this name was created at the same time: it is tried again.' })
			continue
		}
		await link(created, schedule.declaredBy!, parameters)
		log.info('Schedule created', { scheduleName: schedule.name, runbookName: schedule.declaredBy })
	}
	return refused
}
