import { z } from 'zod'
import type { AuditEntry } from '../audit/audit-event.ts'
import { deleteSchedule, noSuchSchedule, patchSchedule, putSchedule, type ScheduleOutcome } from '../schedules/manage-schedule.ts'
import { scheduleMembers } from '../schedules/read-schedule.ts'
import type { ScheduleStore } from '../schedules/schedule-store.ts'
import { pageOfNamed, pageQuery, pageSchema } from './list-request.ts'
import { nextRunsOperation } from './next-runs-operation.ts'
import { type Operation, operation, type Reply, refuse, worded, written } from './operation.ts'
import { scheduleBody, scheduleBodySchema } from './schedule-body.ts'
import { nameFault } from './wire.ts'

export type ScheduleOperationParts = {
	schedules: ScheduleStore
	/** Told that a schedule or job schedule was made, changed or deleted. */
	schedulesChanged: () => void
	accountPath: string
	publicUrl: () => string
}

const switches = {
	description: z.string().max(512, 'must have at most 512 characters').nullish(),
	isEnabled: z.boolean('must be true or false').nullish(),
}
const putSchema = z
	.object({ name: z.string().nullish(), properties: z.object({ ...scheduleMembers, ...switches }, 'is mandatory') })
	.meta({ id: 'ScheduleCreateOrUpdate' })
const patchSchema = z.object({ name: z.string().nullish(), properties: z.object(switches).nullish() }).meta({ id: 'ScheduleUpdate' })

/** Schedules: create, list, read, change and delete. */
export function scheduleOperations(parts: ScheduleOperationParts): Operation[] {
	return [listOperation(parts), putOperation(parts), ...itemOperations(parts), nextRunsOperation(parts)]
}

function listOperation({ schedules, accountPath, publicUrl }: ScheduleOperationParts): Operation {
	return operation(
		{
			operationId: 'Schedule_ListByAutomationAccount',
			action: 'schedules/read',
			method: 'get',
			path: '/schedules',
			summary: 'List schedules by name.',
			query: pageQuery,
			answers: { 200: { description: 'A page of schedules.', schema: pageSchema(scheduleBodySchema) } },
		},
		async ({ request, query, now }) => {
			const body = (schedule: Parameters<typeof scheduleBody>[0]) => scheduleBody(schedule, { accountPath, now })
			return {
				status: 200,
				json: pageOfNamed(await schedules.list(), query, { request, base: `${publicUrl()}${accountPath}/schedules`, body }),
			}
		},
	)
}

const path = '/schedules/{schedule}'

function putOperation(parts: ScheduleOperationParts): Operation {
	return operation(
		{
			operationId: 'Schedule_CreateOrUpdate',
			action: 'schedules/write',
			method: 'put',
			path,
			summary: 'Create a schedule, or set all of one that is there.',
			body: putSchema,
			audited: ({ properties: { isEnabled } }) => switchOf(isEnabled),
			answers: {
				200: { description: 'The schedule that was there.', schema: scheduleBodySchema },
				201: { description: 'The new schedule.', schema: scheduleBodySchema },
			},
		},
		async ({ names, body, now }) => {
			const fault = nameFault('schedule', names.schedule!, body.name)
			if (fault !== undefined) return refuse('BadRequest', fault)
			const { description, isEnabled, ...given } = body.properties
			const asked = { given, description, isEnabled: isEnabled ?? undefined }
			return answer(await putSchedule(acting(parts, now), names.schedule!, asked), parts, now)
		},
	)
}

function itemOperations(parts: ScheduleOperationParts): Operation[] {
	const { schedules, accountPath } = parts
	return [
		operation(
			{
				operationId: 'Schedule_Update',
				action: 'schedules/write',
				method: 'patch',
				path,
				summary: 'Enable, disable or describe a schedule. What was due while it was disabled is not made up for.',
				body: patchSchema,
				audited: ({ properties }) => switchOf(properties?.isEnabled),
				answers: { 200: { description: 'The schedule.', schema: scheduleBodySchema } },
			},
			async ({ names, body, now }) => {
				const fault = nameFault('schedule', names.schedule!, body.name)
				if (fault !== undefined) return refuse('BadRequest', fault)
				const { description, isEnabled } = body.properties ?? {}
				const asked = { description: description ?? undefined, isEnabled: isEnabled ?? undefined }
				return answer(await patchSchedule(acting(parts, now), names.schedule!, asked), parts, now)
			},
		),
		operation(
			{
				operationId: 'Schedule_Get',
				action: 'schedules/read',
				method: 'get',
				path,
				summary: 'Get a schedule with its next run.',
				answers: { 200: { description: 'The schedule.', schema: scheduleBodySchema } },
			},
			async ({ names, now }) => {
				const schedule = await schedules.find(names.schedule!)
				if (!schedule) return worded(noSuchSchedule(names.schedule!))
				return { status: 200, json: scheduleBody(schedule, { accountPath, now }) }
			},
		),
		operation(
			{
				operationId: 'Schedule_Delete',
				action: 'schedules/delete',
				method: 'delete',
				path,
				summary: 'Delete a schedule and its job schedules.',
				answers: { 200: { description: 'It is gone.' } },
			},
			async ({ names, now }) => {
				const refusal = await deleteSchedule(acting(parts, now), names.schedule!)
				return refusal ? worded(refusal) : { status: 200 }
			},
		),
	]
}

function switchOf(isEnabled: boolean | null | undefined): AuditEntry['details'] {
	return isEnabled == null ? {} : { isEnabled }
}

/** What those who change schedules need. */
export function acting({ schedules, schedulesChanged }: Pick<ScheduleOperationParts, 'schedules' | 'schedulesChanged'>, now: number) {
	return { schedules, changed: schedulesChanged, now }
}

function answer(outcome: ScheduleOutcome, { accountPath, publicUrl }: ScheduleOperationParts, now: number): Reply {
	if ('message' in outcome) return worded(outcome)
	const json = scheduleBody(outcome.schedule, { accountPath, now })
	return written(json, { isNew: outcome.kind === 'created', publicUrl })
}
