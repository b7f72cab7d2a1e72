import { join } from 'node:path'
import type { Account } from '../api-client.ts'
import { failureOf, mayPass } from '../failure.ts'
import { send } from '../server-request.ts'
import { writeNewFile } from './import-folder.ts'
import type { ImportPlan, PlanEntry } from './import-plan.ts'

/** An entry, and how it went: `created` or `failed` where it was to be created. */
export type DoneEntry = Omit<PlanEntry, 'action'> & { action: PlanEntry['action'] | 'created' | 'failed' }

/**
 * Does what was planned: first the files, because job schedules need their runbooks. What fails is told and keeps the rest from nothing;
 * when the server is away, what is left is not tried. Resolves with the entries, and the exit code of the first failure.
 */
export async function carryOut(
	{ entries, files }: ImportPlan,
	{ target, folder }: { target: Account; folder: string },
): Promise<{ entries: DoneEntry[]; exitCode: number }> {
	const faults = writeFiles(files, folder)
	const done: DoneEntry[] = []
	let exitCode = 0
	let isAway = false
	for (const entry of entries) {
		const fault = entry.file === undefined ? undefined : faults.get(entry.file)
		if (entry.action !== 'create') done.push(entry)
		else if (fault !== undefined) fail(entry, fault, 1)
		else if (entry.request === undefined) done.push({ ...entry, action: 'created' })
		else if (isAway) fail(entry, 'It was not tried, because the server is away.', 1)
		else
			try {
				await send(target, { method: 'PUT', ...entry.request })
				done.push({ ...entry, action: 'created' })
			} catch (error) {
				isAway = mayPass(error)
				const { message, exitCode: code } = failureOf(error, { endpoint: target.endpoint })
				fail(entry, message, code)
			}
	}
	return { entries: done, exitCode }

	function fail(entry: PlanEntry, why: string, code: number): void {
		done.push({ ...entry, action: 'failed', notes: [`It was not created: ${why}`] })
		exitCode ||= code
	}
}

/** Writes each file; what went wrong by the names of the files. */
function writeFiles(files: ImportPlan['files'], folder: string): Map<string, string> {
	const faults = new Map<string, string>()
	for (const { file, text } of files) {
		try {
			writeNewFile(join(folder, file), text)
		} catch (error) {
			faults.set(file, `${file} cannot be written: ${(error as Error).message}.`)
		}
	}
	return faults
}
