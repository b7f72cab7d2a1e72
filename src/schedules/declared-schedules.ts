import { basename } from 'node:path'
import type { Inspection, RunbookContent } from '../runbooks/runbook.ts'
import type { RunbookSchedule } from '../runbooks/runbook-schedule.ts'
import { valuesFor } from '../runbooks/start-by-request.ts'
import type { JobSchedule } from './job-schedule.ts'
import { changeOf, startUnlessTold } from './manage-schedule.ts'
import { type GivenSchedule, parseSchedule, readSchedule } from './read-schedule.ts'
import type { NewSchedule, Schedule } from './schedule.ts'

/** A schedule that a runbook's file declares, as far as it can be read without knowing when it was first seen. */
export type DeclaredSchedule = {
	name: string
	runbookName: string
	description: string | null
	given: GivenSchedule
	parameters: Record<string, unknown>
	/** How it begins. */
	isEnabled: boolean
}

/** The schedules that a runbook declares; or what is wrong with them, in a sentence that names the place. */
export function declaredSchedules(content: RunbookContent): { declared: DeclaredSchedule[] } | { fault: string } {
	const { runbookName, definition } = content
	const declared: DeclaredSchedule[] = []
	// Contents that were kept by an earlier program have none.
	const schedules: RunbookSchedule[] = definition.schedules ?? []
	for (const [index, schedule] of schedules.entries()) {
		const place = schedules.length > 1 ? `schedule[${index}]` : 'schedule'
		const { name, description = null, parameters = {}, isEnabled = true, ...members } = schedule
		const parsed = parseSchedule(members)
		if ('fault' in parsed) return { fault: `${place}: ${parsed.fault}` }
		const read = readSchedule(parsed.given, 0)
		if ('fault' in read) return { fault: `${place}: ${read.fault}` }
		const values = valuesFor(content, parameters)
		if ('fault' in values) return { fault: `${place}.parameters: ${values.fault}` }
		const named = name ?? (index === 0 ? runbookName : `${runbookName}-${index + 1}`)
		if (declared.some((other) => other.name.toLowerCase() === named.toLowerCase()))
			return { fault: `${place}: there is another schedule '${named}' in this file.` }
		declared.push({ name: named, runbookName, description, given: parsed.given, parameters, isEnabled })
	}
	return { declared }
}

/** What an inspection showed; with a fault where the runbook declares a schedule that cannot be used. */
export function withScheduleFault(file: string, inspection: Inspection): Inspection {
	if ('fault' in inspection) return inspection
	const { definition, ...looked } = inspection
	const runbookName = basename(file).split('.')[0]!
	const read = declaredSchedules({ contentHash: '', runbookName, definition, files: looked.files })
	return 'fault' in read ? { ...looked, fault: read.fault } : inspection
}

/** What has to be done so that the store agrees with the files. */
export type DeclaredPlan = {
	create: { schedule: NewSchedule; parameters: Record<string, unknown> }[]
	update: { schedule: Schedule; change: Partial<NewSchedule> }[]
	/** Links to make, and to give other values. */
	link: { schedule: Schedule; runbookName: string; parameters: Record<string, unknown> }[]
	rebind: { jobSchedule: JobSchedule; parameters: Record<string, unknown> }[]
	delete: Schedule[]
	refused: { scheduleName: string; runbookName: string; reason: string }[]
}

type Found = {
	declared: DeclaredSchedule[]
	/** Runbooks that cannot be loaded now: what they declared stays. */
	faulty: string[]
	schedules: Schedule[]
	jobSchedules: JobSchedule[]
	now: number
}

/** Compares what the files declare with what is kept, by name. Schedules of the API are left alone. */
export function planDeclared({ declared, faulty, schedules, jobSchedules, now }: Found): DeclaredPlan {
	const plan: DeclaredPlan = { create: [], update: [], link: [], rebind: [], delete: [], refused: [] }
	const byName = new Map(schedules.map((schedule) => [schedule.name.toLowerCase(), schedule]))
	const owners = new Map<string, string>()
	for (const { name, runbookName, description, given, parameters, isEnabled } of declared) {
		const refuse = (reason: string) => plan.refused.push({ scheduleName: name, runbookName, reason })
		const owner = owners.get(name.toLowerCase())
		const existing = byName.get(name.toLowerCase())
		const read = readSchedule(given, startUnlessTold(existing, now))
		if (owner !== undefined) refuse(`Runbook '${owner}' declares a schedule of this name already: choose another name.`)
		else if (existing?.origin === 'api') refuse('A schedule of this name was created through the API: choose another name.')
		else {
			owners.set(name.toLowerCase(), runbookName)
			if ('fault' in read) {
				refuse(read.fault)
				continue
			}
			const wanted = { ...read, name, description, declaredBy: runbookName }
			const moved = existing && existing.declaredBy?.toLowerCase() !== runbookName.toLowerCase()
			if (existing && !moved) {
				const change = changeOf(existing, wanted)
				if (Object.keys(change).length > 0) plan.update.push({ schedule: existing, change })
				const linked = jobSchedules.find(({ scheduleId }) => scheduleId === existing.scheduleId)
				if (!linked) plan.link.push({ schedule: existing, runbookName, parameters })
				else if (JSON.stringify(linked.parameters) !== JSON.stringify(parameters)) plan.rebind.push({ jobSchedule: linked, parameters })
			} else {
				if (existing) plan.delete.push(existing)
				plan.create.push({ schedule: { ...wanted, isEnabled, origin: 'file' }, parameters })
			}
		}
	}
	const stays = new Set(faulty.map((name) => name.toLowerCase()))
	// One that is refused for a fault stays as it was, like those of a file that cannot be loaded.
	const isGone = ({ name, origin, declaredBy }: Schedule) => {
		if (origin !== 'file' || stays.has(declaredBy!.toLowerCase())) return false
		return owners.get(name.toLowerCase())?.toLowerCase() !== declaredBy!.toLowerCase()
	}
	plan.delete.push(...schedules.filter((schedule) => isGone(schedule) && !plan.delete.includes(schedule)))
	return plan
}
