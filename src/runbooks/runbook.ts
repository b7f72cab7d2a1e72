import type { RunbookPermissions } from './define-runbook.ts'
import type { RunbookSchedule } from './runbook-schedule.ts'

/** JSON Schema (draft 2020-12) of the object that a runbook takes. */
export type ParametersJsonSchema = {
	type: 'object'
	properties: Record<string, Record<string, unknown>>
	required: string[]
	/** Schemas that the properties refer to, where one refers to itself. */
	$defs?: Record<string, Record<string, unknown>>
}

/** What a runbook's file declares, with defaults filled in: everything the runner knows of it without running it. */
export type RunbookDefinition = {
	description: string | null
	parameters: ParametersJsonSchema
	timeoutSeconds: number | null
	stopGraceSeconds: number
	memoryMb: number
	concurrency: number | null
	restartable: boolean
	isolation: 'warm' | 'fresh'
	/** The credential that its Azure clients sign in with; null: the runner's own identity. */
	identity: string | null
	logVerbose: boolean
	logProgress: boolean
	logDebug: boolean
	permissions: Required<RunbookPermissions>
	schedules: RunbookSchedule[]
	/** Packages that the file imports: a sandbox started ahead for it has them loaded. */
	packages: string[]
}

/** A local file that a runbook consists of: its own, or one that it imports. */
export type RunbookFile = {
	/** Relative to the runbooks folder, with slashes. */
	path: string
	/** As the author wrote it. */
	text: string
	/** What a sandbox loads in its place: the text without types. null: it is read from the disk when it is needed. */
	source: string | null
}

/** A runbook as it stood when a job was started with it. The first file is the runbook's own. */
export type RunbookContent = {
	contentHash: string
	runbookName: string
	definition: RunbookDefinition
	files: RunbookFile[]
}

/** A file of the runbooks folder: ready to be started, or with the fault that prevents it. */
export type Runbook = { name: string; file: string } & ({ content: RunbookContent } | { fault: string })

/** A file name without `.ts` that is a runbook: it starts with a letter; letters, digits, `_` and `-` follow, 63 in all (Azure's rule). */
export const runbookNamePattern = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/

export const runbookNameRule = 'a letter first, then letters, digits, _ and -, at most 63 characters in all'

/** What loading a runbook's file showed. `files` are the local files that were read, the runbook's own first; also after a fault, as far as it got. */
export type Inspection = {
	files: RunbookFile[]
	/** Absolute paths where something was looked for and not found: a fault may be gone when it is there. */
	missing?: string[]
} & ({ definition: RunbookDefinition } | { fault: string })

/** Loads a runbook's file where it can do no harm and says what it declares. */
export type InspectRunbook = (file: string) => Promise<Inspection>
