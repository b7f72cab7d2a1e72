import { MEMORY_MB, STOP_GRACE_SECONDS } from '../limits.ts'
import type { DefinedRunbook, ParametersSchema } from '../runbooks/define-runbook.ts'
import type { ParametersJsonSchema, RunbookDefinition } from '../runbooks/runbook.ts'

/** What a runbook declares, with defaults filled in. Throws an Error that says what its parameters schema lacks. */
export function describeRunbook(runbook: DefinedRunbook, packages: Iterable<string>): RunbookDefinition {
	const { permissions } = runbook
	return {
		description: runbook.description ?? null,
		parameters: parametersJsonSchema(runbook.parameters),
		timeoutSeconds: runbook.timeoutSeconds ?? null,
		stopGraceSeconds: runbook.stopGraceSeconds ?? STOP_GRACE_SECONDS,
		memoryMb: runbook.memoryMb ?? MEMORY_MB,
		concurrency: runbook.concurrency ?? null,
		restartable: runbook.restartable ?? true,
		isolation: runbook.isolation ?? 'warm',
		identity: runbook.identity ?? null,
		logVerbose: runbook.logVerbose ?? false,
		logProgress: runbook.logProgress ?? false,
		logDebug: runbook.logDebug ?? false,
		permissions: {
			read: permissions?.read ?? [],
			write: permissions?.write ?? [],
			childProcess: permissions?.childProcess ?? false,
			addons: permissions?.addons ?? false,
		},
		// As JSON: what is declared goes from process to process.
		schedules: JSON.parse(JSON.stringify([runbook.schedule ?? []].flat())),
		packages: withIdentity([...packages].sort()),
	}
}

/** A runbook that uses an Azure client signs in, too. */
function withIdentity(packages: string[]): string[] {
	return packages.some((name) => name.startsWith('@azure/arm-')) && !packages.includes('@azure/identity')
		? [...packages, '@azure/identity']
		: packages
}

function parametersJsonSchema(schema: ParametersSchema | undefined): ParametersJsonSchema {
	if (schema === undefined) return { type: 'object', properties: {}, required: [] }
	const { jsonSchema } = schema['~standard']
	if (!jsonSchema)
		throw new Error('The schema in parameters does not offer Standard JSON Schema: use zod 4.2 or later, or another library that does.')
	const described = describedBy(jsonSchema, schema)
	if (described.type !== 'object') throw new Error('parameters must describe an object: z.object({ … }).')
	const { properties = {}, required = [], $defs } = described as Partial<ParametersJsonSchema>
	return { type: 'object', properties, required, ...($defs ? { $defs } : {}) }
}

type JsonSchemaSource = NonNullable<ParametersSchema['~standard']['jsonSchema']>

function describedBy(jsonSchema: JsonSchemaSource, schema: ParametersSchema): Record<string, unknown> {
	try {
		return jsonSchema.input({ target: 'draft-2020-12' })
	} catch (error) {
		throw new Error(`parameters cannot be described as JSON Schema${faultyMember(schema)}: ${(error as Error).message}`, { cause: error })
	}
}

/** Which of the parameters cannot be described, where the library shows them one by one. */
function faultyMember(schema: ParametersSchema): string {
	const { shape = {} } = schema as { shape?: Record<string, ParametersSchema> }
	const name = Object.keys(shape).find((each) => {
		try {
			shape[each]!['~standard'].jsonSchema?.input({ target: 'draft-2020-12' })
			return false
		} catch {
			return true
		}
	})
	return name === undefined ? '' : ` ('${name}')`
}
