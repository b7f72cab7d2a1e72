import { isDeepStrictEqual } from 'node:util'
import { DESCRIPTION_LENGTH_MAX } from '../limits.ts'
import type { JobScheduleResource, ParameterTexts, RunbookResource, ScheduleResource } from './account-content.ts'
import { byName, type ImportFacts, isChosenName, nameSet, type PlanEntry, runOnNote, same } from './import-plan.ts'
import { carriedValue } from './parameter-type.ts'
import { typeIn } from './plan-webhooks.ts'

const MINUTE = 60_000
/** Azure says the year 9999 for no end. */
const noEndFrom = Date.parse('9999-01-01T00:00:00Z')

/** Decides about schedules. They are created disabled unless told: the same ones go on in Azure. */
export function planSchedules(facts: ImportFacts): PlanEntry[] {
	return byName(facts.source.schedules).map((schedule) => planSchedule(schedule, facts))
}

function planSchedule(schedule: ScheduleResource, { target, now, enableSchedules }: ImportFacts): PlanEntry {
	const { name, properties } = schedule
	const entry = (action: PlanEntry['action'], ...notes: string[]): PlanEntry => ({ kind: 'schedule', name, action, notes })
	const there = target.schedules.find((known) => same(known.name, name))
	if (there)
		return entry('keep', ...(isSameTiming(there, schedule, now) ? [] : ['It is due at other times than in Azure: it was left alone.']))
	if (properties.origin === 'file') return entry('by hand', 'A runbook declares it in its file: copy that file.')
	const fault = whyNot(schedule)
	if (fault !== undefined) return entry('by hand', fault)
	if (hasEnded(properties, now)) return entry('by hand', 'It has ended: nothing is due any more.')
	const isEnabled = Boolean(properties.isEnabled) && enableSchedules
	const held =
		'It is enabled in Azure and disabled here: enable it (runhook schedule enable) once its runbooks are written, and disable the one in Azure.'
	const { description } = properties
	const body = {
		name,
		properties: {
			...timing(properties),
			...(description ? { description: description.slice(0, DESCRIPTION_LENGTH_MAX) } : {}),
			isEnabled,
		},
	}
	return {
		...entry('create', ...(properties.isEnabled && !isEnabled ? [held] : [])),
		request: { path: `/schedules/${encodeURIComponent(name)}`, body },
	}
}

/** Why the runner would refuse it, as far as that can be told from here: it alone knows the names that Windows has for time zones. */
function whyNot({ name, properties: { startTime, expiryTime, timeZone } }: ScheduleResource): string | undefined {
	if (!isChosenName(name)) return 'No schedule can have this name here.'
	for (const [member, text] of Object.entries({ startTime, expiryTime }))
		if (text && Number.isNaN(Date.parse(text))) return `Its ${member} '${text}' is no time.`
	if (timeZone?.includes('/') && !isIanaZone(timeZone)) return `Its time zone '${timeZone}' is not known.`
	return undefined
}

function isIanaZone(timeZone: string): boolean {
	try {
		new Intl.DateTimeFormat('en', { timeZone })
		return true
	} catch {
		return false
	}
}

function hasEnded({ frequency, startTime, expiryTime }: ScheduleResource['properties'], now: number): boolean {
	if (frequency === 'OneTime') return Date.parse(startTime ?? '') <= now
	return Date.parse(expiryTime ?? '') <= now
}

/** What says when runs are due, in one spelling: cut to the minute, as Azure does, and without what is empty. */
function timing(properties: ScheduleResource['properties']): Record<string, unknown> {
	const { startTime, expiryTime, frequency, interval, timeZone, advancedSchedule, cron, missed, overlap } = properties
	const days = Object.entries(advancedSchedule ?? {}).filter(([, list]) => Array.isArray(list) && list.length > 0)
	const members = {
		cron,
		frequency,
		interval: frequency && frequency !== 'OneTime' ? Number(interval ?? 1) : null,
		startTime: cutTime(startTime),
		expiryTime: Date.parse(expiryTime ?? '') < noEndFrom ? cutTime(expiryTime) : null,
		timeZone: timeZone || 'UTC',
		advancedSchedule: days.length > 0 ? Object.fromEntries(days) : null,
		missed,
		overlap,
	}
	return Object.fromEntries(Object.entries(members).filter(([, value]) => value != null))
}

function cutTime(text: string | null | undefined): string | null {
	const time = Date.parse(text ?? '')
	return Number.isNaN(time) ? null : new Date(Math.floor(time / MINUTE) * MINUTE).toISOString()
}

/** Azure knows no rules for missed and overlapping runs, so these may differ; and the start of a cron schedule where it has passed. */
function isSameTiming(one: ScheduleResource, other: ScheduleResource, now: number): boolean {
	const comparable = ({ properties }: ScheduleResource) => {
		const hasBegun = properties.cron && Date.parse(properties.startTime ?? '') <= now
		return { ...timing(properties), ...(hasBegun ? { startTime: undefined } : {}), missed: null, overlap: null }
	}
	return isDeepStrictEqual(comparable(one), comparable(other))
}

type Carried = { schedules: PlanEntry[]; servable: ReturnType<typeof nameSet> }

/** Decides about job schedules: a runbook is linked to a schedule that is due at the same times as in Azure, and to no other. */
export function planJobSchedules(facts: ImportFacts, { schedules, servable }: Carried): PlanEntry[] {
	const { source, target } = facts
	const usable = nameSet(
		schedules.filter(({ action, notes }) => action === 'create' || (action === 'keep' && notes.length === 0)).map(({ name }) => name),
	)
	const named = source.jobSchedules.map((link) => ({ link, name: `${link.properties.schedule?.name} -> ${link.properties.runbook?.name}` }))
	return byName(named).map(({ link, name }) => {
		const { schedule, runbook, runOn } = link.properties
		const entry = (action: PlanEntry['action'], ...notes: string[]): PlanEntry => ({ kind: 'job schedule', name, action, notes })
		if (target.jobSchedules.some((there) => isSameLink(there, link))) return entry('keep')
		if (!isGuid(link.properties.jobScheduleId)) return entry('by hand', 'Its jobScheduleId is no GUID.')
		if (!schedule?.name || !usable.has(schedule.name)) return entry('by hand', 'Its schedule is not carried over as it is in Azure.')
		if (!runbook?.name || !servable.has(runbook.name)) return entry('by hand', 'The runner has no such runbook: import again when it has.')
		const asInAzure = source.runbooks.find((known) => same(known.name, runbook.name))
		return { ...entry('create', ...runOnNote(runOn)), request: linkRequest(link, asInAzure) }
	})
}

function isGuid(text: string): boolean {
	return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}

function isSameLink(one: JobScheduleResource, other: JobScheduleResource): boolean {
	const [there, asked] = [one.properties, other.properties]
	if (same(there.jobScheduleId, asked.jobScheduleId)) return true
	return same(there.schedule?.name, asked.schedule?.name) && same(there.runbook?.name, asked.runbook?.name)
}

function linkRequest({ properties }: JobScheduleResource, runbook: RunbookResource | undefined): NonNullable<PlanEntry['request']> {
	const { jobScheduleId, schedule, parameters } = properties
	const values = parameterTexts(parameters ?? {}, runbook)
	return {
		path: `/jobSchedules/${encodeURIComponent(jobScheduleId)}`,
		body: {
			properties: {
				schedule: { name: schedule?.name },
				runbook: { name: properties.runbook?.name },
				...(Object.keys(values).length > 0 ? { parameters: values } : {}),
			},
		},
	}
}

/** The API takes texts: what is no text as its JSON, which PowerShell's `True` is not. */
function parameterTexts(given: ParameterTexts, runbook: RunbookResource | undefined): ParameterTexts {
	const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
	return Object.fromEntries(Object.entries(given).map(([name, text]) => [name, asText(carriedValue(typeIn(runbook, name), text))]))
}
