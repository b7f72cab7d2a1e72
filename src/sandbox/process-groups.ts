import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
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
 * Kills what an earlier runner's sandboxes left running and waits until it is gone, then has the rest of each removed.
 * Resolves with how many groups there were.
 * Throws a StartError when they do not end.
 */
export async function killSurvivors(folder: string, remove: (sandboxId: string) => Promise<void> = async () => undefined): Promise<number> {
	mkdirSync(folder, { recursive: true })
	const notes = readdirSync(folder)
		.filter((name) => name.endsWith('.json'))
		.map((name) => readNote(join(folder, name)))
		.filter((note) => note !== undefined)
	const survivors = notes.filter(isAlive)
	for (const { pid, sandboxId } of survivors) {
		killGroup(pid)
		await killStrays({ sandboxId })
	}
	const since = performance.now()
	while (survivors.some(isAlive)) {
		if (performance.now() - since > KILL_TIME_MAX)
			throw new StartError(`Processes of an earlier runner do not end: ${survivors.map(({ pid }) => pid).join(', ')}.`)
		await wait(10)
	}
	for (const { sandboxId } of notes) {
		await remove(sandboxId)
		forgetProcessGroup(folder, sandboxId)
	}
	return survivors.length
}

/** Kills a whole process group at once; one that is gone is no fault. */
export function killGroup(pid: number): void {
	kill(-pid)
}

/** Kills a process; one that is gone is no fault. */
export function kill(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL')
	} catch (error) {
		// EPERM: what is left of it runs as another user (a setuid program).
		if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
	}
}

/** What tells a program that a sandbox has started, wherever it went: its environment has the id; it may stand in the folder. */
export type SandboxMarks = { sandboxId: string; folder?: string }

/** How many processes of a sandbox run besides the one of that number. Reads all of /proc: for sandboxes that may start programs. */
export function companions(pid: number, marks: SandboxMarks): number {
	return processIds().filter((other) => other !== pid && isRunning(other) && (processFacts(other)?.group === pid || hasMark(other, marks)))
		.length
}

/** How often what is left of a sandbox is looked for: a program may start others meanwhile. */
const STRAY_ROUNDS_MAX = 20

/** Kills programs that a sandbox has started and that left its process group. One that hides both marks is not found. */
export async function killStrays(marks: SandboxMarks): Promise<void> {
	for (let round = 0; round < STRAY_ROUNDS_MAX; round++) {
		const strays = processIds().filter((pid) => pid !== process.pid && isRunning(pid) && hasMark(pid, marks))
		if (strays.length === 0) return
		for (const pid of strays) kill(pid)
		await wait(5)
	}
}

function hasMark(pid: number, { sandboxId, folder }: SandboxMarks): boolean {
	return environmentHas(pid, `RUNHOOK_SANDBOX=${sandboxId}`) || (folder !== undefined && standsIn(pid, folder))
}

function isRunning(pid: number): boolean {
	const facts = processFacts(pid)
	return facts !== undefined && facts.state !== 'Z'
}

function standsIn(pid: number, folder: string): boolean {
	try {
		return `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${folder}/`)
	} catch {
		return false
	}
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
	// The leader is gone, or nobody has collected it yet: what it started may live on.
	return processIds().some((other) => isRunning(other) && environmentHas(other, `RUNHOOK_SANDBOX=${sandboxId}`))
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
