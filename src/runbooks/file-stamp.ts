import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { RunbookFile } from './runbook.ts'

/** Whether the files of a content stand on the disk as they were read. */
export function isUnchanged(folder: string, files: RunbookFile[]): boolean {
	try {
		return files.every(({ path, text }) => readFileSync(join(folder, path), 'utf8') === text)
	} catch {
		return false
	}
}

/** What changes whenever one of the files is written, replaced or removed. */
export function stampOf(files: string[]): string {
	return files
		.map((file) => {
			const stat = statSync(file, { bigint: true, throwIfNoEntry: false })
			return stat ? `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}` : 'none'
		})
		.join('|')
}
