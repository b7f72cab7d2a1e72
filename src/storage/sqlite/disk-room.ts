import { statfs } from 'node:fs/promises'
import { type Clock, repeatedly } from '../../clock.ts'
import type { DiskRoom, RoomState } from '../../health/check-disk.ts'
import {
	DISK_AGAIN_SHARE,
	DISK_FULL_SHARE,
	DISK_LOOK_INTERVAL,
	DISK_LOW_BYTES,
	DISK_LOW_SHARE,
	DISK_REFUSED_TIME,
	DISK_RESERVE_AGAIN_TIME,
	DISK_RESERVE_BYTES_MAX,
	DISK_RESERVE_BYTES_MIN,
	DISK_RESERVE_NEAR,
} from '../../limits.ts'
import type { Log } from '../../log.ts'
import type { Space } from '../retention.ts'
import { DiskReserve } from './disk-reserve.ts'

const MiB = 1024 * 1024

/** Below which free bytes a disk is low, and below which it is full. */
export type DiskMarks = { lowBytes: number; fullBytes: number; reserveBytes: number }

type Parts = {
	dataDir: string
	/** Below so much the disk is low, MiB; 0 = it is not looked at; undefined = by its size. */
	diskLowMb: number | undefined
	clock: Clock
	log: Log
}

/** The marks of a disk of so many bytes. */
export function diskMarks(totalBytes: number, diskLowMb: number | undefined): DiskMarks {
	const lowBytes = diskLowMb === undefined ? Math.min(DISK_LOW_BYTES, totalBytes * DISK_LOW_SHARE) : diskLowMb * MiB
	const fullBytes = lowBytes * DISK_FULL_SHARE
	const reserveBytes = Math.ceil(Math.max(DISK_RESERVE_BYTES_MIN, Math.min(DISK_RESERVE_BYTES_MAX, fullBytes)))
	return { lowBytes, fullBytes, reserveBytes }
}

/** How a disk is, from what is free beyond the reserve and how it was. */
export function roomState(freeBytes: number, { lowBytes, fullBytes }: DiskMarks, before: RoomState): RoomState {
	if (freeBytes < fullBytes * (before === 'full' ? DISK_AGAIN_SHARE : 1)) return 'full'
	if (freeBytes < lowBytes * (before === 'enough' ? 1 : DISK_AGAIN_SHARE)) return 'low'
	return 'enough'
}

const words: Record<RoomState, string> = {
	enough: 'The disk of the data folder has room again',
	low: 'The disk of the data folder is low: the oldest ended jobs are deleted',
	full: 'The disk of the data folder is almost full: no new jobs are taken',
}

/** Looks at the disk of the data folder from time to time and holds a reserve on it, until it is disposed. */
export class WatchedDisk implements DiskRoom, Space, AsyncDisposable {
	readonly #parts: Parts
	readonly #marks: DiskMarks
	readonly #reserve: DiskReserve
	#state: RoomState = 'enough'
	#refusedTime = Number.NEGATIVE_INFINITY
	#isNear = false
	/** When the reserve may be tried next. */
	#reserveTime = Number.NEGATIVE_INFINITY
	#watching: AsyncDisposable | undefined

	/** Knows how the disk is before anything is written: what an earlier runner held is given up where the start needs it. */
	static async open(parts: Parts): Promise<WatchedDisk> {
		const { bsize, blocks } = await statfs(parts.dataDir)
		const disk = new WatchedDisk(parts, diskMarks(blocks * bsize, parts.diskLowMb))
		if (parts.diskLowMb === 0) return disk
		const beat = async () => {
			await disk.look()
			await disk.#holdReserve()
		}
		await beat()
		disk.#watching = repeatedly(beat, { clock: parts.clock, interval: DISK_LOOK_INTERVAL })
		return disk
	}

	private constructor(parts: Parts, marks: DiskMarks) {
		this.#parts = parts
		this.#marks = marks
		this.#reserve = new DiskReserve(parts.dataDir, marks.reserveBytes)
		if (parts.diskLowMb === 0) this.#reserve.giveUp()
	}

	get state(): RoomState {
		return this.#state
	}

	isLow(): boolean {
		return this.#state !== 'enough'
	}

	/** Looks at the disk; never rejects: one that cannot be looked at is as it was. */
	async look(): Promise<void> {
		const facts = await statfs(this.#parts.dataDir).catch(() => undefined)
		if (!facts) return
		const free = facts.bavail * facts.bsize
		// So little that SQLite itself may be refused at its next step.
		if (free < this.#reserve.bytes / 2) this.#reserve.giveUp()
		const beyond = free - this.#reserve.missingBytes
		const isRefused = this.#parts.clock.now() < this.#refusedTime + DISK_REFUSED_TIME
		this.#be(isRefused ? 'full' : roomState(beyond, this.#marks, this.#state), free)
		this.#isNear = free < this.#marks.lowBytes * DISK_RESERVE_NEAR
	}

	/** By the beat alone: it is never written twice at once. */
	async #holdReserve(): Promise<void> {
		const now = this.#parts.clock.now()
		if (this.#state !== 'enough' || !this.#isNear || this.#reserve.missingBytes === 0 || now < this.#reserveTime) return
		if (!(await this.#reserve.make())) this.#reserveTime = now + DISK_RESERVE_AGAIN_TIME
	}

	/** Told that the store was refused a write because the disk is full. */
	refused(): void {
		if (this.#parts.diskLowMb === 0) return
		this.#refusedTime = this.#parts.clock.now()
		this.#reserve.giveUp()
		this.#be('full', 0)
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#watching?.[Symbol.asyncDispose]()
	}

	#be(state: RoomState, freeBytes: number): void {
		if (state === this.#state) return
		this.#state = state
		this.#parts.log[state === 'enough' ? 'info' : 'warn'](words[state], { freeMb: Math.floor(freeBytes / MiB) })
	}
}
