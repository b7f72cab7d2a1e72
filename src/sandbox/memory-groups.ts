import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { kill } from './process-groups.ts'

type GroupPlace = { version: 1 | 2; folder: string }

/**
 * Where control groups for sandboxes belong, from the texts of /proc/self/mountinfo and /proc/self/cgroup; undefined where none bound memory.
 * Version 1: within the runner's group. Version 2 lets no group have both processes and groups with bounds: beside it. Source: man 7 cgroups.
 */
export function memoryGroupPlace({ mountinfo, cgroup }: { mountinfo: string; cgroup: string }): GroupPlace | undefined {
	const mounts = mountinfo.split('\n').flatMap((line) => {
		const [place = '', kind = ''] = line.split(' - ')
		const [, , , root, mountPoint] = place.split(' ')
		const [type, , options = ''] = kind.split(' ')
		return root && mountPoint ? [{ root, mountPoint, type, isOfMemory: options.split(',').includes('memory') }] : []
	})
	const own = (controllers: (text: string) => boolean) =>
		cgroup
			.split('\n')
			.map((line) => line.split(':'))
			.find(([, names]) => names !== undefined && controllers(names))?.[2]
	const folder = (mount: { root: string; mountPoint: string } | undefined, path: string | undefined) => {
		if (!mount || path === undefined || !`${path}/`.startsWith(mount.root === '/' ? '/' : `${mount.root}/`)) return undefined
		return join(mount.mountPoint, mount.root === '/' ? path : path.slice(mount.root.length))
	}
	const first = folder(
		mounts.find(({ type, isOfMemory }) => type === 'cgroup' && isOfMemory),
		own((names) => names.split(',').includes('memory')),
	)
	if (first !== undefined) return { version: 1, folder: first }
	const mount = mounts.find(({ type }) => type === 'cgroup2')
	const path = own((names) => names === '')
	const second = folder(mount, path)
	return second !== undefined && path !== mount?.root ? { version: 2, folder: dirname(second) } : undefined
}

/** How often what is left in a group is killed: it may start others meanwhile. */
const KILL_ROUNDS_MAX = 50
/** How old an empty group is before it counts as left behind, milliseconds. */
const UNUSED_TIME_MIN = 60_000
const prefix = 'runhook-'

/** Control groups of Linux, one for each sandbox: they bound what its processes hold together, buffers too, and name each of them. */
export class MemoryGroups {
	readonly #place: GroupPlace

	/** undefined where this runner may make none. */
	static open(): MemoryGroups | undefined {
		try {
			const place = memoryGroupPlace({
				mountinfo: readFileSync('/proc/self/mountinfo', 'utf8'),
				cgroup: readFileSync('/proc/self/cgroup', 'utf8'),
			})
			if (!place) return undefined
			if (place.version === 2) writeFileSync(join(place.folder, 'cgroup.subtree_control'), '+memory')
			const groups = new MemoryGroups(place)
			const trial = `trial-${process.pid}`
			groups.make(trial, 2 ** 30)
			rmdirSync(groups.#folder(trial))
			groups.#clear()
			return groups
		} catch {
			return undefined
		}
	}

	constructor(place: GroupPlace) {
		this.#place = place
	}

	/** Makes the group of a sandbox. Throws an Error when the system refuses. */
	make(sandboxId: string, bytesMax: number): void {
		const folder = this.#folder(sandboxId)
		const isSecond = this.#place.version === 2
		mkdirSync(folder)
		writeFileSync(join(folder, isSecond ? 'memory.max' : 'memory.limit_in_bytes'), String(bytesMax))
		// Missing where the system has no swap that is counted. In version 1 it bounds both together.
		const swap = join(folder, isSecond ? 'memory.swap.max' : 'memory.memsw.limit_in_bytes')
		if (existsSync(swap)) writeFileSync(swap, isSecond ? '0' : String(bytesMax))
	}

	/**
	 * Puts a process in, and with it all that it will start. The system takes 20 to 50 ms for it, in which calls go on.
	 * Throws an Error when the system refuses.
	 */
	add(sandboxId: string, pid: number): Promise<void> {
		return writeFile(join(this.#folder(sandboxId), 'cgroup.procs'), String(pid))
	}

	/** The processes of a sandbox, wherever they went. */
	processes(sandboxId: string): number[] {
		return this.#read(sandboxId, 'cgroup.procs').split('\n').filter(Boolean).map(Number)
	}

	/** Whether the system has ended a process of it for its memory. */
	ranOut(sandboxId: string): boolean {
		const told = this.#read(sandboxId, this.#place.version === 2 ? 'memory.events' : 'memory.oom_control')
		return /^oom_kill [1-9]/m.test(told)
	}

	/** Kills what is left of a sandbox and takes its group away. Throws an Error when something stays. */
	async remove(sandboxId: string): Promise<void> {
		const folder = this.#folder(sandboxId)
		for (let round = 1; existsSync(folder); round++) {
			for (const pid of this.processes(sandboxId)) if (pid !== process.pid) kill(pid)
			try {
				rmdirSync(folder)
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || round === KILL_ROUNDS_MAX) throw error
				await wait(5)
			}
		}
	}

	/** Takes away empty groups of runners that were killed and will not come again. */
	#clear(): void {
		for (const name of readdirSync(this.#place.folder).filter((each) => each.startsWith(prefix))) {
			const folder = join(this.#place.folder, name)
			try {
				// One just made is another runner's, who is about to use it.
				if (Date.now() - statSync(folder).mtimeMs > UNUSED_TIME_MIN) rmdirSync(folder)
			} catch {}
		}
	}

	#folder(sandboxId: string): string {
		return join(this.#place.folder, `${prefix}${sandboxId}`)
	}

	#read(sandboxId: string, name: string): string {
		try {
			return readFileSync(join(this.#folder(sandboxId), name), 'utf8')
		} catch {
			return ''
		}
	}
}
