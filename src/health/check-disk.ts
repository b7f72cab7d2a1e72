import { statfs } from 'node:fs/promises'
import { DISK_FREE_FILES_MIN, HEALTH_CHECK_INTERVAL, HEALTH_CHECK_TIME_MAX } from '../limits.ts'
import { down, type Finding, type HealthCheck, up, warning } from './health-check.ts'

const MiB = 1024 * 1024

/** What the system says of a disk. A file system without a number of files says 0. */
export type DiskFacts = { bavail: number; bsize: number; files: number; ffree: number }

/** `low`: history gives way. `full`: no new jobs are taken, those that were go on. */
export type RoomState = 'enough' | 'low' | 'full'

/** What this folder needs to know of the disk that the store lies on. */
export type DiskRoom = { readonly state: RoomState }

/** Whether there is room for more. */
export function diskFinding({ bavail, bsize, files, ffree }: DiskFacts, freeMbMin: number, state: RoomState): Finding {
	const freeMb = Math.floor((bavail * bsize) / MiB)
	const facts = { freeMb }
	if (freeMb < freeMbMin) return down(`The disk of the data folder has ${freeMb} MiB left, less than ${freeMbMin}.`, facts)
	if (files > 0 && ffree < DISK_FREE_FILES_MIN)
		return down(`The disk of the data folder has room for ${ffree} files, less than ${DISK_FREE_FILES_MIN}.`, facts)
	if (state === 'full') return down(`The disk of the data folder has ${freeMb} MiB left: no new jobs are taken.`, facts)
	if (state === 'low') return warning(`The disk of the data folder has ${freeMb} MiB left: the oldest ended jobs are deleted.`, facts)
	return up(facts)
}

/** Whether the disk of the data folder has room. */
export function diskCheck(dataDir: string, { freeMbMin, room }: { freeMbMin: () => number; room: DiskRoom }): HealthCheck {
	return {
		part: 'disk',
		interval: HEALTH_CHECK_INTERVAL,
		timeMax: HEALTH_CHECK_TIME_MAX,
		look: async () => diskFinding(await statfs(dataDir), freeMbMin(), room.state),
	}
}
