import { z } from 'zod'
import type { Runner, Runners } from '../worker/runners.ts'
import { type Operation, operation, type Reply, refuse } from './operation.ts'
import { nullableTimeSchema, timeSchema, timeText, typeOf } from './wire.ts'

export type HybridWorkerParts = { runners: Pick<Runners, 'list' | 'find' | 'setDraining'>; accountPath: string }

/** The runners are one group, with this name: `runOn` chooses none of them. */
const groupName = 'default'

const inGroupSchema = z.object({
	name: z.string().describe('The name of its machine.'),
	ip: z.null(),
	registrationTime: timeSchema,
	lastSeenDateTime: timeSchema,
})
const groupSchema = z
	.object({
		...{ id: z.string(), name: z.string(), type: z.string(), groupType: z.string(), credential: z.null() },
		hybridRunbookWorkers: z.array(inGroupSchema),
		properties: z.object({ groupType: z.string(), credential: z.null() }),
	})
	.meta({ id: 'HybridRunbookWorkerGroup' })
const workerSchema = z
	.object({
		id: z.string(),
		name: z.string().describe('A GUID: the same after each start on a data folder.'),
		type: z.string(),
		properties: z.object({
			...{ ip: z.null(), vmResourceId: z.null(), workerType: z.string() },
			workerName: z.string().describe('The name of its machine.'),
			registeredDateTime: timeSchema.describe('When it was started.'),
			lastSeenDateTime: timeSchema.describe('When it told last that it lives.'),
			version: z.string(),
			runningJobCount: z.int(),
			jobCountMax: z.int().describe('Jobs that it runs at once.'),
			drainingTime: nullableTimeSchema.describe('Since when it takes no more jobs; null while it does.'),
			isThis: z.boolean().describe('Whether it is the one that answers.'),
		}),
	})
	.meta({ id: 'HybridRunbookWorker' })

const groups = '/hybridRunbookWorkerGroups'
const workers = `${groups}/{group}/hybridRunbookWorkers`

/** The runners of the account in Azure's words: hybrid workers of one group. Azure registers and deletes them; here they come and go by themselves. */
export function hybridWorkerOperations(parts: HybridWorkerParts): Operation[] {
	return [...groupOperations(parts), ...workerOperations(parts), ...(['drain', 'resume'] as const).map((act) => drainOperation(act, parts))]
}

function groupOperations({ runners, accountPath }: HybridWorkerParts): Operation[] {
	const body = async (): Promise<z.infer<typeof groupSchema>> => ({
		...{ id: `${accountPath}${groups}/${groupName}`, name: groupName, type: typeOf('HybridRunbookWorkerGroups') },
		...{ groupType: 'User', credential: null },
		hybridRunbookWorkers: (await runners.list()).map(({ host, registrationTime, beatTime }) => ({
			...{ name: host, ip: null, registrationTime: timeText(registrationTime), lastSeenDateTime: timeText(beatTime) },
		})),
		properties: { groupType: 'User', credential: null },
	})
	return [
		operation(
			{
				operationId: 'HybridRunbookWorkerGroup_ListByAutomationAccount',
				action: 'hybridRunbookWorkerGroups/read',
				method: 'get',
				path: groups,
				summary: 'List the groups of runners: the one there is.',
				answers: { 200: { description: 'The groups.', schema: z.object({ value: z.array(groupSchema) }) } },
			},
			async () => ({ status: 200, json: { value: [await body()] } }),
		),
		operation(
			{
				operationId: 'HybridRunbookWorkerGroup_Get',
				action: 'hybridRunbookWorkerGroups/read',
				method: 'get',
				path: `${groups}/{group}`,
				summary: 'Get the group, with its runners.',
				answers: { 200: { description: 'The group.', schema: groupSchema } },
			},
			async ({ names }) => noSuchGroup(names) ?? { status: 200, json: await body() },
		),
	]
}

function workerOperations({ runners, accountPath }: HybridWorkerParts): Operation[] {
	return [
		operation(
			{
				operationId: 'HybridRunbookWorkers_ListByHybridRunbookWorkerGroup',
				action: 'hybridRunbookWorkerGroups/hybridRunbookWorkers/read',
				method: 'get',
				path: workers,
				summary: 'List the runners, those first that came first.',
				answers: { 200: { description: 'The runners.', schema: z.object({ value: z.array(workerSchema) }) } },
			},
			async ({ names }) =>
				noSuchGroup(names) ?? {
					status: 200,
					json: { value: (await runners.list()).map((runner) => workerBody(runner, accountPath)) },
				},
		),
		operation(
			{
				operationId: 'HybridRunbookWorkers_Get',
				action: 'hybridRunbookWorkerGroups/hybridRunbookWorkers/read',
				method: 'get',
				path: `${workers}/{worker}`,
				summary: 'Get a runner by its id, or by the name of its machine.',
				answers: { 200: { description: 'The runner.', schema: workerSchema } },
			},
			async ({ names }) => {
				const asked = await askedOf(names, runners)
				return 'refusal' in asked ? asked.refusal : { status: 200, json: workerBody(asked.runner, accountPath) }
			},
		),
	]
}

/** Beyond Azure. */
function drainOperation(act: 'drain' | 'resume', { runners, accountPath }: HybridWorkerParts): Operation {
	return operation(
		{
			operationId: act === 'drain' ? 'HybridRunbookWorkers_Drain' : 'HybridRunbookWorkers_Resume',
			action: `hybridRunbookWorkerGroups/hybridRunbookWorkers/${act}/action`,
			method: 'post',
			path: `${workers}/{worker}/${act}`,
			summary:
				act === 'drain'
					? 'Let a runner take no more jobs and tell load balancers that it is not ready; what runs goes on, and calls are answered.'
					: 'Let a runner take jobs again.',
			answers: { 200: { description: 'The runner.', schema: workerSchema } },
		},
		async ({ names }) => {
			const asked = await askedOf(names, runners)
			if ('refusal' in asked) return asked.refusal
			const isThere = await runners.setDraining(asked.runner.folderId, act === 'drain')
			const changed = isThere ? await runners.find(asked.runner.folderId) : 0
			return typeof changed === 'number' ? notOne(names.worker!, 0) : { status: 200, json: workerBody(changed, accountPath) }
		},
	)
}

/** The runner that a path names. */
async function askedOf(
	names: Record<string, string>,
	runners: HybridWorkerParts['runners'],
): Promise<{ runner: Runner } | { refusal: Reply }> {
	const refusal = noSuchGroup(names)
	if (refusal) return { refusal }
	const found = await runners.find(names.worker!)
	return typeof found === 'number' ? { refusal: notOne(names.worker!, found) } : { runner: found }
}

function noSuchGroup({ group }: Record<string, string>): Reply | undefined {
	if (group!.toLowerCase() === groupName) return undefined
	return refuse('NotFound', `There is no hybrid worker group '${group!.slice(0, 128)}': the runners are the group '${groupName}'.`)
}

function notOne(name: string, count: number): Reply {
	const asked = `'${name.slice(0, 128)}'`
	if (count === 0) return refuse('NotFound', `There is no runner ${asked}.`)
	return refuse('Conflict', `${count} runners are on machines with the name ${asked}: name one by its id.`)
}

function workerBody(runner: Runner, accountPath: string): z.infer<typeof workerSchema> {
	return {
		id: `${accountPath}${groups}/${groupName}/hybridRunbookWorkers/${runner.folderId}`,
		name: runner.folderId,
		type: typeOf('HybridRunbookWorkerGroups/HybridRunbookWorkers'),
		properties: {
			...{ ip: null, vmResourceId: null, workerType: 'HybridV2', workerName: runner.host },
			registeredDateTime: timeText(runner.registrationTime),
			lastSeenDateTime: timeText(runner.beatTime),
			version: runner.version,
			runningJobCount: runner.runningCount,
			jobCountMax: runner.slots,
			drainingTime: timeText(runner.drainingTime),
			isThis: runner.isThis,
		},
	}
}
