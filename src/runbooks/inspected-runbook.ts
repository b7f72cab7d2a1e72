import { hash } from 'node:crypto'
import { join } from 'node:path'
import { RUNBOOK_CONTENT_BYTES_MAX } from '../limits.ts'
import type { Inspection, Runbook } from './runbook.ts'

/** What an inspection makes of a file: a runbook that can be started, or one with a fault. */
export function runbookOf(name: string, file: string, inspection: Inspection): Runbook {
	if ('fault' in inspection) return { name, file, fault: inspection.fault }
	const { definition, files } = inspection
	const bytes = files.reduce((sum, { text }) => sum + text.length, 0)
	if (bytes > RUNBOOK_CONTENT_BYTES_MAX)
		return { name, file, fault: `It has ${bytes} bytes with its imports: at most ${RUNBOOK_CONTENT_BYTES_MAX} are allowed.` }
	// The name goes in, so that two runbooks of the same text stay two.
	const contentHash = hash('sha256', JSON.stringify([name, files.map(({ path, text }) => [path, text])]))
	return { name, file, content: { contentHash, runbookName: name, definition, files } }
}

/** All files that a runbook depends on, absolute. What was missing belongs to it as well: the fault may be gone when it is there. */
export function filesOf(folder: string, file: string, { files, missing = [] }: Inspection): string[] {
	return [...new Set([file, ...files.map(({ path }) => join(folder, path)), ...missing])]
}
