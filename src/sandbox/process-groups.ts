import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { StartError } from '../errors.ts'

/** Where the process groups of a pool are noted. */
export function notesFolder(folder: string): string {
	return join(folder, 'process-groups')
}

/** A process group by its leader: the start time tells it from a later process of the same number. */
type Note = { pid: number; startTime: string; sandboxId: string }

const KILL_TIME_MAX = 5_000

/** Notes the process group of a sandbox, so that the next runner can end it if this one cannot. */
export function noteProcessGroup(folder: string, pid: number, sandboxId: string): void {
	mkdirSync(folder, { recursive: true })
	const note: Note = { pid, startTime: processFacts(pid)?.startTime ?? '', sandboxId }
	writeFileSync(join(folder, `${sandboxId}.json`), JSON.stringify(note))
}

export function forgetProcessGroup(folder: string, sandboxId: string): void {
	rmSync(join(folder, `${sandboxId}.json`), { force: true })
}

/**
 * Kills what an earlier runner's sandboxes left running and waits until it is gone. Resolves with how many groups there were.
 * Throws a StartError when they do not end.
 */
export async function killSurvivors(folder: string): Promise<number> {
	mkdirSync(folder, { recursive: true })
	const notes = readdirSync(folder)
		.filter((name) => name.endsWith('.json'))
		.map((name) => readNote(join(folder, name)))
		.filter((note) => note !== undefined)
	const survivors = notes.filter(isAlive)
	for (const { pid } of survivors) killGroup(pid)
	const since = performance.now()
	while (survivors.some(isAlive)) {
		if (performance.now() - since > KILL_TIME_MAX)
			throw new StartError(`Processes of an earlier runner do not end: ${survivors.map(({ pid }) => pid).join(', ')}.`)
		await wait(10)
	}
	for (const { sandboxId } of notes) forgetProcessGroup(folder, sandboxId)
	return survivors.length
}

/** Kills a whole process group at once; one that is gone is no fault. */
export function killGroup(pid: number): void {
	try {
		process.kill(-pid, 'SIGKILL')
	} catch (error) {
		// EPERM: what is left of it runs as another user (a setuid program).
		if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
	}
}

/** How many processes of a group run besides its leader. Reads all of /proc: for sandboxes that may start programs. */
export function companions(pid: number): number {
	return processIds().filter((other) => {
		const facts = other === pid ? undefined : processFacts(other)
		return facts?.group === pid && facts.state !== 'Z'
	}).length
}

function readNote(file: string): Note | undefined {
	try {
		return JSON.parse(readFileSync(file, 'utf8')) as Note
	} catch {
		return undefined
	}
}

function isAlive({ pid, startTime, sandboxId }: Note): boolean {
	const leader = processFacts(pid)
	if (leader && leader.startTime === startTime && leader.state !== 'Z') return true
	// The leader is gone, or nobody has collected it yet: what it started may live on, and knows its sandbox from its environment.
	return processIds().some((other) => processFacts(other)?.group === pid && environmentHas(other, `RUNHOOK_SANDBOX=${sandboxId}`))
}

function processIds(): number[] {
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map(Number)
}

function environmentHas(pid: number, variable: string): boolean {
	try {
		return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(variable)
	} catch {
		return false
	}
}

/** From /proc/<pid>/stat; the name in parentheses may hold blanks. Source: man 5 proc_pid_stat, fields 3, 5 and 22. */
function processFacts(pid: number): { state: string; group: number; startTime: string } | undefined {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
		return { state: fields[0]!, group: Number(fields[2]), startTime: fields[19]! }
	} catch {
		return undefined
	}
}
