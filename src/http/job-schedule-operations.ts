import { z } from 'zod'
import type { RunbookCatalog } from '../runbooks/runbook-catalog.ts'
import { createJobSchedule, deleteJobSchedule, noSuchJobSchedule } from '../schedules/manage-job-schedule.ts'
import { type FilterFields, readFilter, textsOf } from './filter.ts'
import { filteredPageQuery, pageOfNamed, pageSchema } from './list-request.ts'
import { type Operation, operation, refuse, worded, written } from './operation.ts'
import { jobScheduleBody, jobScheduleBodySchema } from './schedule-body.ts'
import { acting, type ScheduleOperationParts } from './schedule-operations.ts'
import { parametersSchema } from './wire.ts'

type Parts = ScheduleOperationParts & { runbooks: Pick<RunbookCatalog, 'find'> }

const named = z.object({ name: z.string('is mandatory') }, 'is mandatory')
const createSchema = z
	.object({
		properties: z.object(
			{
				schedule: named,
				runbook: named,
				parameters: parametersSchema,
				runOn: z.string().nullish().describe('Hybrid worker groups are not supported: empty or absent.'),
			},
			'is mandatory',
		),
	})
	.meta({ id: 'JobScheduleCreate' })

const path = '/jobSchedules/{jobSchedule}'
const guidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Job schedules: create, list, read and delete. */
export function jobScheduleOperations(parts: Parts): Operation[] {
	const { schedules, accountPath } = parts
	return [
		listOperation(parts),
		createOperation(parts),
		operation(
			{
				operationId: 'JobSchedule_Get',
				action: 'jobSchedules/read',
				method: 'get',
				path,
				summary: 'Get a job schedule.',
				answers: { 200: { description: 'The job schedule.', schema: jobScheduleBodySchema } },
			},
			async ({ names }) => {
				const jobSchedule = await schedules.findJobSchedule(names.jobSchedule!)
				if (!jobSchedule) return worded(noSuchJobSchedule(names.jobSchedule!))
				return { status: 200, json: jobScheduleBody(jobSchedule, accountPath) }
			},
		),
		operation(
			{
				operationId: 'JobSchedule_Delete',
				action: 'jobSchedules/delete',
				method: 'delete',
				path,
				summary: 'Delete a job schedule: its schedule no longer starts its runbook.',
				answers: { 200: { description: 'It is gone.' } },
			},
			async ({ names, now }) => {
				const refusal = await deleteJobSchedule(acting(parts, now), names.jobSchedule!)
				return refusal ? worded(refusal) : { status: 200 }
			},
		),
	]
}

function createOperation(parts: Parts): Operation {
	const { runbooks, accountPath, publicUrl } = parts
	return operation(
		{
			operationId: 'JobSchedule_Create',
			action: 'jobSchedules/write',
			method: 'put',
			path,
			summary:
				'Link a schedule and a runbook. The same request again answers with the link that it made; another one of the same id is refused.',
			body: createSchema,
			audited: ({ properties: { schedule, runbook } }) => ({ schedule: schedule.name, runbook: runbook.name }),
			answers: { 201: { description: 'The job schedule.', schema: jobScheduleBodySchema } },
		},
		async ({ names, body, now }) => {
			const jobScheduleId = names.jobSchedule!
			if (!guidPattern.test(jobScheduleId)) return refuse('BadRequest', 'The id of a job schedule is a GUID.')
			const { schedule, runbook, parameters, runOn } = body.properties
			const asked = { jobScheduleId, scheduleName: schedule.name, runbookName: runbook.name, parameters: parameters ?? {} }
			const outcome = await createJobSchedule({ ...acting(parts, now), runbooks }, { ...asked, runOn: runOn ?? undefined })
			if ('message' in outcome) return worded(outcome)
			return written(jobScheduleBody(outcome.jobSchedule, accountPath), { isNew: true, publicUrl })
		},
	)
}

const filterFields: FilterFields = {
	'properties/schedule/name': { operators: ['eq'], kind: 'text' },
	'properties/runbook/name': { operators: ['eq'], kind: 'text' },
}

function listOperation({ schedules, accountPath, publicUrl }: Parts): Operation {
	return operation(
		{
			operationId: 'JobSchedule_ListByAutomationAccount',
			action: 'jobSchedules/read',
			method: 'get',
			path: '/jobSchedules',
			summary: 'List job schedules by id.',
			query: filteredPageQuery,
			answers: { 200: { description: 'A page of job schedules.', schema: pageSchema(jobScheduleBodySchema) } },
		},
		async ({ request, query }) => {
			const filter = readFilter(query.$filter, filterFields)
			if (filter.kind === 'refused') return refuse('BadRequest', filter.message)
			const matches = (field: string, text: string) =>
				textsOf(filter.terms, field).every((wanted) => wanted.toLowerCase() === text.toLowerCase())
			const found = (await schedules.listJobSchedules())
				.filter((each) => matches('properties/schedule/name', each.scheduleName) && matches('properties/runbook/name', each.runbookName))
				.map((each) => ({ ...each, name: each.jobScheduleId }))
			const body = (each: (typeof found)[number]) => jobScheduleBody(each, accountPath)
			return { status: 200, json: pageOfNamed(found, query, { request, base: `${publicUrl()}${accountPath}/jobSchedules`, body }) }
		},
	)
}
