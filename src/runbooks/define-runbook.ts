import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import { MEMORY_MB_MAX, MEMORY_MB_MIN, STOP_GRACE_SECONDS_MAX, TIMEOUT_SECONDS_MAX } from '../limits.ts'
import type { Azure } from './azure.ts'
import { checkSchedules, type RunbookSchedule } from './runbook-schedule.ts'

/** Any schema that follows Standard Schema and Standard JSON Schema: zod 4, valibot, arktype. */
export type ParametersSchema<Output = unknown> = StandardSchemaV1<unknown, Output> & StandardJSONSchemaV1<unknown, Output>

/** A record of the Progress stream. */
export type Progress = {
	/** What is being done, as people call it. */
	activity: string
	/** Where it stands, in words. */
	status?: string
	/** How far it is, 0 to 100. */
	percentComplete?: number
}

/** A user name and its password. */
export type RunbookCredential = { userName: string; password: string }

/** What all runbooks of the account share. A name that is unknown, or a value that cannot be read, is an Error that says which. */
export type RunbookAssets = {
	/** The value of a variable. That of an encrypted one is masked wherever this process writes it to a stream. */
	variable(name: string): Promise<unknown>
	/** Sets the value of a variable that is there, durably before it resolves. */
	setVariable(name: string, value: unknown): Promise<void>
	/** A credential. Its password is masked wherever this process writes it to a stream. */
	credential(name: string): Promise<RunbookCredential>
}

/** What `run` is given. The stream functions may be called at any time until the runbook has ended. */
export type RunbookContext<Parameters> = RunbookAssets & {
	/** The checked values, with the schema's defaults and conversions applied. */
	parameters: Parameters
	/** Writes any JSON value to the Output stream. */
	output(value: unknown): void
	/** Writes to the Warning stream. */
	warning(message: unknown): void
	/** Writes to the Error stream. The job goes on and can still end Completed: throw to end it Failed. */
	error(message: unknown): void
	/** Writes to the Verbose stream, which is kept if the runbook declares `logVerbose`. */
	verbose(message: unknown): void
	/** Writes to the Debug stream, which is kept if the runbook declares `logDebug`. */
	debug(message: unknown): void
	/** Writes to the Progress stream, which is kept if the runbook declares `logProgress`. */
	progress(progress: Progress): void
	/** The job that runs. */
	job: {
		jobId: string
		runbookName: string
		webhookName: string | null
		creationTime: string
		tryCount: number
		/** The trace that this run belongs to (W3C Trace Context): sent on as the header `traceparent`, others' work is found with it. */
		traceparent: string | null
	}
	/** Aborted when the job is stopped or is over its time limit. */
	signal: AbortSignal
	/** What this runbook keeps from job to job. */
	state: RunbookState
	/** Azure clients bound to this job's signal, with the runner's endpoint and identity. */
	azure: Azure
}

/** A small memory of a runbook, shared by all of its jobs: JSON values by key, at most 64 KiB each, kept by the runner. */
export type RunbookState = {
	/** The value under a key; undefined when there is none. */
	get(key: string): Promise<unknown>
	/** Keeps a value durably before it resolves; undefined forgets the key. Rejects when the value is no JSON, too large, or the runbook has too many keys. */
	set(key: string, value: unknown): Promise<void>
}

/** What a runbook may ask for beyond its own parameters. */
export type RunbookLimits = {
	/** Running longer ends the job Stopped. Seconds, at most 86 000; default RUNHOOK_JOB_TIMEOUT_SECONDS. */
	timeoutSeconds?: number
	/** From the stop signal to the kill. Seconds, at most 120; default 10. */
	stopGraceSeconds?: number
	/** Heap of the process, MiB; default 400. */
	memoryMb?: number
	/** Jobs of this runbook that may run at once on the runner; the others wait. */
	concurrency?: number
	/** false: a job interrupted with its runner ends Failed instead of being started again. */
	restartable?: boolean
	/** 'fresh': every job gets a process of its own that served no job before. */
	isolation?: 'warm' | 'fresh'
	/**
	 * The credential that the Azure clients of its jobs sign in with: its user name is `<tenant id>/<client id>`, its password the client's
	 * secret. Without it they have the identity of the runner.
	 */
	identity?: string
	/** Keep the Verbose, Progress and Debug records. */
	logVerbose?: boolean
	logProgress?: boolean
	logDebug?: boolean
	/** What the process may do beyond reading its own folder and the installed packages, and writing its working folder. */
	permissions?: RunbookPermissions
}

/** What the process of a runbook may do. Threads that it starts are bound by the same, and can start no further threads. */
export type RunbookPermissions = {
	/** Files and folders to read, absolute paths; `*` for all. */
	read?: string[]
	/** Files and folders to write, absolute paths; `*` for all. Only then, or with addons, is node:sqlite there: no permission binds it. */
	write?: string[]
	/** Start other programs. They are not bound by these permissions. */
	childProcess?: boolean
	/** Load native addons. They are not bound by these permissions. */
	addons?: boolean
}

export type RunbookSource<Schema extends ParametersSchema> = RunbookLimits & {
	description?: string
	/** The parameters, declared once: types, check, JSON Schema and form all come from here. */
	parameters?: Schema
	/** When it is started by the clock, and with which values. */
	schedule?: RunbookSchedule | RunbookSchedule[]
	run(context: RunbookContext<StandardSchemaV1.InferOutput<Schema>>): unknown
}

/** What `defineRunbook` returns: the default export of a runbook's file. */
export type DefinedRunbook = { readonly [defined]: true } & RunbookSource<ParametersSchema>

const defined = Symbol.for('runhook.runbook')

/** Declares a runbook; its result is the file's default export. Throws a TypeError that names the member that cannot be used. */
export function defineRunbook<Schema extends ParametersSchema>(source: RunbookSource<Schema>): DefinedRunbook {
	if (typeof source?.run !== 'function') throw new TypeError('defineRunbook: run must be a function.')
	refuseUnknown('defineRunbook', source, runbookMembers)
	refuseUnknown('permissions', source.permissions ?? {}, permissionMembers)
	if (source.parameters !== undefined && !source.parameters['~standard']?.validate)
		throw new TypeError('defineRunbook: parameters must be a schema such as z.object({ … }).')
	checkNumber('timeoutSeconds', source.timeoutSeconds, 1, TIMEOUT_SECONDS_MAX)
	checkNumber('stopGraceSeconds', source.stopGraceSeconds, 0, STOP_GRACE_SECONDS_MAX)
	checkNumber('memoryMb', source.memoryMb, MEMORY_MB_MIN, MEMORY_MB_MAX)
	checkNumber('concurrency', source.concurrency, 1, 10_000)
	if (source.isolation !== undefined && !['warm', 'fresh'].includes(source.isolation))
		throw new TypeError(`defineRunbook: isolation must be 'warm' or 'fresh', not ${JSON.stringify(source.isolation)}.`)
	if (source.identity !== undefined && (typeof source.identity !== 'string' || source.identity === ''))
		throw new TypeError('defineRunbook: identity must be the name of a credential.')
	checkSchedules(source.schedule)
	return { ...source, [defined]: true } as unknown as DefinedRunbook
}

const runbookMembers = [
	...[
		'description',
		'parameters',
		'run',
		'timeoutSeconds',
		'stopGraceSeconds',
		'memoryMb',
		'concurrency',
		'restartable',
		'isolation',
		'identity',
		'schedule',
	],
	...['logVerbose', 'logProgress', 'logDebug', 'permissions'],
]
const permissionMembers = ['read', 'write', 'childProcess', 'addons']

/** A limit whose name is mistyped would be no limit. */
function refuseUnknown(what: string, given: object, known: string[]): void {
	const unknown = Object.keys(given).filter((name) => !known.includes(name))
	if (unknown.length > 0)
		throw new TypeError(`${what} has no member ${unknown.map((name) => `'${name}'`).join(', ')}; it has ${known.join(', ')}.`)
}

/** Whether a file's default export came from `defineRunbook`, also from another copy of the package. */
export function isDefinedRunbook(value: unknown): value is DefinedRunbook {
	return typeof value === 'object' && value !== null && defined in value
}

function checkNumber(name: string, value: number | undefined, least: number, most: number): void {
	if (value === undefined) return
	if (!Number.isInteger(value) || value < least || value > most)
		throw new TypeError(`defineRunbook: ${name} must be a whole number from ${least} to ${most}, not ${JSON.stringify(value)}.`)
}
