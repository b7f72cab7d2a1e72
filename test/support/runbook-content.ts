import type { RunbookContent, RunbookDefinition } from '../../src/runbooks/runbook.ts'

/** A runbook's content as the catalog has it, of the parameters and settings that a test is about. */
export function runbookContent(
	properties: Record<string, Record<string, unknown>> = {},
	{ required = [], runbookName = 'deploy', ...settings }: { required?: string[]; runbookName?: string } & Partial<RunbookDefinition> = {},
): RunbookContent {
	return {
		contentHash: `hash of ${runbookName}`,
		runbookName,
		definition: {
			description: null,
			parameters: { type: 'object', properties, required },
			timeoutSeconds: null,
			stopGraceSeconds: 10,
			memoryMb: 400,
			concurrency: null,
			restartable: true,
			isolation: 'warm',
			identity: null,
			logVerbose: false,
			logProgress: false,
			logDebug: false,
			permissions: { read: [], write: [], childProcess: false, addons: false },
			schedules: [],
			packages: [],
			...settings,
		},
		files: [{ path: `${runbookName}.ts`, text: '', source: null }],
	}
}
