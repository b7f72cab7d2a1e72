import { z } from 'zod'
import type { JobStore } from '../jobs/job-store.ts'
import { JOB_COUNT_MAX } from '../limits.ts'
import type { Log } from '../log.ts'
import {
	deleteRunbook,
	getRunbook,
	listRunbooks,
	managedRunbook,
	patchRunbook,
	publishRunbook,
	putRunbook,
	type RunbookParts,
	type RunbookRefusal,
} from '../runbooks/manage-runbook.ts'
import { fileTimes, findRunbookFiles, readRunbookFile } from '../runbooks/runbook-folder.ts'
import type { RunbookSettings } from '../runbooks/runbook-settings.ts'
import { pageOfNamed, pageQuery, pageSchema } from './list-request.ts'
import { type Operation, operation, type Reply, refuse, worded } from './operation.ts'
import { runbookBody, runbookItemBody, runbookItemSchema, runbookSchema } from './runbook-body.ts'

export type RunbookOperationParts = {
	managing: RunbookParts
	jobs: Pick<JobStore, 'countOfRunbook'>
	accountPath: string
	publicUrl: () => string
	log: Log
}

const settings = {
	description: z.string().max(1_024, 'must have at most 1024 characters').nullish(),
	logVerbose: z.boolean().nullish().describe("Whether Verbose records are kept, over what the runbook's file declares."),
	logProgress: z.boolean().nullish().describe("Whether Progress records are kept, over what the runbook's file declares."),
	logActivityTrace: z.int().min(0).max(2).nullish(),
}
const tags = z
	.record(z.string().max(512), z.string().max(256))
	.refine((all) => Object.keys(all).length <= 50, 'must be at most 50')
	.nullish()

const putSchema = z
	.object({
		name: z.string().nullish(),
		location: z.string().nullish(),
		tags,
		properties: z.object(
			{
				runbookType: z.string('is mandatory').describe('TypeScript (or Script).'),
				...settings,
				draft: z.object({}).nullish(),
				publishContentLink: z.object({ uri: z.string().nullish() }).nullish(),
			},
			'is mandatory',
		),
	})
	.meta({ id: 'RunbookCreateOrUpdate' })

const patchSchema = z
	.object({ name: z.string().nullish(), location: z.string().nullish(), tags, properties: z.object(settings).nullish() })
	.meta({ id: 'RunbookUpdate' })

/** Runbooks are files of the runbooks folder: read, created with a first draft, published, deleted. */
export function runbookOperations(parts: RunbookOperationParts): Operation[] {
	return [listOperation(parts), getOperation(parts), contentOperation(parts), ...changeOperations(parts)]
}

const path = '/runbooks/{runbook}'

function listOperation({ managing, accountPath, publicUrl }: RunbookOperationParts): Operation {
	return operation(
		{
			operationId: 'Runbook_ListByAutomationAccount',
			action: 'runbooks/read',
			method: 'get',
			path: '/runbooks',
			summary: 'List runbooks by name, also those that cannot be started, with their fault.',
			query: pageQuery,
			answers: { 200: { description: 'A page of runbooks.', schema: pageSchema(runbookItemSchema) } },
		},
		async ({ request, query }) => {
			const base = `${publicUrl()}${accountPath}/runbooks`
			const listed = pageOfNamed(await listRunbooks(managing), query, { request, base, body: (files) => files })
			const value: z.infer<typeof runbookItemSchema>[] = []
			// One after the other: each one that changed is looked at in a process of its own.
			for (const files of listed.value) {
				const managed = await managedRunbook(managing, files)
				if (managed) value.push(runbookItemBody(managed, accountPath))
			}
			return { status: 200, json: { ...listed, value } }
		},
	)
}

function getOperation(parts: RunbookOperationParts): Operation {
	return operation(
		{
			operationId: 'Runbook_Get',
			action: 'runbooks/read',
			method: 'get',
			path,
			summary: 'Get a runbook with its parameters.',
			answers: { 200: { description: 'The runbook.', schema: runbookSchema } },
		},
		async ({ names }) => (await currentBody(parts, names.runbook!)) ?? noRunbook(names.runbook!),
	)
}

function contentOperation({ managing }: RunbookOperationParts): Operation {
	return operation(
		{
			operationId: 'Runbook_GetContent',
			action: 'runbooks/content/read',
			method: 'get',
			path: `${path}/content`,
			summary: 'Get the text of the published runbook.',
			answers: { 200: { description: 'The text.', mediaType: 'text/plain' } },
		},
		async ({ names }) => {
			const files = await findRunbookFiles(managing.folder, names.runbook!)
			const text = files?.published === undefined ? undefined : await readRunbookFile(files.published)
			if (text === undefined) return noRunbook(names.runbook!, files && 'has never been published')
			return { status: 200, text, headers: { 'Content-Type': 'text/plain; charset=utf-8' } }
		},
	)
}

function changeOperations(parts: RunbookOperationParts): Operation[] {
	const { managing, accountPath, publicUrl, log } = parts
	return [
		operation(
			{
				operationId: 'Runbook_CreateOrUpdate',
				action: 'runbooks/write',
				method: 'put',
				path,
				summary: 'Create a runbook with a first draft, or set what is set over its file.',
				body: putSchema,
				answers: {
					200: { description: 'The runbook that was there.', schema: runbookSchema },
					201: { description: 'The new runbook.', schema: runbookSchema },
				},
			},
			async ({ names, body }) => {
				const name = names.runbook!
				const refusal = putRefusal(name, body)
				if (refusal !== undefined) return refuse('BadRequest', refusal)
				const outcome = await putRunbook(managing, name, withoutNulls(settingsOf(body.properties, body.tags)))
				if ('message' in outcome) return worded(outcome)
				const reply = (await currentBody(parts, name)) ?? noRunbook(name)
				if (outcome.kind === 'kept' || reply === 'sent' || 'refused' in reply) return reply
				return { ...reply, status: 201, headers: { Location: `${publicUrl()}${accountPath}/runbooks/${name}` } }
			},
		),
		operation(
			{
				operationId: 'Runbook_Update',
				action: 'runbooks/write',
				method: 'patch',
				path,
				summary: "Set what holds over a runbook's file: description, logVerbose, logProgress, tags.",
				body: patchSchema,
				answers: { 200: { description: 'The runbook.', schema: runbookSchema } },
			},
			async ({ names, body }) => {
				const outcome = await patchRunbook(managing, names.runbook!, settingsOf(body.properties ?? {}, body.tags))
				return outcome.kind === 'done' ? ((await currentBody(parts, names.runbook!)) ?? noRunbook(names.runbook!)) : worded(outcome)
			},
		),
		operation(
			{
				operationId: 'Runbook_Delete',
				action: 'runbooks/delete',
				method: 'delete',
				path,
				summary: 'Delete a runbook: its file and its draft. Its jobs stay.',
				answers: { 200: { description: 'It is gone.' } },
			},
			async ({ names }) =>
				done(await deleteRunbook(managing, names.runbook!), { status: 200 }, { log, runbookName: names.runbook!, change: 'deleted' }),
		),
		operation(
			{
				operationId: 'Runbook_Publish',
				action: 'runbooks/publish/action',
				method: 'post',
				path: `${path}/publish`,
				summary: 'Make the draft the runbook that jobs are started with; one that does not load is refused.',
				answers: { 202: { description: 'It is published.' } },
			},
			// Without a Location: the official client would ask there after half a minute.
			async ({ names }) =>
				done(await publishRunbook(managing, names.runbook!), { status: 202 }, { log, runbookName: names.runbook!, change: 'published' }),
		),
	]
}

function putRefusal(name: string, { name: named, properties }: z.infer<typeof putSchema>): string | undefined {
	const { runbookType, publishContentLink } = properties
	if (named != null && named.toLowerCase() !== name.toLowerCase())
		return `The body names '${named.slice(0, 128)}', the path '${name.slice(0, 128)}'.`
	if (!['typescript', 'script'].includes(runbookType.toLowerCase()))
		return `Runbooks of type '${runbookType.slice(0, 64)}' are not supported: they are written in TypeScript (runbookType 'TypeScript').`
	if (publishContentLink != null) return 'publishContentLink is not supported: put the content as the draft, then publish it.'
	return undefined
}

/** What a request gives; null goes back to what the file declares. */
function settingsOf(
	properties: z.infer<typeof patchSchema>['properties'],
	tagged: Record<string, string> | null | undefined,
): Partial<RunbookSettings> {
	const { description, logVerbose, logProgress, logActivityTrace } = properties ?? {}
	return {
		...(description === undefined ? {} : { description }),
		...(logVerbose === undefined ? {} : { logVerbose }),
		...(logProgress === undefined ? {} : { logProgress }),
		...(logActivityTrace === undefined ? {} : { logActivityTrace: logActivityTrace ?? 0 }),
		...(tagged === undefined ? {} : { tags: tagged ?? {} }),
	}
}

/** The clients send null for what was not given when they create. */
function withoutNulls(settings: Partial<RunbookSettings>): Partial<RunbookSettings> {
	return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null))
}

async function currentBody({ managing, jobs, accountPath }: RunbookOperationParts, name: string): Promise<Reply | undefined> {
	const managed = await getRunbook(managing, name)
	if (!managed) return undefined
	const { draft } = managed.files
	const draftTimes = draft === undefined ? undefined : await fileTimes(draft)
	const jobCount = await jobs.countOfRunbook(managed.files.name, JOB_COUNT_MAX)
	return { status: 200, json: runbookBody(managed, { accountPath, jobCount, draftTimes }) }
}

/** A success, noted in the log; or the refusal in the words of http. */
export function done(outcome: { kind: 'done' } | RunbookRefusal, success: Reply, { log, runbookName, change }: Change): Reply {
	if (outcome.kind !== 'done') return worded(outcome)
	log.info(`Runbook ${change} by request`, { runbookName })
	return success
}

type Change = { log: Log; runbookName: string; change: string }

function noRunbook(name: string, why?: string): Reply {
	return refuse('NotFound', why ? `Runbook '${name.slice(0, 128)}' ${why}.` : `There is no runbook '${name.slice(0, 128)}'.`)
}
