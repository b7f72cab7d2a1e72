import { join } from 'node:path'
import type { RunbookContent } from './runbook.ts'

/** What a sandbox loads for a content: the runbook's own file, and the sources that stand for the files on the disk, by absolute path. */
export function contentSources({ files }: RunbookContent, runbooksDir: string): { file: string; sources: Record<string, string> } {
	const sources = files.flatMap(({ path, source }) => (source === null ? [] : [[join(runbooksDir, path), source] as const]))
	return { file: join(runbooksDir, files[0]!.path), sources: Object.fromEntries(sources) }
}
