import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Whether a process of that number runs; one that has ended and was not yet collected does not. */
export function isAlive(pid: number): boolean {
	try {
		return !/^\d+ \(.*\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
	} catch {
		return false
	}
}

/** The processes of a runner's sandboxes, as its data folder notes them. */
export function sandboxPids(dataDir: string): number[] {
	const folder = join(dataDir, 'sandboxes/process-groups')
	return readdirSync(folder).map((name) => (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { pid: number }).pid)
}
