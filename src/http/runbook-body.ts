import { z } from 'zod'
import type { ManagedRunbook } from '../runbooks/manage-runbook.ts'
import type { ParametersJsonSchema } from '../runbooks/runbook.ts'
import type { RunbookFiles } from '../runbooks/runbook-folder.ts'
import { withSettings } from '../runbooks/runbook-settings.ts'
import { timeSchema, timeText, typeOf } from './wire.ts'

const parameterSchema = z.object({
	type: z.string().describe('The JSON type of the value.'),
	isMandatory: z.boolean(),
	position: z.int(),
	defaultValue: z.string().nullable().describe('As JSON text.'),
})

const itemProperties = z.object({
	runbookType: z.string(),
	state: z.enum(['New', 'Edit', 'Published']),
	description: z.string().nullable(),
	logVerbose: z.boolean(),
	logProgress: z.boolean(),
	logActivityTrace: z.int(),
	creationTime: timeSchema,
	lastModifiedTime: timeSchema,
	provisioningState: z.string(),
	fault: z.string().optional().describe('Why the published file cannot be started; absent when it can.'),
})

const envelope = {
	id: z.string(),
	name: z.string(),
	type: z.string(),
	location: z.string(),
	tags: z.record(z.string(), z.string()),
	etag: z.string().nullable().describe('Changes with the content.'),
}

/** A runbook as lists have it. */
export const runbookItemSchema = z.object({ ...envelope, properties: itemProperties }).meta({ id: 'RunbookListItem' })

export const runbookSchema = z
	.object({
		...envelope,
		properties: itemProperties.extend({
			jobCount: z.int(),
			parameters: z.record(z.string(), parameterSchema),
			parametersSchema: z.record(z.string(), z.unknown()).describe('The JSON Schema of the parameters, in full.'),
			outputTypes: z.array(z.string()),
			draft: z.object({ inEdit: z.boolean(), creationTime: timeSchema, lastModifiedTime: timeSchema }).optional(),
			lastModifiedBy: z.string().nullable(),
		}),
	})
	.meta({ id: 'Runbook' })

export const draftSchema = z
	.object({
		inEdit: z.boolean(),
		creationTime: timeSchema,
		lastModifiedTime: timeSchema,
		parameters: z.record(z.string(), parameterSchema),
		outputTypes: z.array(z.string()),
		fault: z.string().optional().describe('Why the draft cannot be published; absent when it can.'),
	})
	.meta({ id: 'RunbookDraft' })

/** Everything is on the runner's own machines. */
export const location = 'local'

type Times = { creationTime: number; lastModifiedTime: number }

export function runbookItemBody(managed: ManagedRunbook, accountPath: string): z.infer<typeof runbookItemSchema> {
	const { files, state, runbook, settings, creationTime, lastModifiedTime } = managed
	const content = runbook && 'content' in runbook ? runbook.content : undefined
	const declared = content?.definition ?? { description: null, logVerbose: false, logProgress: false }
	const { description, logVerbose, logProgress } = withSettings(declared, settings)
	return {
		id: `${accountPath}/runbooks/${files.name}`,
		name: files.name,
		type: typeOf('Runbooks'),
		location,
		tags: settings.tags,
		etag: content ? `"${content.contentHash.slice(0, 16)}"` : null,
		properties: {
			runbookType: 'TypeScript',
			state,
			description,
			logVerbose,
			logProgress,
			logActivityTrace: settings.logActivityTrace,
			creationTime: timeText(creationTime),
			lastModifiedTime: timeText(lastModifiedTime),
			provisioningState: 'Succeeded',
			...(runbook && 'fault' in runbook ? { fault: runbook.fault } : {}),
		},
	}
}

export function runbookBody(
	managed: ManagedRunbook,
	{ accountPath, jobCount, draftTimes }: { accountPath: string; jobCount: number; draftTimes: Times | undefined },
): z.infer<typeof runbookSchema> {
	const { properties, ...rest } = runbookItemBody(managed, accountPath)
	const { runbook } = managed
	const schema = runbook && 'content' in runbook ? runbook.content.definition.parameters : noParameters
	const draft = draftTimes && { inEdit: true, ...timeTexts(draftTimes) }
	return {
		...rest,
		properties: {
			...properties,
			jobCount,
			parameters: parametersBody(schema),
			parametersSchema: schema,
			outputTypes: [],
			...(draft ? { draft } : {}),
			lastModifiedBy: null,
		},
	}
}

export function draftBody(
	{ draft }: RunbookFiles,
	inspected: { parameters: ParametersJsonSchema } | { fault: string } | undefined,
	times: Times,
): z.infer<typeof draftSchema> {
	return {
		inEdit: draft !== undefined,
		...timeTexts(times),
		parameters: inspected && 'parameters' in inspected ? parametersBody(inspected.parameters) : {},
		outputTypes: [],
		...(inspected && 'fault' in inspected ? { fault: inspected.fault } : {}),
	}
}

const noParameters: ParametersJsonSchema = { type: 'object', properties: {}, required: [] }

function timeTexts({ creationTime, lastModifiedTime }: Times) {
	return { creationTime: timeText(creationTime), lastModifiedTime: timeText(lastModifiedTime) }
}

function parametersBody({ properties, required }: ParametersJsonSchema): Record<string, z.infer<typeof parameterSchema>> {
	return Object.fromEntries(
		Object.entries(properties).map(([name, schema], position) => {
			const defaultValue = 'default' in schema ? JSON.stringify(schema.default) : null
			return [name, { type: typeWord(schema), isMandatory: required.includes(name), position, defaultValue }]
		}),
	)
}

function typeWord({ type, enum: values }: Record<string, unknown>): string {
	if (typeof type === 'string') return type
	if (Array.isArray(values) && values.every((value) => typeof value === 'string')) return 'string'
	return 'object'
}
