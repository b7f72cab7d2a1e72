import { statfs } from 'node:fs/promises'
import { DISK_FREE_FILES_MIN, HEALTH_CHECK_INTERVAL, HEALTH_CHECK_TIME_MAX } from '../limits.ts'
import { down, type Finding, type HealthCheck, up } from './health-check.ts'

const MiB = 1024 * 1024

/** What the system says of a disk. A file system without a number of files says 0. */
export type DiskFacts = { bavail: number; bsize: number; files: number; ffree: number }

/** Whether there is room for more. */
export function diskFinding({ bavail, bsize, files, ffree }: DiskFacts, freeMbMin: number): Finding {
	const freeMb = Math.floor((bavail * bsize) / MiB)
	const facts = { freeMb }
	if (freeMb < freeMbMin) return down(`The disk of the data folder has ${freeMb} MiB left, less than ${freeMbMin}.`, facts)
	if (files > 0 && ffree < DISK_FREE_FILES_MIN)
		return down(`The disk of the data folder has room for ${ffree} files, less than ${DISK_FREE_FILES_MIN}.`, facts)
	return up(facts)
}

/** Whether the disk of the data folder has room. */
export function diskCheck(dataDir: string, freeMbMin: () => number): HealthCheck {
	return {
		part: 'disk',
		interval: HEALTH_CHECK_INTERVAL,
		timeMax: HEALTH_CHECK_TIME_MAX,
		look: async () => diskFinding(await statfs(dataDir), freeMbMin()),
	}
}
