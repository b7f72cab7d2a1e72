import type { RunbookDefinition } from './runbook.ts'

/** What an operator set over what a runbook's file declares; null where the file stands. */
export type RunbookSettings = {
	description: string | null
	logVerbose: boolean | null
	logProgress: boolean | null
	/** Azure's, for graphical runbooks: kept and shown, and without effect here. */
	logActivityTrace: number
	tags: Record<string, string>
}

export const noSettings: RunbookSettings = { description: null, logVerbose: null, logProgress: null, logActivityTrace: 0, tags: {} }

/** What holds for a runbook: the operator's word before the file's. */
export function withSettings<Definition extends Pick<RunbookDefinition, 'description' | 'logVerbose' | 'logProgress'>>(
	definition: Definition,
	{ description, logVerbose, logProgress }: RunbookSettings,
): Definition {
	return {
		...definition,
		description: description ?? definition.description,
		logVerbose: logVerbose ?? definition.logVerbose,
		logProgress: logProgress ?? definition.logProgress,
	}
}
