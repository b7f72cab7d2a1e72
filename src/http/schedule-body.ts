import { z } from 'zod'
import type { JobSchedule } from '../schedules/job-schedule.ts'
import { nextRun } from '../schedules/next-run.ts'
import { noEnd } from '../schedules/read-schedule.ts'
import { frequencies, missedRules, overlapRules, type Schedule, weekDays } from '../schedules/schedule.ts'
import { offsetAt } from '../schedules/time-zone.ts'
import { nullableTimeSchema, parameterTexts, runbookReferenceSchema, timeSchema, timeText, typeOf } from './wire.ts'

const offsetSchema = z.number().describe("How far the zone's clocks are ahead of UTC then, minutes.")
const day = z.enum(weekDays)

export const scheduleBodySchema = z
	.object({
		id: z.string(),
		name: z.string(),
		type: z.string(),
		properties: z.object({
			startTime: timeSchema,
			startTimeOffsetMinutes: offsetSchema,
			expiryTime: z.string().describe(`UTC; ${noEnd} for no end.`),
			expiryTimeOffsetMinutes: offsetSchema,
			isEnabled: z.boolean(),
			nextRun: nullableTimeSchema.describe('null when it is disabled or nothing comes any more.'),
			nextRunOffsetMinutes: offsetSchema.nullable(),
			interval: z.number().nullable(),
			frequency: z.enum(frequencies).nullable().describe('null for a cron expression.'),
			timeZone: z.string(),
			advancedSchedule: z
				.object({
					weekDays: z.array(day).nullable(),
					monthDays: z.array(z.number()).nullable(),
					monthlyOccurrences: z.array(z.object({ occurrence: z.number(), day })).nullable(),
				})
				.nullable(),
			creationTime: timeSchema,
			lastModifiedTime: timeSchema,
			description: z.string().nullable(),
			cron: z.string().nullable(),
			missed: z.enum(missedRules),
			overlap: z.enum(overlapRules),
			origin: z.enum(['file', 'api']).describe('Who declares it: the file of a runbook, or this API.'),
		}),
	})
	.meta({ id: 'Schedule' })

/** A schedule in Azure Automation's envelope, with its next run after `now`. */
export function scheduleBody(
	schedule: Schedule,
	{ accountPath, now }: { accountPath: string; now: number },
): z.infer<typeof scheduleBodySchema> {
	const { name, recurrence, startTime, expiryTime, timeZone } = schedule
	const offset = (at: number) => Math.round(offsetAt(timeZone, at) / 60_000)
	const next = schedule.isEnabled ? nextRun(schedule, now) : null
	const repeated = 'cron' in recurrence ? { frequency: null, interval: null, advancedSchedule: null } : recurrence
	const noDays = { weekDays: null, monthDays: null, monthlyOccurrences: null }
	return {
		id: `${accountPath}/schedules/${encodeURIComponent(name)}`,
		name,
		type: typeOf('Schedules'),
		properties: {
			startTime: timeText(startTime),
			startTimeOffsetMinutes: offset(startTime),
			expiryTime: expiryTime === null ? noEnd : timeText(expiryTime),
			expiryTimeOffsetMinutes: expiryTime === null ? 0 : offset(expiryTime),
			isEnabled: schedule.isEnabled,
			nextRun: timeText(next),
			nextRunOffsetMinutes: next === null ? null : offset(next),
			interval: repeated.interval,
			frequency: repeated.frequency,
			timeZone,
			advancedSchedule: repeated.advancedSchedule && { ...noDays, ...repeated.advancedSchedule },
			creationTime: timeText(schedule.creationTime),
			lastModifiedTime: timeText(schedule.lastModifiedTime),
			description: schedule.description,
			cron: 'cron' in recurrence ? recurrence.cron : null,
			missed: schedule.missed,
			overlap: schedule.overlap,
			origin: schedule.origin,
		},
	}
}

export const jobScheduleBodySchema = z
	.object({
		id: z.string(),
		name: z.string(),
		type: z.string(),
		properties: z.object({
			jobScheduleId: z.string(),
			schedule: z.object({ name: z.string() }),
			runbook: runbookReferenceSchema,
			runOn: z.null(),
			parameters: z.record(z.string(), z.string()).nullable(),
			lastFailure: z
				.object({ time: timeSchema, dueTime: timeSchema, message: z.string() })
				.nullable()
				.describe('Why a run made no job, the last time that it happened.'),
		}),
	})
	.meta({ id: 'JobSchedule' })

/** A job schedule in Azure Automation's envelope. */
export function jobScheduleBody(jobSchedule: JobSchedule, accountPath: string): z.infer<typeof jobScheduleBodySchema> {
	const { jobScheduleId, scheduleName, runbookName, lastFailure } = jobSchedule
	const parameters = parameterTexts(jobSchedule.parameters)
	return {
		id: `${accountPath}/jobSchedules/${jobScheduleId}`,
		name: jobScheduleId,
		type: typeOf('JobSchedules'),
		properties: {
			jobScheduleId,
			schedule: { name: scheduleName },
			runbook: { name: runbookName },
			runOn: null,
			parameters: Object.keys(parameters).length > 0 ? parameters : null,
			lastFailure: lastFailure && {
				time: timeText(lastFailure.time),
				dueTime: timeText(lastFailure.dueTime),
				message: lastFailure.message,
			},
		},
	}
}
